"use strict";
// Filters of the grid. The table itself is the data; the address holds the state, so that a link gives the same view.

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
let columnRule = "";
let groups = null;
let lit = new Set();
let isTyping = false;

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

function readState() {
  const data = new FormData(form);
  const state = Object.fromEntries([...data].filter(([, value]) => value));
  return { ...state, path: data.getAll("path") };
}

function isShownColumn(state) {
  const first = state.from ? releases.indexOf(state.from) : releases.length - 1;
  const last = state.to ? releases.indexOf(state.to) : 0;
  return heads.map((head) => {
    const place = releases.indexOf(head.base || head.id);
    return place === -1 ? !state.from && !state.to : place <= first && place >= last;
  });
}

/** The column with which one is compared: the release before, or what a variant varies. -1 if there is none. */
function columnBefore(id) {
  const head = heads.find((other) => other.id === id);
  return heads.findIndex((other) => other.id === (head.base || head.older));
}

/** Whether a row answers otherwise in a release than before it. What was not run is no answer. */
function isChanged({ letters }, id) {
  const now = letters[heads.findIndex((head) => head.id === id)];
  const before = letters[columnBefore(id)];
  return now !== before && now !== "N" && before !== "N" && before !== undefined;
}

/** The columns in which a row's message fits the search. */
function hitColumns(number, messages) {
  const runs = SEARCH.rows[number];
  const hits = [];
  for (let place = 0, column = 0; place < runs.length; column += runs[place + 1], place += 2) {
    if (messages.has(runs[place])) for (let k = 0; k < runs[place + 1]; k++) hits.push(column + k);
  }
  return hits;
}

function differing(group, state, shown) {
  const [a, b] = [state.a, state.b].map((path) => group.rows.find((row) => row.path === path));
  return Boolean(a && b) && shown.some((is, column) => is && a.letters[column] !== b.letters[column]);
}

function fits(row, state, shown, paths, hits) {
  if (paths.length && !paths.includes(row.path)) return false;
  if (state.changed && !isChanged(row, state.changed)) return false;
  const columns = hits || heads.map((_, column) => column);
  return columns.some((column) => shown[column] && (!state.status || row.letters[column] === state.status));
}

/** Neighbouring releases with the same in every row shown, and the same found: the newest of each is left. Unrun ones stay. */
function fold(rows, shown) {
  const folded = [];
  let last = -1;
  heads.forEach((head, column) => {
    if (!shown[column]) return void (last = -1);
    const isNext = column > 0 && heads[column - 1].older === head.id && head.isRun;
    const isSame = last !== -1 && isNext && rows.every(({ letters, hits }) =>
      letters[column] === letters[last] && letters[column] !== "N" && hits.includes(column) === hits.includes(last));
    if (isSame) folded.push({ column, into: last });
    else last = head.isRun ? column : -1;
  });
  return folded;
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

function apply() {
  const state = readState();
  groups ||= readGroups();
  const query = state.q ? parseQuery(state.q, [...new Set(groups.flatMap(({ rows }) => rows.map((row) => row.path)))]) : null;
  const answer = query && query.words.length ? look(SEARCH, query) : null;
  const shown = isShownColumn(state);
  const compared = [state.a, state.b].filter(Boolean);
  const paths = state.path.length ? state.path : compared.length === 2 ? compared : query?.path ? [query.path] : [];
  const hit = new Set();
  const rowsShown = [];
  let cases = 0;
  for (const group of groups) {
    const isOut = (state.kind && group.section.dataset.kind !== state.kind) ||
      (compared.length === 2 && !differing(group, state, shown));
    let any = false;
    for (const row of group.rows) {
      const isCase = !answer || answer.cases.has(group.id);
      const hits = answer ? hitColumns(row.number, answer.messages) : [];
      const isShown = !isOut && (isCase || hits.length > 0) && fits(row, state, shown, paths, isCase ? null : hits);
      if (row.row.hidden === isShown) row.row.hidden = !isShown;
      if (!isShown) continue;
      any = true;
      rowsShown.push({ letters: row.letters, hits });
      for (const column of hits) hit.add(row.row.cells[column + 1]);
    }
    if (group.body.hidden === any) group.body.hidden = !any;
    cases += any;
  }
  for (const cell of lit) if (!hit.has(cell)) cell.classList.remove("hit");
  for (const cell of hit) if (!lit.has(cell)) cell.classList.add("hit");
  lit = hit;
  for (const section of new Set(groups.map((group) => group.section))) {
    section.hidden = ![...section.querySelectorAll("tbody")].some((body) => !body.hidden);
  }
  showColumns(shown, state.fold ? fold(rowsShown, shown) : []);
  document.body.classList.toggle("filtered", cases < groups.length);
  const near = answer && !answer.exact ? "Nothing says just this; what comes near: " : "";
  const count = `${cases} of ${groups.length} cases, ${rowsShown.length} rows`;
  found.textContent = cases ? near + count : `Nothing fits: ${count}`;
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
