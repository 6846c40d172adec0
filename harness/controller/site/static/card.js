"use strict";
// An answer as a card. Every range of releases stands in the data in words; here they are only put into sentences.

/** A view of the grid, if what was typed narrows one. */
function viewCard(text) {
  const { terms, hasTerms } = readTerms(text);
  if (!hasTerms) return null;
  const words = Object.entries(terms).map(([word, values]) => `\`${word}:${written(values.join(","))}\``);
  return make("article", { class: "card view", tabindex: "-1" }, make("p", { class: "verdict" }, `A view of the grid: ${words.join(", ")}.`),
    make("p", { class: "links" }, make("a", { href: `grid.html?q=${encodeURIComponent(text)}#region` }, "Open this view")));
}

/** An element with children: texts, in which `code` stands between backticks, or other elements. */
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
  for (const child of children.flat()) {
    if (child instanceof Node) element.append(child);
    else String(child).split("`").forEach((part, place) => element.append(place % 2 ? make("code", null, part) : part));
  }
  return element;
}

const code = (names) => names.map((name) => `\`${name}\``).join(", ");
const written = (name) => name.replaceAll("`", "'"); // pasted text has no markup

/** Up to some parts of a list, and how many more there are. */
function few(parts, most, noun) {
  const more = parts.length - most;
  return parts.slice(0, most).join("; ") + (more > 0 ? `; and ${more} more ${noun}` : "");
}

/** The row of a case for the path that was asked for, and whether it is there under another spelling. */
function rowAsked(item, asked, data) {
  for (const { full, written: spelled } of asked.names) {
    const below = belowPath(full, data);
    if (!below) continue;
    const alike = data.paths.filter((path) => expand(path, data.aliases) === below.root);
    const named = alike.find((path) => spelled && `${spelled}.`.startsWith(`${path}.`)) || below.path;
    const path = [named, ...alike].find((other) => item.rows.some(([paths]) => paths.includes(other)));
    if (path) return { row: item.rows.find(([paths]) => paths.includes(path)), path, named };
  }
  return null;
}

/** A few paths as code, private ones named as such. */
function fewPaths(paths, data) {
  const shown = paths.slice(0, paths.length > 4 ? 3 : 4).map((path) => `\`${path}\`${data.private.includes(path) ? " (private)" : ""}`);
  return shown.join(", ") + (paths.length > 4 ? ` and ${paths.length - 3} more` : "");
}

/** `pkg.old` 2.5 to 2.8; of several paths with "in", to be read as one sentence. */
const pathsWhere = (paths, where, data) => `${fewPaths(paths, data)} ${paths.length > 1 ? inWords(where) : where}`;

/** Where a case works: the paths that do everywhere, else those that do in most releases. */
function worksSentence(item, data, but) {
  const rows = item.rows.filter(([paths, where]) => where && !(but && paths.includes(but)));
  const best = rows.slice(0, rows.length && rows[0][1].startsWith("in all") ? 1 : 2);
  const parts = best.map(([paths, where]) => pathsWhere(paths, where, data));
  return parts.length ? `Works: ${parts.join("; ")}.` : but ? "" : "Works under no import path that was measured.";
}

/** The outcomes of a case that have the pasted message, and in which releases. */
function saidMessage(card) {
  const best = card.item.messages.map((said) => sameMessage(card.asked, said));
  const top = Math.max(...best);
  return top >= 0.8 ? card.item.said.filter((_, place) => best[place] === top) : [];
}

/** Where some outcomes are: `PATH` 2.11 to 2.15; `OTHER` from 2.16 on. */
function rangesOf(said, data, most) {
  const places = new Map();
  for (const [path, where] of said.flatMap((each) => each[4])) places.set(where, [...(places.get(where) || []), path]);
  return few([...places].map(([where, paths]) => pathsWhere(paths, where, data)), most, "ranges");
}

const firstBig = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** The releases of some outcomes, whatever their import paths. */
const placesSaid = (said) => [...new Set(said.flatMap((each) => each[4].map(([, where]) => where)))].join(", ");

function verdictOfCase(card, data) {
  const { item } = card;
  const said = saidMessage(card);
  if (item.page) return `${said.length ? `This message ${inWords(placesSaid(said))}. ` : ""}${firstBig(item.rows[0][2])}.`;
  const asked = rowAsked(item, card.asked, data);
  if (said.length) {
    return `This message: ${rangesOf(said, data, 2)}. ${worksSentence(item, data)}`;
  }
  if (!asked) return worksSentence(item, data);
  const other = asked.path === asked.named ? "" : ` (\`${asked.named}\` is the same module)`;
  const rest = asked.row[1] === "in all measured releases" ? "" : ` ${worksSentence(item, data, asked.path)}`;
  return `\`${asked.path}\`${other}: ${asked.row[2]}.${rest}`;
}

