"use strict";
// From what was pasted to the answers: cases, names of the inventory, and what is known of neither.

const MOST = 4; // answers
const NEAR = 0.3; // the least score of a case that is shown as near, where 1 is the best that words alone give

/** What the inventory says of a full name: known, unknown, or outside of what is measured. Null says nothing. */
function judgeName({ full, how, spelled, alone }, index, tables) {
  const below = belowPath(full, index.data);
  const tops = index.data.paths.map((path) => expand(path, index.data.aliases));
  if (!below) {
    const isAround = tops.some((path) => path === full || path.startsWith(`${full}.`));
    const isOurs = tops.some((path) => path.split(".")[0] === full.split(".")[0]);
    const first = full.split(".")[0].toLowerCase();
    const isPackage = alone && first.length > 4 && !index.known.has(first); // no variable of somebody's
    return !isAround && (how !== "attribute" || isOurs || isPackage) ? { kind: "outside", full, spelled } : null;
  }
  if (!tables.length) return null;
  const found = lookUp(full, tables);
  if (found) return { kind: "name", full, spelled, ...found };
  const owner = full.split(".").slice(0, -1).join(".");
  if (/^[A-Z]/.test(owner.split(".").at(-1)) && lookUp(owner, tables)) return { kind: "name", full: owner, member: full, ...lookUp(owner, tables) };
  return { kind: "unknown", full, spelled, nearest: nearestNames(full, tables) };
}

/** What the inventory says of a last part alone, such as `Adam`. Null for a word that only cases know. */
function judgeLast(last, index, tables) {
  const places = endingIn(last, tables.slice(0, 1));
  const all = places.length ? places : endingIn(last, tables);
  if (!all.length && index.known.has(last.toLowerCase())) return null;
  return all.length ? { kind: "ending", last, places: all } : { kind: "unknown", full: last, nearest: nearestNames(last, tables) };
}

/** Identifiers that only stand in a question, and only if the question is little else. */
function loneNames(asked) {
  const parts = new Set(asked.names.flatMap(({ full }) => full.split(".")));
  return asked.lasts.length || asked.error ? [] : asked.bare.filter((word) => !parts.has(word) &&
    /[a-z][A-Z]|_/.test(word) && !/(?:Error|Exception|Warning)$/.test(word) && !asked.arguments.includes(word));
}

/** The full names that were asked for. An import path alone is one only if nothing else was asked. */
function fullNames(asked, index) {
  const inner = asked.names.filter(({ full }) => belowPath(full, index.data)?.inner !== "");
  if (!inner.length && !loneNames(asked).length) return asked.names.slice(0, 1).filter((name) => isAlone(name, asked));
  return inner.map((name) => ({ ...name, alone: asked.names.length === 1 && isAlone(name, asked) }));
}

const plainTerms = (asked) => asked.terms.filter((term) => !term.endsWith("~"));

/** Whether a text holds hardly more than a name. */
function isAlone({ full, how }, asked) {
  const own = new Set(tokens(full));
  return how !== "attribute" || plainTerms(asked).every((term) => own.has(term) || full.includes(term) || term === "import");
}

/** The further tables that are worth loading: of private names if no public one is meant, of methods if one may be. */
function furtherTables(index, tables, asked) {
  const judged = [...fullNames(asked, index).map((name) => judgeName(name, index, tables)), ...[...asked.lasts, ...loneNames(asked)].map((last) => judgeLast(last, index, tables))];
  const isHidden = judged.some((item) => item && item.kind === "unknown");
  const isMember = asked.owned.length > 0 || judged.some((item) => item && item.member);
  return [...(isHidden ? ["hidden"] : []), ...(isMember ? ["methods"] : [])];
}

/** Methods that a message says an object does not have: where classes of this name have them. */
function judgeOwned(owned, tables) {
  const places = endingIn(owned.split(".").at(-1), tables).filter(({ full }) => full.endsWith(`.${owned}`));
  return places.length ? { kind: "ending", last: owned, places } : null;
}

/** Whether one known name is all that was asked, and the best case is not about just it: then the inventory says more. */
function isNameAlone(names, best, asked, index) {
  if (!best || names.length !== 1 || names[0].kind !== "name" || names[0].member || !fullNames(asked, index).every(({ alone }) => alone)) return false;
  return best.message < 0.8 && best.item.kind !== "symbol" && !(best.isAbout && best.name >= 0.9);
}

/** The answers, best first: each has a kind (case, name, ending, unknown, outside), and a case whether it is exact. */
function chooseAnswers(index, tables, asked) {
  const ranked = rankCases(index, asked);
  const isExact = (hit) => hit.message >= 0.8 || hit.name >= 0.8 || (hit.given >= 0.5 && hit.owns);
  const isListed = (word) => ranked.some(({ item }) => item.lasts.has(word.toLowerCase()));
  const lone = tables.length ? loneNames(asked).filter((word) => isAlone({ full: word, how: "attribute" }, asked) || !isListed(word)) : [];
  const judged = fullNames(asked, index).map((name) => judgeName(name, index, tables));
  if (tables.length) judged.push(...[...new Set([...asked.lasts, ...lone])].map((last) => judgeLast(last, index, tables)), ...asked.owned.map((name) => judgeOwned(name, tables)));
  const names = judged.filter(Boolean);
  const exact = ranked.filter(isExact);
  const top = exact.length ? exact[0].score : 0;
  const cases = exact.filter((hit) => hit.score >= top * 0.6);
  const near = ranked.filter((hit) => !isExact(hit) && hit.score >= NEAR);
  const asCard = (hit) => ({ kind: "case", ...hit, exact: isExact(hit), asked });
  const chosen = [...cases.slice(0, names.length ? 2 : MOST).map(asCard), ...names, ...(cases.length || names.length ? near.slice(0, 2) : near).map(asCard)];
  const isFirstNamed = names.length && names[0].kind !== "name" && names[0].kind !== "ending" && !cases.some((hit) => hit.message >= 0.8 || hit.name >= 0.9);
  if (isFirstNamed || isNameAlone(names, cases[0], asked, index)) return [names[0], ...chosen.filter((card) => card !== names[0])].slice(0, MOST);
  return chosen.slice(0, MOST);
}
