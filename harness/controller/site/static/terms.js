"use strict";
// The query language of both boxes: `status:fail from:2.16 path:pkg differs:pkg,other message:"cannot import"`.

// The words of the command line (path, case, env), and those of the filters.
const TERM = /(?:^|\s)(case|kind|path|env|status|from|to|changed|compare|differs|message|variants):(?:"([^"]*)"|([^\s"]+))/g;

/** The terms of a text by word, each a list of its values, and what is left of the text. */
function readTerms(text) {
  const terms = {};
  const rest = text.replace(TERM, (_, word, quoted, plain) => {
    const values = word === "message" ? [quoted ?? plain] : (quoted ?? plain).split(",").filter(Boolean);
    (terms[word] ||= []).push(...values);
    return " ";
  });
  return { terms, rest: rest.trim(), hasTerms: Object.keys(terms).length > 0 };
}

/** Whether a name fits one of some patterns, shell-style, as those of the command line. No pattern: every name. */
function fitsPattern(name, patterns) {
  if (!patterns || !patterns.length) return true;
  const asRegExp = (pattern) => new RegExp(`^${pattern.replace(/[.+^${}()|\\]/g, "\\$&").replace(/\*/g, ".*").replace(/\?/g, ".")}$`);
  return patterns.some((pattern) => asRegExp(pattern).test(name));
}
