"use strict";
// What somebody typed or pasted, as words to look for. Knows nothing of the page.

const CODE = /^[\s>]*(?:from\s+([\w.]+)\s+import\s+([\w.*(][\w.*,\s()]*)|import\s+([\w.]+)(?:\s+as\s+\w+)?)\s*(?:[;#].*)?$/;
const TRACE = /^.*\bFile ".*?\s(?=(?:\w+\.)*\w*(?:Error|Exception|Warning): )/s; // lines of a traceback before its error
const PLACES = /\((?:[^()]*[\\/][^()]*)\)|(?:[\w.~-]*[\\/])+[\w.-]+/g; // files, which are others on each machine

/** The import path that a line of code is about, and what is left of it. */
function splitCode(text, paths) {
  const code = CODE.exec(text);
  const attribute = /^\s*(?:\w+\s*=\s*)?([A-Za-z_]\w*\.[\w.]+)/.exec(text);
  if (!code && !attribute) return null;
  const module = code ? code[1] || code[3] : attribute[1];
  const found = paths.filter((path) => `${module}.`.startsWith(`${path}.`)).sort((a, b) => b.length - a.length)[0];
  if (!found) return null;
  const names = code && code[2] ? code[2].replace(/[()]/g, " ").split(",").map((name) => name.trim().split(/\s/)[0]) : [];
  return { path: found, words: [...module.slice(found.length).split("."), ...names].filter((word) => word && word !== "*") };
}

/** A query: the words, the whole as a phrase, and the path that it names, if it is a line of code. */
function parseQuery(text, paths) {
  const code = splitCode(text, paths);
  const plain = (code ? code.words.join(" ") : text.replace(TRACE, "")).toLowerCase().replace(PLACES, " ").replace(/\s+/g, " ").trim();
  return { path: code ? code.path : null, phrase: plain, words: plain.match(/[\w.]*\w/g) || [] };
}

/** How well a text fits: 2 for the whole phrase, else the share of its words that are there. */
function fit(text, query) {
  if (text.includes(query.phrase)) return 2;
  return query.words.filter((word) => text.includes(word)).length / (query.words.length || 1);
}

/** The cases and the numbers of messages that fit: with the sentence or all words, or else the best with half of them. */
function look(index, query) {
  const scores = new Map();
  for (const [id, text] of Object.entries(index.cases)) scores.set(`case ${id}`, fit(text, query));
  if (query.phrase.length > 2) index.messages.forEach((text, number) => number && scores.set(number, fit(text, query)));
  const best = Math.max(...scores.values());
  const isSentence = query.words.length > 3; // where the words alone would find 'Nadam' beside 'Adam'
  const least = best === 2 && isSentence ? 2 : best >= 1 ? 1 : Math.max(best, 0.5);
  const found = [...scores].filter(([, score]) => score >= least).map(([key]) => key);
  return {
    exact: best >= 1,
    cases: new Set(found.filter((key) => typeof key === "string").map((key) => key.slice(5))),
    messages: new Set(found.filter((key) => typeof key === "number")),
  };
}
