"use strict";
// One card in a frame of another page: that of the check (`?case=ID`) or the name (`?name=pkg.Name`) asked for.

const given = new URLSearchParams(location.search);
const place = document.getElementById("answers");
const index = makeIndex(ANSWERS);

function chosen() {
  const item = index.cases.find(({ id }) => id === given.get("case"));
  const asked = understand(given.get("name") || "", ANSWERS.aliases);
  if (item) return { kind: "case", item, asked, exact: true };
  const tables = NAMES.names ? [readNames(NAMES)] : [];
  return chooseAnswers(index, tables, asked).find((card) => card.kind !== "case");
}

const card = chosen();
place.replaceChildren(card ? makeCard(card, ANSWERS, true) : make("p", null, "Nothing here is about this."));
for (const link of place.querySelectorAll("a")) link.target = "_top";
place.setAttribute("aria-busy", "false");
