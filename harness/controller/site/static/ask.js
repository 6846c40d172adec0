"use strict";
// The box of the first page: loads the data when it gets the focus, and shows the answers to what is in it.

const box = document.getElementById("ask");
const answers = document.getElementById("answers");
const count = document.getElementById("count");
const place = document.currentScript.src.replace(/[^/]*$/, "");
let ready = null; // the promise of the index and the tables of names
let hidden = null; // the promise of the private names
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

/** The tables of names, those of private names if one is asked for that is not public. */
async function tablesFor(index, tables, asked) {
  if (!tables.length || !needsHidden(index, tables, asked)) return tables;
  hidden ||= load("names-hidden.js").then(() => readNames(HIDDEN_NAMES));
  return [...tables, await hidden];
}

async function answer() {
  const number = ++asking;
  answers.setAttribute("aria-busy", "true");
  const text = box.value;
  if (!text.trim()) return show([], "");
  const { index, tables } = await prepare();
  const asked = understand(text, index.data.aliases);
  const all = await tablesFor(index, tables, asked);
  if (number !== asking) return; // something else was typed since
  const chosen = chooseAnswers(index, all, asked);
  show(chosen.map((card, number) => makeCard(card, index.data, number === 0)), chosen.length ? (chosen.length > 1 ? `${chosen.length} answers` : "One answer") : "Nothing here is about this");
}

function show(cards, said) {
  answers.replaceChildren(...cards);
  answers.setAttribute("aria-busy", "false");
  count.textContent = said;
  document.body.classList.toggle("answered", cards.length > 0);
}

function ask(text) {
  box.value = text;
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
  box.value = given.get("q") || "";
  answer();
}

box.addEventListener("focus", prepare);
box.addEventListener("input", () => {
  writeAddress();
  answer();
});
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey) return;
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
