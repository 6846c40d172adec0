"use strict";
// The details of a cell: put together from what the page of its case shows anyway, opened by the address `#np20:numpy`.

const dialog = document.getElementById("cell");
const body = dialog.querySelector(".body");
const facts = Object.fromEntries(JSON.parse(document.getElementById("facts").textContent).flatMap(([fact, cells]) => cells.map((id) => [id, fact])));
const caseId = document.querySelector(".grid").dataset.case;

function element(tag, text, ...children) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

function line(name, text) {
  return element("p", "", element("b", `${name}: `), element("bdi", text));
}

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "copied";
  } catch {
    const range = document.createRange();
    range.selectNodeContents(button.previousElementSibling);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    button.textContent = "selected: press Ctrl+C";
  }
}

function command(name, template, environment, path) {
  const { variables } = ENVIRONMENTS[environment];
  const values = { environment, case: caseId, path, variables };
  const text = template.replace(/\{(\w+)\}/g, (_, key) => values[key]);
  const button = element("button", "copy");
  button.setAttribute("aria-live", "polite");
  button.type = "button";
  button.addEventListener("click", () => copy(text, button));
  const lines = element("div", "", element("pre", text), button);
  lines.className = "command";
  return element("div", "", element("b", name), lines);
}

function folded(summary, ...children) {
  return element("details", "", element("summary", summary), ...children);
}

function timing(fact) {
  if (!fact.seconds) return line("Took", "not known: it was not in the last run");
  const total = Object.values(fact.seconds).reduce((sum, seconds) => sum + seconds, 0);
  const stages = Object.entries(fact.seconds).map(([stage, seconds]) => `${stage} ${seconds.toFixed(2)} s`);
  const slow = fact.slow ? ", several times as long as other import paths" : "";
  return line("Took", `${total.toFixed(2)} s (${stages.join(", ")})${slow}`);
}

function fill(cell, environment, path) {
  const { label, release, python, packages } = ENVIRONMENTS[environment];
  const fact = facts[cell.id] || {};
  const answer = document.querySelector(cell.querySelector("a").getAttribute("href"));
  document.getElementById("cell-title").textContent = `${path} in ${label}`;
  const parts = [element("p", document.querySelector("h1").textContent), answer.querySelector("h3").cloneNode(true)];
  parts.push(...[...answer.querySelector(".said").children].map((child) => child.cloneNode(true)));
  const advice = document.getElementById("advice");
  if (advice && !cell.classList.contains("p")) {
    parts.push(advice.cloneNode(true));
    parts.at(-1).removeAttribute("id");
  }
  if (fact.since) parts.push(line("Since", `${fact.since}: ${fact.change}${fact.before ? `, before ${fact.before}` : ""}`));
  if (fact.history) parts.push(element("ul", "", ...fact.history.map(([day, change, before, after]) => element("li", `${day}: ${change}, ${before} → ${after}`))));
  parts.push(timing(fact), line("Release", `${SUBJECT} ${release} on Python ${python}`));
  for (const [program, source] of Object.entries(fact.programs ?? {})) {
    parts.push(line(program, `${source}, as there was no ${program} on the PATH`));
  }
  parts.push(command("Run it again", AGAIN, environment, path), command("By hand", BY_HAND, environment, path));
  const script = document.getElementById(`script-${path}`).querySelector("pre").cloneNode(true);
  const list = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  parts.push(folded("The script", script), folded("The packages", element("p", list.join(", ") || "none are known")));
  body.replaceChildren(...parts);
}

/** What a cell says, for the tip of tip.js. */
function describeResult(cell) {
  const [environment, path] = cell.id.split(/:(.*)/s);
  const answer = document.querySelector(cell.querySelector("a").getAttribute("href"));
  return [`${path} in ${ENVIRONMENTS[environment].label}: ${answer.querySelector("h3").textContent}`, answer.querySelector(".message")?.textContent];
}

/** The cell that the address names, if it names one. */
function addressed() {
  const cells = [...document.querySelectorAll(".grid td")];
  return cells.find((cell) => location.hash === `#${cell.id}` || location.hash === `#${encodeURIComponent(cell.id)}`);
}

function openAddressed() {
  const cell = addressed();
  if (!cell) return dialog.close();
  const [environment, path] = cell.id.split(/:(.*)/s);
  fill(cell, environment, path);
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}

function closeDialog() {
  const cell = addressed();
  history.replaceState(null, "", location.pathname + location.search);
  dialog.close();
  if (cell) focusCell(cell); // of keys.js: the arrow keys go on from here
}

dialog.querySelector(".close").addEventListener("click", closeDialog);
dialog.addEventListener("cancel", closeDialog);
dialog.addEventListener("click", (event) => event.target === dialog && closeDialog());
window.addEventListener("hashchange", openAddressed);
openAddressed();
