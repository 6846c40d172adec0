"use strict";
// Which rows, columns and cells of the grid a view has. Reads `heads` and `releases` of grid.js, changes nothing.

/** The id of a release by its id or its label; undefined if there is none. */
const releaseOf = (word) => heads.find((head) => head.id === word || head.label === word)?.id;

/** The view: what the form says, with the terms of the search box in place of it. */
function readView(form, letters, aliases) {
  const data = new FormData(form);
  const { terms, rest } = readTerms(data.get("q"));
  const field = (name) => data.get(name) || undefined;
  const release = (name) => (terms[name] ? releaseOf(terms[name][0]) : field(name));
  const [older, newer] = terms.compare ? terms.compare.map(releaseOf) : [field("old"), field("new")];
  const [a, b] = terms.differs || [field("a"), field("b")];
  return {
    kinds: terms.kind ? terms.kind.map((kind) => kind.replaceAll(" ", "_")) : data.get("kind") ? [data.get("kind")] : [],
    letters: terms.status ? terms.status.map((word) => letters[word]) : data.get("status") ? [data.get("status")] : [],
    paths: terms.path || data.getAll("path"), cases: terms.case || [], environments: terms.env || [],
    from: release("from"), to: release("to"), changed: release("changed"), older, newer, a, b,
    variants: terms.variants ? terms.variants[0] : field("variants"), fold: field("fold"), join: field("join"),
    asked: rest ? understand(rest, aliases) : null, messages: (terms.message || []).map(comparable),
  };
}

function isShownColumn(view) {
  const first = view.from ? releases.indexOf(view.from) : releases.length - 1;
  const last = view.to ? releases.indexOf(view.to) : 0;
  return heads.map((head) => {
    if (view.older && view.newer) return head.id === view.older || head.id === view.newer;
    if (!fitsPattern(head.id, view.environments)) return false;
    if ((view.variants === "no" && head.base) || (view.variants === "only" && !head.base)) return false;
    const place = releases.indexOf(head.base || head.id);
    return place === -1 ? !view.from && !view.to : place <= first && place >= last;
  });
}

/** Whether a row answers otherwise in one column than in another. What was not run is no answer. */
function differs({ letters }, one, other) {
  const [now, before] = [letters[one], letters[other]];
  return now !== before && now !== "N" && before !== "N" && now !== undefined && before !== undefined;
}

/** Whether a row answers otherwise in a release than before it, or than in what a variant varies. */
function isChanged(row, id) {
  const head = heads.find((other) => other.id === id);
  return differs(row, heads.indexOf(head), heads.findIndex((other) => other.id === (head.base || head.older)));
}

/** Whether two paths of a case answer otherwise in a release that is shown; variants do not count. */
function isDifferent(group, view, shown) {
  const [a, b] = [view.a, view.b].map((path) => group.rows.find((row) => row.path === path));
  return Boolean(a && b) && shown.some((is, column) => is && !heads[column].base && a.letters[column] !== b.letters[column]);
}

/** Whether a row is in the view, apart from what is searched for. `columns` are those that may make it one. */
function isInView(row, view, shown, paths, columns) {
  if (!fitsPattern(row.path, paths)) return false;
  if (view.changed && !isChanged(row, view.changed)) return false;
  if (view.older && view.newer) {
    const [older, newer] = [view.older, view.newer].map((id) => heads.findIndex((head) => head.id === id));
    if (!differs(row, newer, older)) return false;
  }
  return columns.some((column) => shown[column] && (!view.letters.length || view.letters.includes(row.letters[column])));
}

/** The cases and the numbers of messages that fit what was pasted: the whole of it, or else the best with half its words. */
function findAsked(index, asked, inner) {
  const words = [...new Set(inner ? tokens(inner) : asked.phrase.split(" "))].filter((word) => !COMMON_WORD.test(word));
  const phrase = inner ? inner.toLowerCase() : asked.phrase;
  const score = (text) => {
    if (` ${text} `.includes(` ${phrase} `)) return 2;
    const found = words.filter((word) => text.includes(word)).length;
    return found / (words.length || 1);
  };
  const scores = [...Object.entries(index.cases).map(([id, text]) => ["case", id, score(text)]),
    ...index.comparable.map((text, number) => ["message", number, number && phrase.length > 2 ? score(text) : 0])];
  const best = Math.max(...scores.map(([, , value]) => value));
  const isSentence = words.length > 3; // where the words alone would find 'Nadam' beside 'Adam'
  const least = best === 2 && isSentence ? 2 : best >= 1 ? 1 : Math.max(best, 0.5);
  const kept = (kind) => new Set(scores.filter(([own, , value]) => own === kind && value >= least).map(([, key]) => key));
  return { exact: best >= 1, cases: kept("case"), messages: kept("message") };
}
const COMMON_WORD = /^(?:from|import|as)$/;

/** Neighbouring releases with the same in every row shown, and the same found: the newest of each is left. Unrun ones stay. */
function foldColumns(rows, shown) {
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
