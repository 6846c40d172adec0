"use strict";
// The names of the API inventory: which releases have one, and which known names are near another.

/** Read a table of names (NAMES, or HIDDEN_NAMES with the private ones) into a map from relative name to its places. */
function readNames(table) {
  const found = new Map();
  const byLast = new Map();
  let module = "";
  for (const line of table.names.split("\n")) {
    if (line[0] === ":") {
      module = line.slice(1);
      continue;
    }
    const [number, ...names] = line.split(" ");
    for (const last of names) {
      const name = module ? `${module}.${last}` : last;
      found.set(name, +number);
      if (!byLast.has(last)) byLast.set(last, []);
      byLast.get(last).push(name);
    }
  }
  return { table, found, byLast };
}

/** The root that a full name is below: the longest one. */
function rootOf(full, roots) {
  return roots.filter((root) => full === root || full.startsWith(`${root}.`)).sort((a, b) => b.length - a.length)[0];
}

/** Where the roots of a table have a relative name: [{full, imports, attributes}]. */
function placesOf({ table, found }, name) {
  if (!found.has(name)) return [];
  return table.places[found.get(name)].flatMap(([imports, attributes], index) =>
    imports || attributes ? [{
      full: name ? `${table.roots[index]}.${name}` : table.roots[index], root: table.roots[index],
      imports: table.words[imports], attributes: table.words[attributes], hasPage: table === NAMES,
    }] : []);
}

/** A full name in the tables: its own place, and the other roots that have the same relative name. Null if none has it. */
function lookUp(full, tables) {
  for (const names of tables) {
    const root = rootOf(full, names.table.roots);
    if (root === undefined) continue;
    const places = placesOf(names, full.slice(root.length + 1));
    const own = places.find((place) => place.full === full);
    if (own) return { own, others: places.filter((place) => place !== own) };
  }
  return null;
}

/** The places of all names that end in a word, those of short names first. */
function endingIn(last, tables) {
  return tables.flatMap((names) => (names.byLast.get(last) || []).sort((a, b) => a.length - b.length).flatMap((name) => placesOf(names, name)));
}

/** How many letters two words differ in, up to a limit. */
function distance(a, b, limit) {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, place) => place);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    if (Math.min(...next) > limit) return limit + 1;
    row = next;
  }
  return row[b.length];
}

/** Full names near one that no release has: the same last part elsewhere, else the nearest spelling. */
function nearestNames(full, tables, count = 3) {
  const parts = full.split(".");
  const last = parts.at(-1);
  const same = endingIn(last, tables);
  const rank = (place) => (place.root === rootOf(full, [place.root]) ? 0 : 1) * 100 + place.full.length;
  if (same.length) return [...new Set(same.sort((a, b) => rank(a) - rank(b)).map((place) => place.full))].slice(0, count);
  const limit = Math.max(1, Math.floor(last.length / 4));
  const near = [];
  for (const [word] of tables[0].byLast) {
    const far = distance(last.toLowerCase(), word.toLowerCase(), limit);
    if (far <= limit) near.push([far, word]);
  }
  near.sort((a, b) => a[0] - b[0]);
  return [...new Set(near.flatMap(([, word]) => endingIn(word, tables.slice(0, 1)).sort((a, b) => rank(a) - rank(b)).slice(0, 1).map((place) => place.full)))].slice(0, count);
}

/** The page of the module that a name is in, if it has one. */
const modulePage = ({ root, full }) => `modules/${full === root ? root : full.split(".").slice(0, -1).join(".")}.html`;