/** The columns, a variant next to its release. */
function columnsOf(data) {
  const all = data.releases.map(([id, label, base, variables], column) => ({ id, label, base, variables, column }));
  const isFirst = ({ base }) => !base || !all.some(({ id }) => id === base);
  const withVariants = (release) => [release, ...all.filter(({ base }) => base === release.id).flatMap(withVariants)];
  return all.filter(isFirst).flatMap(withVariants);
}

/** What the names of variants mean, below a strip. */
function variantsLine(data) {
  const variants = columnsOf(data).filter(({ variables }) => variables);
  const byVariables = new Map();
  for (const { label, variables } of variants) byVariables.set(variables, [...(byVariables.get(variables) || []), label]);
  return variants.length ? make("p", { class: "paths" }, [...byVariables].map(([variables, labels]) => `${labels.join(", ")}: with \`${variables}\``).join("; ")) : "";
}

/** Every release as a box with its symbol: each leads to the details of its cell, with the lines that reproduce it. */
function strip(item, [paths, , , letters], data) {
  const list = make("ol", { class: "strip", "aria-label": paths.join(", ") });
  for (const { id, label, column, variables } of columnsOf(data)) {
    const letter = letters[column];
    if (item.page && letter === "N") continue; // the few releases that are asked
    const name = variables ? `${label} (${variables})` : label;
    const link = make("a", { "data-place": `${item.number}:${column}:${paths[0]}`, class: letter.toLowerCase(), href: item.page || `cases/${item.id}.html#${id}:${paths[0]}`, "aria-label": `${name}: ${data.meanings[letter]}` }, label);
    list.append(make("li", null, link));
  }
  return make("div", { class: "row" }, make("p", { class: "paths" }, code(paths)), list);
}

/** What a box of a strip says, for the tip of tip.js. */
function describeResult(link) {
  const [, number, column, path] = /^(\d+):(\d+):(.*)$/.exec(link.dataset.place);
  const item = ANSWERS.cases[number];
  const said = item.said.find((each) => each[4].some(([own, , columns]) => own === path && columns & (1 << column)));
  return [`${path} in ${link.getAttribute("aria-label")}`, said && `${said[0]}: ${ANSWERS.texts[said[1]]}`];
}

/** The advice, where the path that was asked for does not work; without one, of which paths it is. */
function adviceOf(item, asked, data) {
  if (!item.advice || (asked && asked.row[1] === "in all measured releases")) return "";
  const failing = asked || item.page ? [] : item.rows.filter((row) => row[3][0] !== "P").flatMap(([paths]) => paths);
  const isSome = failing.length && failing.length < item.rows.flatMap(([paths]) => paths).length;
  return make("p", { class: "advice" }, make("b", null, `Instead${isSome ? ` of ${fewPaths(failing, data)}` : ""}: `), item.advice);
}

/** A reason, with where it is the reason. */
function whyOf(text, outcomes, data) {
  const isSilent = outcomes.every((each) => each[5]);
  return make("p", { class: "why" }, make("b", null, "Why: "), text, " ",
    make("span", { class: "places" }, `(${rangesOf(outcomes, data, 2)}${isSilent ? "; no error there, but another result" : ""})`));
}

