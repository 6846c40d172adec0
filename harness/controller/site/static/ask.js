"use strict";
// The box of the first page: loads the data when it gets the focus, and shows the answers to what is in it.

const box = document.getElementById("search");
const answers = document.getElementById("answers");
const count = document.getElementById("count");
const place = document.currentScript.src.replace(/[^/]*$/, "");
let ready = null; // the promise of the index and the tables of names
const further = {}; // the promises of tables that few questions need
let asking = 0;

/** A script of this folder: data are scripts, as a page opened from a file may not fetch. */
function load(name) {
  return new Promise((done, fail) => {
    const script = document.createElement("script");
    Object.assign(script, { src: place + name, async: false, onload: done, onerror: fail });
    document.head.append(script);
  });
}

function prepare() {
  ready ||= Promise.all(["minisearch.js", "answers.js", "names-public.js"].map(load)).then(() => ({
    index: makeIndex(ANSWERS), tables: NAMES.names ? [readNames(NAMES)] : [],
  }));
  return ready;
}

const FURTHER = { hidden: () => HIDDEN_NAMES, methods: () => METHOD_NAMES };

/** The tables of names, with those of private names and of methods if these are asked for. */
async function tablesFor(index, tables, asked) {
  if (!tables.length) return tables;
  const wanted = furtherTables(index, tables, asked);
  for (const kind of wanted) further[kind] ||= load(`names-${kind}.js`).then(() => readNames(FURTHER[kind]()));
  return [...tables, ...await Promise.all(wanted.map((kind) => further[kind]))];
}

async function answer() {
  const number = ++asking;
  answers.setAttribute("aria-busy", "true");
  const text = box.value;
  if (!text.trim()) return show([], "");
  const { index, tables } = await prepare();
  const view = viewCard(text);
  const rest = view ? readTerms(text).rest : text;
  if (!rest) return show([view], "A view of the grid");
  const asked = understand(rest, index.data.aliases);
  const all = await tablesFor(index, tables, asked);
  if (number !== asking) return; // something else was typed since
  const chosen = chooseAnswers(index, all, asked);
  const cards = chosen.map((card, number) => makeCard(card, index.data, number === 0));
  show(view ? [view, ...cards] : cards, chosen.length > 1 ? `${chosen.length} answers` : chosen.length ? "One answer" : "Nothing here is about this");
}

function show(cards, said) {
  answers.replaceChildren(...cards);
  answers.setAttribute("aria-busy", "false");
  count.textContent = said;
  document.body.classList.toggle("answered", cards.length > 0);
}

function ask(text) {
  box.value = oneLine(text);
  writeAddress();
  box.focus();
  return answer();
}

function writeAddress() {
  const query = box.value.trim() ? `?q=${encodeURIComponent(box.value)}` : "";
  history.replaceState(null, "", location.pathname + query + location.hash);
}

/** Addresses of the grid's views, from when it was on this page. */
function readAddress() {
  const given = new URLSearchParams(location.search);
  if ([...given.keys()].some((key) => key !== "q")) return location.replace(`grid.html${location.search}${location.hash}`);
  box.value = oneLine(given.get("q") || "");
  answer();
}

/** The box has one line: the ends of others are kept as signs, which understand.js reads. */
box.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text");
  if (!/[\r\n]/.test(text.trim())) return;
  event.preventDefault();
  box.setRangeText(oneLine(text), box.selectionStart, box.selectionEnd, "end");
  box.scrollLeft = box.scrollWidth; // the error of a traceback is its last line
  box.dispatchEvent(new Event("input", { bubbles: true }));
});
box.addEventListener("focus", prepare);
box.addEventListener("input", () => {
  writeAddress();
  answer();
});
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  answer().then(() => answers.querySelector(".card")?.focus());
});
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select");
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  box.focus();
  box.select();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-ask]");
  if (button) ask(button.dataset.ask);
});
window.addEventListener("popstate", readAddress);
document.getElementById("asking").hidden = false;
readAddress();
if (matchMedia("(min-width: 60rem)").matches && !location.hash) box.focus({ preventScroll: true });
