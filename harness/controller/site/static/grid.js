"use strict";
// The view of the grid. The table itself is the data; the address holds the state, so that a link gives the same view.

const form = document.getElementById("filters");
const found = document.getElementById("found");
const sheet = new CSSStyleSheet();
const heads = [...document.querySelector(".grid thead tr").cells].slice(1).map((head) => ({
  id: head.dataset.env,
  base: head.dataset.base,
  older: head.dataset.older, // the release before it, which need not be in this grid
  isRun: !head.classList.contains("unrun"),
  label: head.querySelector("a").textContent,
}));
const releases = heads.filter((head) => !head.base).map((head) => head.id); // newest first
const letters = Object.fromEntries([...form.elements.status.options].map((option) => [option.textContent, option.value]));
let columnRule = "";
let groups = null;
let index = null;
let lit = new Set();
let joined = []; // cells that stand for others of their row
let isTyping = false;
let current = null; // the view: its rows and columns, for those who take it away

/** Every case with its rows; a row's letters are one a column. Read once, when they are first needed. */
function readGroups() {
  let number = 0;
  return [...document.querySelectorAll(".grid tbody")].map((body) => ({
    body,
    id: body.dataset.case,
    section: body.closest("section"),
    rows: [...body.rows].slice(1).map((row) => {
      const letters = row.textContent.trimEnd().slice(-heads.length);
      return { row, number: number++, path: row.cells[0].textContent, letters };
    }),
  }));
}

function readIndex() {
  const cases = Object.fromEntries(Object.entries(SEARCH.cases).map(([id, text]) => [id, comparable(text)]));
  return { cases, comparable: SEARCH.messages.map(comparable) };
}

/** The number of the message of each column of a row. */
function messagesOf(number) {
  const runs = SEARCH.rows[number];
  const numbers = [];
  for (let place = 0; place < runs.length; place += 2) for (let k = 0; k < runs[place + 1]; k++) numbers.push(runs[place]);
  return numbers;
}

/** The import path that a line of code is about as it stands in the grid, and the rest of the name. Null for an error. */
function pathAsked(asked, paths) {
  const name = asked.error ? null : asked.names.find(({ how }) => how !== "error");
  for (const full of name ? [name.spelled, name.full] : []) {
    const path = full && paths.filter((path) => `${full}.`.startsWith(`${path}.`)).sort((a, b) => b.length - a.length)[0];
    if (path) return { path, inner: full.slice(path.length + 1) };
  }
  return null;
}

function apply() {
  groups ||= readGroups();
  const view = readView(form, letters, SEARCH.aliases);
  if (view.asked || view.messages.length) index ||= readIndex();
  const code = view.asked && pathAsked(view.asked, [...new Set(groups.flatMap(({ rows }) => rows.map((row) => row.path)))]);
  const isSearch = view.asked && (code ? code.inner : view.asked.phrase);
  const answer = isSearch ? findAsked(index, view.asked, code?.inner) : null;
  const shown = isShownColumn(view);
  const compared = [view.a, view.b].filter(Boolean);
  const paths = view.paths.length ? view.paths : compared.length === 2 ? compared : code ? [code.path] : [];
  const isHit = (number) => number && (answer?.messages.has(number) || (view.messages.length && view.messages.every((text) => holdsWords(index.comparable[number], text))));
  const rows = [];
  const lights = new Set();
  let cases = 0;
  for (const group of groups) {
    const isOut = (view.kinds.length && !view.kinds.includes(group.section.dataset.kind)) || !fitsPattern(group.id, view.cases) ||
      (compared.length === 2 && !isDifferent(group, view, shown));
    let any = false;
    for (const row of group.rows) {
      const hits = isOut || !(answer || view.messages.length) ? [] : messagesOf(row.number).flatMap((number, column) => (isHit(number) ? [column] : []));
      const isWhole = view.messages.length ? false : !answer || answer.cases.has(group.id); // whatever its messages
      const columns = isWhole ? heads.map((_, column) => column) : hits;
      const isShown = !isOut && isInView(row, view, shown, paths, columns);
      if (row.row.hidden === isShown) row.row.hidden = !isShown;
      if (!isShown) continue;
      any = true;
      rows.push({ case: group.id, path: row.path, row: row.row, letters: row.letters, hits });
      for (const column of hits) lights.add(row.row.cells[column + 1]);
    }
    if (group.body.hidden === any) group.body.hidden = !any;
    cases += any;
  }
  light(answer && !answer.exact ? new Set() : lights);
  hideEmptySections();
  showColumns(shown, view.fold ? foldColumns(rows, shown) : []);
  document.body.classList.toggle("filtered", cases < groups.length);
  joinNeighbours(view.join ? rows : [], shown);
  current = { rows, shown };
  announce(cases, rows.length, answer);
}

const holdsWords = (text, phrase) => ` ${text} `.includes(` ${phrase} `);

/** What was found is marked; what only comes near is not. */
function light(cells) {
  for (const cell of lit) if (!cells.has(cell)) cell.classList.remove("hit");
  for (const cell of cells) if (!lit.has(cell)) cell.classList.add("hit");
  lit = cells;
}

