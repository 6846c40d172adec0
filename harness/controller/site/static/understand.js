"use strict";
// What somebody pasted: the error, the names it is about, the arguments, the words. Knows nothing of the page.

const ERROR_LINE = /(?:^|[\s>])((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Warning|Interrupt|Exit)):[ \t]+/g;
const FRAME = /^\s*File "([^"]*)", line \d+/;
const IMPORT = /(?:^|[\s>;(])from\s+([A-Za-z_][\w.]*)\s+import\s+(\([^)]*\)|[\w*]+(?:\s+as\s+\w+)?(?:\s*,\s*\w+(?:\s+as\s+\w+)?)*)|(?:^|[>;])[^\S\n]*import\s+([A-Za-z_]\w*(?:\.\w+)*)(?:\s+as\s+(\w+))?/gm;
const CHAIN = /(?<![\w.'"/\\-])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+/g;
const PLACES = /\((?:[^()]*[\\/][^()]*)\)|(?:[\w.~-]*[\\/])+[\w.-]+|\b0x[0-9a-f]+\b/gi; // files and addresses, which differ everywhere
const OBJECT = /<(?:[\w.]*\.)?(\w+) object at [^<>]*>/g;
const FILE_NAME = /\.(?:py|pyc|h5|hdf5|json|png|txt|yaml|ipynb|so|csv)$/i;
const STOP = new Set(("a an the of in on at to is are was were be been it its this that these those i we you my me and or not no do does " +
  "did can could should would will with within by as if then from for so but how what which when where why who whose any there here " +
  "have has had get gets got use used using work works working support supports supported please help why still after before " +
  "inside into same than too very just version versions release releases error errors").split(" "));

/** Words of every error: they say little of what it is about. */
const COMMON = new Set(("cannot import imported name named module attribute object got unexpected keyword argument arguments missing required " +
  "positional must instance class type failed found invalid value traceback recent call last file line").split(" "));

/** The names that messages of Python itself quote: what was not found, and where. */
const MESSAGES = [
  [/No module named ['"]?([\w.]+)/g, (found) => ({ full: found[1] })],
  [/cannot import name ['"]?(\w+)['"]?(?: from (?:partially initialized module )?['"]([\w.]+)['"])?/g,
    (found) => (found[2] ? { full: `${found[2]}.${found[1]}` } : { last: found[1] })],
  [/module ['"]([\w.]+)['"] has no attribute ['"](\w+)['"]/g, (found) => ({ full: `${found[1]}.${found[2]}` })],
  [/['"]([\w.]+)['"] object has no attribute ['"](\w+)['"]/g, (found) => ({ member: found[2], owner: found[1] })],
  [/type object ['"](\w+)['"] has no attribute ['"](\w+)['"]/g, (found) => ({ member: found[2], owner: found[1] })],
  [/([\w.]+?)(?:\.__init__)?\(\) (?:got|missing)/g, (found) => ({ owner: found[1].replace(/^_*init_*$/, "") })],
  [/keyword argument:? ['"]?(\w+)/g, (found) => ({ argument: found[1] })],
];

const LINE_END = " \u23ce "; // the end of a line in the box, which has one line

const oneLine = (text) => text.trim().replace(/\s*[\r\n]+/g, LINE_END);

/** The lines of what was pasted, also where a box of one line has joined them. */
function separateLines(text) {
  return text.replace(/ ?\u23ce ?/g, "\n").replace(/[ \t]+(?=File ")/g, "\n  ")
    .replace(/(?<=\S)[ \t]*(?=(?:ModuleNotFound|Import|Attribute|Type|Value|Key|Runtime|NotImplemented|Name)Error: )/g, "\n");
}

/** The last error of a text, its own lines, and those lines of code that are not of an installed package. */
function readTrace(text) {
  const heads = [...text.matchAll(ERROR_LINE)];
  const head = heads.at(-1);
  const error = head ? { type: head[1].split(".").at(-1), message: text.slice(head.index + head[0].length).trim() } : null;
  if (!/\bFile "/.test(text)) return { error, code: head ? text.slice(0, head.index) : text };
  const code = [];
  let isOwn = true;
  for (const line of (head ? text.slice(0, head.index) : text).split("\n")) {
    const frame = FRAME.exec(line);
    if (frame) isOwn = !/site-packages|dist-packages/.test(frame[1]);
    const rest = frame ? line.replace(/^.*?, in \S+/, "").replace(FRAME, "") : line;
    if (isOwn && !/^Traceback/.test(line)) code.push(rest);
  }
  return { error, code: code.join("\n") };
}

/** Full names of import lines and attribute chains; what a line binds, the next ones may begin with. */
function readCode(text, aliases) {
  const bound = { ...aliases };
  const names = [];
  const bare = text.replace(/#.*$/gm, " ").replace(IMPORT, (line, module, list, plain, as) => {
    if (plain) {
      if (as) bound[as] = expand(plain, bound);
      names.push({ full: expand(plain, bound), how: "import" });
      return " ";
    }
    for (const item of list.replace(/[()]/g, " ").split(",")) {
      const [name, , alias] = item.trim().split(/\s+/);
      const from = expand(module, bound);
      if (!name) continue;
      if (name !== "*") bound[alias || name] = `${from}.${name}`;
      names.push({ full: name === "*" ? from : `${from}.${name}`, how: "import" });
    }
    return " ";
  });
  for (const [chain] of bare.matchAll(CHAIN)) {
    if (!FILE_NAME.test(chain)) names.push({ full: expand(chain, bound), how: "attribute", written: chain, spelled: Object.hasOwn(aliases, chain.split(".")[0]) ? chain : undefined });
  }
  return names;
}

/** A name with its first part written out. */
function expand(name, bound) {
  const [first, ...rest] = name.split(".");
  return Object.hasOwn(bound, first) ? [bound[first], ...rest].join(".") : name;
}

const SAME = { __proto__: null, hdf5: "h5" }; // two words for one thing

/** Words of a text, whole and in parts: `pkg.Sequential` is also `sequential`, and `plot_model` is `plot`. */
function tokens(text) {
  const found = [];
  for (const [word] of text.replace(PLACES, " ").matchAll(/[A-Za-z_]\w*(?:\.\w+)*|\d+(?:\.\d+)*/g)) {
    const parts = word.split(".");
    found.push(word);
    if (parts.length > 1) found.push(...parts.filter((part) => part.length > 1));
    if (parts.length > 2) found.push(parts.slice(-2).join("."));
    for (const part of parts) {
      const pieces = part.split(/_+|(?<=[a-z])(?=[A-Z])/).filter((piece) => piece.length > 2);
      if (pieces.length > 1) found.push(...pieces);
    }
  }
  return found.map((word) => word.toLowerCase()).flatMap((word) => (word in SAME ? [word, SAME[word]] : word));
}

/** Tokens and the stems of plain words, so that `layers loaded` finds `loads a layer`. */
function stemmed(text) {
  const found = tokens(text);
  return [...found, ...found.filter((word) => /^[a-z]{4,}$/.test(word)).map((word) => `${word.replace(/(?:ing|ed|es|s|e)$/, "")}~`)];
}

/** A message as it is compared: without files, addresses and quotes, in small letters. */
function comparable(text) {
  return text.replace(OBJECT, " $1 object ").replace(PLACES, " ").toLowerCase().replace(/[^\w.]+/g, " ").replace(/\.(?=\s|$)/g, "").replace(/\s+/g, " ").trim();
}

/** A message as a whole; its first sentence, where the next ones say what differs everywhere; and without its numbers, also those of layers: `dense_1`. */
const phrases = (text) => {
  const phrase = comparable(text);
  return { phrase, sentence: comparable(text.split(/\.\s/)[0]), numberless: phrase.replace(/(?<=[a-z])_\d+(?!\w)/g, "").replace(/(?<!\w)\d[\d.]*(?!\w)/g, "0") };
};

const isIdentifier = (word) => /[a-z][A-Z]|[A-Z]{2,}[a-z]|\w_\w|\w\.\w/.test(word);

/**
 * What was pasted. `names` are full names, `lasts` names whose module was not said, `arguments` of calls;
 * `terms` are all words that are worth a search, `strong` those that are identifiers.
 */
function understand(pasted, aliases) {
  const text = separateLines(pasted);
  const { error, code } = readTrace(text);
  const names = readCode(code, aliases);
  const lasts = []; // whose module was not said
  const members = []; // of objects
  const owned = []; // members with the class of their object
  const owners = [];
  const given = [];
  for (const [pattern, read] of MESSAGES) {
    for (const found of (error ? error.message : text).matchAll(pattern)) {
      const { full, last, owner, member, argument } = read(found);
      if (full) names.unshift({ full: expand(full, aliases), how: "error" });
      if (last) lasts.push(last);
      if (member) members.push(member);
      if (member && owner) owned.push(`${owner.split(".").at(-1)}.${member}`);
      if (owner) owners.push(owner.split(".").at(-1));
      if (argument) given.push(argument);
    }
  }
  for (const call of code.matchAll(/[(,]\s*([A-Za-z_]\w*)\s*=(?!=)/g)) given.push(call[1]);
  if (given.length) owners.push(...[...code.matchAll(/([A-Za-z_]\w*)\(/g)].map((call) => call[1]));
  const said = error ? `${code} ${error.message}` : text;
  const quoted = [...said.matchAll(/['"`]([A-Za-z_][\w.]*)['"`]/g)].map((found) => found[1]);
  const bare = [...said.replace(PLACES, " ").matchAll(/[A-Za-z_][\w.]*\w/g)].map(([word]) => word).filter(isIdentifier);
  const strong = new Set(tokens([...names.map((name) => name.full), ...lasts, ...members, ...owners, ...given, ...quoted, ...bare].join(" ")));
  const terms = stemmed(error ? `${code} ${error.type} ${error.message.replace(OBJECT, " $1 ")}` : text).filter((word) => !STOP.has(word) && word.length > 1);
  const isWritten = (last) => names.some(({ full, how }) => how === "import" && full.endsWith(`.${last}`)); // up to Python 3.6 only the line says the module
  const seen = new Set();
  const whole = names.filter(({ full }) => !seen.has(full) && seen.add(full));
  return {
    text, error, names: whole, lasts: lasts.filter((last) => !isWritten(last)), members, owned, owners, arguments: given, strong, terms: [...new Set([...terms, ...given.map((word) => word.toLowerCase())])],
    bare: [...new Set(bare)].filter((word) => !word.includes(".")), ...phrases(error ? error.message : text),
  };
}