function caseCard(card, data, isFirstCard) {
  const { item } = card;
  const said = saidMessage(card);
  const asked = rowAsked(item, card.asked, data);
  const first = new Set(said.flatMap((each) => each[4].map(([path]) => path)));
  const isFirst = ([paths]) => paths.some((path) => first.has(path) || (asked && asked.path === path));
  const rows = [...item.rows.filter(isFirst), ...item.rows.filter((row) => !isFirst(row))].slice(0, isFirstCard ? 3 : 1);
  const explained = (said.length ? said : reasonsOf(item, asked)).filter(([, , reason]) => reason >= 0);
  const reasons = new Map();
  for (const each of explained) reasons.set(each[2], [...(reasons.get(each[2]) || []), each]);
  const page = item.page || `cases/${item.id}.html`; // of a lane its place on the first page
  const letters = rows[0][3];
  const column = Math.max(0, [...letters].findIndex((letter) => (said.length || !/P/.test(letters) ? letter === "F" : true)));
  return [
    make("p", { class: "verdict" }, verdictOfCase(card, data)),
    make("p", { class: "about" }, card.exact ? "" : make("b", null, "Related, but not this question: "), make("a", { href: page }, item.title)),
    adviceOf(item, asked, data),
    ...[...reasons].slice(0, isFirstCard ? 2 : 0).map(([reason, outcomes]) => whyOf(data.texts[reason], outcomes, data)),
    item.expects ? make("p", { class: "expects" }, `This check expects an error: where it passes, \`${written(item.expects)}\` is raised, as it should be.`) : "",
    isFirstCard ? make("p", { class: "key" }, `${data.subject.title} releases, newest first: ✓ works, ✗ fails, – the import path is not there`) : "",
    ...rows.map((row) => strip(item, row, data)),
    isFirstCard && !item.page ? variantsLine(data) : "",
    make("p", { class: "links" }, item.page ? make("a", { href: page }, "Evidence: what each release does") : [
      make("a", { href: `${page}${said.length ? `#${said[0][3]}` : ""}` }, "Evidence: all results of this check"), " · ",
      make("a", { href: `${page}#${data.releases[column][0]}:${rows[0][0][0]}` }, "Reproduce it")]),
  ];
}

/** The outcomes of the path that was asked for, or of the case as a whole. */
const reasonsOf = (item, asked) => item.said.filter((each) => !asked || each[4].some(([path]) => path === asked.path));

function placeWords({ imports, attributes }) {
  if (imports === attributes) return `can be imported, and reached as an attribute, ${inWords(imports)}`;
  return `can be imported ${inWords(imports)}; reached as an attribute ${inWords(attributes)}`;
}
const inWords = (where) => (where ? (/^(?:in|from) /.test(where) ? where : `in ${where}`) : "in no measured release");

function nameCard(card, data) {
  const { own, others = [] } = card;
  const places = own ? others : card.places;
  const tops = data.paths.map((path) => expand(path, data.aliases));
  const shown = places.sort((a, b) => tops.indexOf(a.root) - tops.indexOf(b.root));
  const verdict = own ? `\`${own.full}\` ${placeWords(own)}.` : `\`${written(card.last)}\` is the name of ${few(shown.map((place) => `\`${place.full}\` (${inWords(place.imports || place.attributes)})`), 2, "names")}.`;
  return [
    make("p", { class: "verdict" }, verdict),
    card.member ? make("p", null, `\`${written(card.member)}\` would be a member of this class. Of members, only methods that people often call are measured, and it is not one of them: nobody knows.`) : "",
    make("p", { class: "about" }, "From the inventory of names: where the name is there, not whether what it names works. ", own?.hasPage ? make("a", { href: modulePage(own) }, "All names of the module.") : ""),
    own && shown.length ? make("details", null, make("summary", null, "The same name under other import paths"),
      make("ul", null, shown.map((place) => make("li", null, `\`${place.full}\`: ${inWords(place.imports || place.attributes)}`)))) : "",
  ];
}

function unknownCard(card, data) {
  const name = written(card.spelled || card.full);
  const verdict = card.kind === "outside" ? `Not covered: \`${name}\` is not below an import path that is measured.` : `No measured release has \`${name}\`.`;
  const hint = card.kind === "outside" ? `Measured are ${code(data.paths)}. This says nothing of whether it works.` : "No case covers it either.";
  const how = make("a", { href: "ask.html" }, "How to ask for it");
  return [
    make("p", { class: "verdict" }, verdict),
    card.nearest && card.nearest.length ? make("p", { class: "nearest" }, "Nearest: ", card.nearest.map((near) => make("button", { type: "button", "data-ask": near }, near))) : "",
    make("p", { class: "about" }, hint, " ", how, "."),
  ];
}

/** The card of an answer: the first one in full. */
function makeCard(card, data, isFirstCard) {
  const body = card.kind === "case" ? caseCard(card, data, isFirstCard) : card.kind === "name" || card.kind === "ending" ? nameCard(card, data) : unknownCard(card, data);
  const about = { case: "data-case", name: "data-name", ending: "data-name", unknown: "data-unknown", outside: "data-unknown" }[card.kind];
  const key = card.kind === "case" ? card.item.id : card.spelled || card.full || card.last;
  return make("article", { class: `card ${card.kind}${card.exact === false ? " near" : ""}`, [about]: key, tabindex: "-1" }, body.filter(Boolean));
}
