"use strict";
// Which cases answer what was pasted. MiniSearch ranks the text; exact names, arguments and messages are ours.

const FIELDS = { names: 2, title: 3, source: 1, advice: 0.5, messages: 1 };

/** The index of all cases: built once, when the data are there. */
function makeIndex(data) {
  const known = new Set(); // every word of the index: only others are searched by their beginning or spelling
  const mini = new MiniSearch({
    idField: "number", fields: Object.keys(FIELDS), processTerm: (term) => term,
    tokenize: (text) => stemmed(text).map((term) => (known.add(term), term)),
  });
  const cases = data.cases.map((item, number) => {
    const messages = [...item.said.map(([error, text]) => ({ error, ...phrases(data.texts[text]) })), ...item.expects ? [{ error: "", ...phrases(item.expects) }] : []];
    const names = item.names.split(" ");
    return { ...item, number, messages, list: names.map((name) => name.toLowerCase()), lasts: new Set(names.map((name) => name.toLowerCase().split(".").at(-1))), titled: titleTokens(item.title, data.aliases), called: new Set(item.id.split("-").filter((word) => !STOP.has(word))) };
  });
  mini.addAll(cases.map((item) => ({
    number: item.number, names: item.names, title: `${item.title} ${item.id.replaceAll("-", " ")} ${item.kind}`, source: item.source,
    advice: [item.advice, ...new Set(item.said.map((said) => data.texts[said[2]] || ""))].join(" "), messages: [item.expects, ...new Set(item.said.map(([error, text]) => `${error} ${data.texts[text]}`))].join(" "),
  })));
  const counts = new Map();
  for (const name of cases.flatMap((item) => [...new Set(item.list)])) counts.set(name, (counts.get(name) || 0) + 1);
  const weigh = (name, item) => (item.list.includes(name) ? Math.min(1, 2 / counts.get(name)) : 0); // rare names say more
  const countLast = (name) => cases.filter((item) => item.lasts.has(name)).length;
  const count = (name) => counts.get(name) || 0;
  return { mini, cases, data, known, count, weigh, countLast };
}

/** The words of a title that say something, names of packages written out. */
function titleTokens(title, aliases) {
  const written = title.replace(/[A-Za-z_]\w*(?:\.\w+)+/g, (name) => expand(name, aliases));
  return new Set(tokens(written).filter((word) => !STOP.has(word)));
}

/** A phrase as whole words inside another text. */
const holds = (text, phrase) => phrase.length > 2 && ` ${text} `.includes(` ${phrase} `);

const countWords = (text) => text.split(" ").length;

/** How well a measured message is the pasted one: 1 as a whole, 0.8 if one holds the other or they begin alike. */
function sameMessage({ phrase, sentence, numberless }, said) {
  if (!phrase || !said.phrase) return 0;
  if (phrase === said.phrase) return 1;
  if (holds(said.phrase, phrase) && countWords(phrase) >= 3) return 0.9;
  if (numberless === said.numberless && countWords(numberless) >= 4) return 0.9;
  if (sentence === said.sentence && countWords(sentence) >= 5) return 0.85;
  return countWords(said.phrase) >= 3 && holds(phrase, said.phrase) ? 0.8 : 0;
}

/** Whether a message says that a module around a missing one is not there, which is why that one is not. */
function sameModule(missing, said) {
  const found = /^no module named ([\w.]+)$/.exec(said);
  return found && missing.some(({ root, inner }) => found[1].length > root.length && `${root}.${inner}.`.startsWith(`${found[1]}.`)) ? 0.8 : 0;
}

/** How exactly a case is about a name below an import path: its own name, one in it, or the same last part. */
function sameName(inner, item) {
  if (!inner) return 0;
  const name = inner.toLowerCase();
  const last = name.split(".").at(-1);
  let best = 0;
  for (const other of item.list) {
    if (other === name) best = Math.max(best, 1);
    else if (other.startsWith(`${name}.`)) best = Math.max(best, 0.9);
    else if (other.endsWith(`.${name}`) || (other.includes(".") && name.endsWith(`.${other}`))) best = Math.max(best, 0.8);
    else if (last.length > 2 && (other === last || other.endsWith(`.${last}`))) best = Math.max(best, 0.4);
  }
  return best;
}

/** A full name as its import path and the name below it, among all spellings of paths. */
function belowPath(full, data) {
  const written = data.paths.map((path) => ({ path, full: expand(path, data.aliases) }));
  const found = written.filter((item) => full === item.full || full.startsWith(`${item.full}.`)).sort((a, b) => b.full.length - a.full.length)[0];
  return found ? { path: found.path, root: found.full, inner: full.slice(found.full.length + 1) } : null;
}

/** What is asked below the import paths: the paths themselves are rows of every case, and no words to search for. */
function aboutPaths(index, asked) {
  const lost = asked.names.filter(({ full, how }) => how === "error" && belowPath(full, index.data)?.inner !== "");
  const isInLost = ({ full }) => lost.some((outer) => full.startsWith(`${outer.full}.`)); // is missing as what is around it is
  const below = asked.names.filter((name) => !isInLost(name)).map((name) => ({ ...name, below: belowPath(name.full, index.data) })).filter((name) => name.below);
  const inners = below.map((name) => name.below.inner).filter(Boolean);
  const paths = new Set(below.map((name) => name.below.root));
  const whole = new Set(below.flatMap(({ full, written }) => stemmed(`${full} ${written || ""}`)));
  const kept = tokens(inners.join(" "));
  const terms = [...new Set([...asked.terms.filter((term) => !whole.has(term)), ...kept])];
  const missing = /No module named/.test(asked.text) ? below.filter(({ how }) => how === "error").map((name) => name.below) : [];
  return { inners, paths, missing, terms: terms.length ? terms : asked.terms };
}