/** Cells of a row that are as the one before in the view become one bar, which has its mark at the start. */
function joinNeighbours(rows, shown) {
  for (const cell of joined) cell.classList.remove("same", "more");
  joined = [];
  const columns = heads.map((_, column) => column).filter((column) => shown[column]);
  for (const { row, letters } of rows) {
    columns.forEach((column, place) => {
      if (!place || letters[column] !== letters[columns[place - 1]]) return;
      const [before, cell] = [row.cells[columns[place - 1] + 1], row.cells[column + 1]];
      before.classList.add("more");
      cell.classList.add("same");
      joined.push(before, cell);
    });
  }
}

function hideEmptySections() {
  for (const section of new Set(groups.map((group) => group.section))) {
    section.hidden = ![...section.querySelectorAll("tbody")].some((body) => !body.hidden);
  }
}

function announce(cases, rows, answer) {
  const near = answer && !answer.exact ? "Nothing says just this; what comes near: " : "";
  const count = `${cases} of ${groups.length} cases, ${rows} rows`;
  found.textContent = cases ? near + count : `Nothing fits: ${count}`;
  const filter = new URLSearchParams(location.search);
  document.getElementById("printed").textContent = [...filter].map(([name, value]) => `${name}: ${value}`).join(", ");
}

function showColumns(shown, folded) {
  const gone = new Set([...shown.keys()].filter((column) => !shown[column]));
  const labels = heads.map((head) => head.label);
  for (const { column, into } of folded) {
    gone.add(column);
    labels[into] = `${heads[column].label} – ${heads[into].label}`;
  }
  const hidden = [...gone].map((column) => `.grid tr > :not([colspan]):nth-child(${column + 2})`);
  const rule = hidden.length ? `${hidden.join(",")} { display: none }` : "";
  if (rule !== columnRule) sheet.replaceSync(rule); // which has every cell styled anew
  columnRule = rule;
  for (const line of document.querySelectorAll(".grid thead tr")) {
    heads.forEach((_, column) => {
      const link = line.cells[column + 1].firstElementChild;
      if (link.textContent !== labels[column]) link.textContent = labels[column];
    });
  }
  for (const head of document.querySelectorAll(".grid tr.case th")) head.colSpan = heads.length - gone.size + 1;
}

function writeAddress(isNew) {
  const search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value)).toString();
  const address = `${location.pathname}${search ? `?${search}` : ""}${location.hash}`;
  if (address === location.pathname + location.search + location.hash) return;
  history[isNew ? "pushState" : "replaceState"](null, "", address);
}

function readAddress() {
  const parameters = new URLSearchParams(location.search);
  for (const field of form.elements) {
    if (field.type === "checkbox") field.checked = parameters.getAll(field.name).includes(field.value);
    else if (field.name) field.value = parameters.get(field.name) || "";
    if (field.tagName === "SELECT" && field.selectedIndex === -1) field.selectedIndex = 0; // a value that is none here
  }
  isTyping = false;
  apply();
}

/** The rows and columns of the view as a CSV file, which spreadsheets read. */
function asCsv() {
  const columns = heads.map((_, column) => column).filter((column) => current.shown[column]);
  const words = Object.fromEntries(Object.entries(letters).map(([word, letter]) => [letter, word]));
  const lines = current.rows.map((row) => [row.case, row.path, ...columns.map((column) => words[row.letters[column]])]);
  return [["case", "path", ...columns.map((column) => heads[column].id)], ...lines].map((line) => line.join(",")).join("\n") + "\n";
}

document.getElementById("csv").addEventListener("click", () => {
  const address = URL.createObjectURL(new Blob([asCsv()], { type: "text/csv" }));
  Object.assign(document.createElement("a"), { href: address, download: "view.csv" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
});
document.getElementById("link").addEventListener("click", async ({ target }) => {
  const address = `${location.href.replace(/#.*/, "")}#region`;
  history.replaceState(null, "", address);
  await navigator.clipboard.writeText(address).then(() => (target.textContent = "copied"), () => (target.textContent = "it is in the address bar"));
});

/** What a cell says, for the tip of tip.js: the status, the stage and the message. */
function describeResult(cell) {
  groups ||= readGroups();
  const column = cell.cellIndex - 1;
  const row = groups.flatMap((group) => group.rows).find((row) => row.row === cell.parentElement);
  const number = messagesOf(row.number)[column];
  const word = Object.keys(letters).find((word) => letters[word] === row.letters[column]);
  return [`${row.path} in ${heads[column].label}: ${word}${SEARCH.stages[number] ? ` at ${SEARCH.stages[number]}` : ""}`, SEARCH.messages[number]];
}

document.adoptedStyleSheets = [sheet];
form.hidden = false;
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", (event) => {
  const isText = event.target.name === "q";
  writeAddress(!isText || !isTyping); // letter by letter is one step back
  isTyping = isText;
  apply();
  document.getElementById("region").scrollTop = 0;
});
form.addEventListener("reset", () => setTimeout(() => {
  writeAddress(true);
  apply();
}));
window.addEventListener("popstate", readAddress);
if (location.search) readAddress();
else form.reset();