/** The texts of cases against the terms, by case: 1 is the best. */
function searchTexts(index, terms, strong) {
  const isNew = (term) => !index.known.has(term);
  const found = index.mini.search(terms.join(" "), {
    boost: FIELDS, tokenize: (text) => text.split(" "), combineWith: "OR", weights: { fuzzy: 0.2, prefix: 0.3 },
    prefix: (term) => term.length > 4 && isNew(term), fuzzy: (term) => term.length > 5 && isNew(term) && 0.2,
    boostTerm: (term) => (strong.has(term) ? 2.5 : COMMON.has(term.replace("~", "")) || /(?:error|exception)$/.test(term) ? 0.3 : 1),
  });
  return new Map(found.map((hit) => [hit.id, hit.score / found[0].score]));
}

/** How much of a title and of an id was asked for, names of packages and "this path" above all. */
function titleScore(item, wanted, paths, aliases) {
  const covered = [...item.titled].filter((word) => wanted.has(word));
  const dotted = covered.filter((word) => word.includes(".")).length;
  const isThisPath = /\bthis path\b/.test(item.title) && item.rows.some(([own]) => own.some((path) => paths.has(expand(path, aliases))));
  const called = [...item.called].filter((word) => wanted.has(word)).length / item.called.size;
  return 0.25 * covered.length / (item.titled.size || 1) + 0.2 * called + 0.25 * Math.min(2, dotted + isThisPath);
}

/** Whether a case has its id from one of these names: `fit-generator` from `fit_generator`, also with the module. */
function isCalled(item, names) {
  const called = item.id.replaceAll("-", "");
  return names.some((name) => [name, name.split(".").at(-1)].some((own) => own.replace(/[._]/g, "").toLowerCase() === called));
}

/** The argument that the fewest cases have: in `Adam(learning_rate=0.1, decay=0.1)` the question is about `decay`. */
function rarest(index, given) {
  const counted = given.map((word) => [index.count(word.toLowerCase()), word]).filter(([number]) => number);
  return counted.length ? counted.reduce((best, next) => (next[0] < best[0] ? next : best))[1] : "";
}

/** How well one measured message is that of the question. */
const likenessOf = (asked, missing, said) => Math.max(sameMessage(asked, said), sameModule(missing, said.phrase));

/** The import paths under which a case says what was asked; of the private ones only those that were asked for. */
function countPlaces(index, item, paths, isSaid) {
  const isMeant = ([path]) => !index.data.private.includes(path) || paths.has(expand(path, index.data.aliases));
  return Math.max(0, ...item.said.filter((_, number) => isSaid(item.messages[number])).map((said) => said[4].filter(isMeant).length));
}

/** The cases by how well they answer: [{item, score, message, name}], best first. */
function rankCases(index, asked) {
  const { inners, paths, missing, terms } = aboutPaths(index, asked);
  const texts = searchTexts(index, terms, asked.strong);
  const wanted = new Set([...asked.terms, ...asked.strong]);
  const key = rarest(index, asked.arguments).replaceAll("_", "-").toLowerCase();
  const others = asked.names.filter(({ full, how }) => how === "import" && !belowPath(full, index.data)).map(({ full }) => full.toLowerCase());
  const called = [...asked.bare, ...asked.lasts, ...asked.owners, ...inners];
  return index.cases.map((item) => {
    const text = texts.get(item.number) || 0;
    const message = Math.max(0, ...item.messages.map((said) => likenessOf(asked, missing, said)));
    const around = missing.some(({ inner }) => item.list.some((name) => inner.startsWith(`${name}.`) && index.weigh(name, item) > 0.4)) ? 0.85 : 0;
    const hasLast = (word) => item.lasts.has(word.toLowerCase());
    const isLast = asked.lasts.some(hasLast) || asked.members.some((word) => hasLast(word) && index.countLast(word.toLowerCase()) <= 4);
    const imported = Math.max(0, ...others.map((other) => 0.9 * index.weigh(other, item)));
    const isNamed = !asked.error && asked.bare.some((word) => !asked.arguments.includes(word) && (hasLast(word) || item.titled.has(word.toLowerCase())));
    const name = Math.max(around, imported, isLast ? 0.9 : 0, isNamed ? 0.8 : 0, ...inners.map((inner) => sameName(inner, item)));
    const given = asked.arguments.reduce((sum, word) => sum + index.weigh(word.toLowerCase(), item), 0);
    const isAbout = isCalled(item, called) || (key && `-${item.id}-`.includes(`-${key}-`));
    const isElsewhere = paths.size > 0 && !item.rows.some(([own]) => own.some((path) => paths.has(expand(path, index.data.aliases))));
    const owns = asked.owners.some((word) => item.titled.has(word.toLowerCase()));
    const places = message ? countPlaces(index, item, paths, (said) => likenessOf(asked, missing, said) === message) : 0;
    const isItsError = message > 0 && item.messages.some((said) => said.error === asked.error?.type && likenessOf(asked, missing, said) === message);
    const score = (isElsewhere ? 0.75 : 1) * (text * (1 + 0.8 * name + 0.8 * message) + 0.3 * name + Math.min(0.8, 5 * name / item.list.length) + 0.6 * message + (isItsError ? 0.1 : 0) +
      0.04 * Math.min(places, 8) + 0.4 * Math.min(given, 2) + (owns ? 0.3 : 0) + (isAbout ? 0.6 : 0) + titleScore(item, wanted, paths, index.data.aliases));
    return { item, score, text, message, name, given, owns, isAbout };
  }).filter((hit) => hit.text > 0 || hit.name > 0 || hit.message > 0).sort((a, b) => b.score - a.score);
}
