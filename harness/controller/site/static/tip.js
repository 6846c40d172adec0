"use strict";
// What a result says, next to it: on hover, on focus, and at the first tap. `describeResult` is the page's own.

const tip = document.createElement("div");
Object.assign(tip, { id: "tip", role: "tooltip", hidden: true, popover: "manual" });
document.querySelector("main").append(tip);
let tipped = null;
let tippedAt = null;

const resultAt = (event) => event.target.closest?.(".grid td, .strip a");

function showTip(cell) {
  const [head, message] = describeResult(cell);
  tip.replaceChildren(Object.assign(document.createElement("b"), { textContent: head }));
  if (message) tip.append(Object.assign(document.createElement("bdi"), { textContent: message.slice(0, 300) }));
  tip.hidden = false;
  tip.showPopover();
  tipped = cell;
  const box = tippedAt = cell.getBoundingClientRect();
  const below = box.bottom + 6 + tip.offsetHeight < innerHeight;
  tip.style.left = `${Math.max(4, Math.min(box.left, innerWidth - tip.offsetWidth - 4))}px`;
  tip.style.top = `${below ? box.bottom + 6 : Math.max(4, box.top - tip.offsetHeight - 6)}px`;
}

function hideTip() {
  if (!tipped) return;
  tip.hidePopover();
  tip.hidden = true;
  tipped = null;
}

document.addEventListener("pointerover", (event) => {
  if (event.pointerType === "touch") return;
  const cell = resultAt(event);
  if (cell && cell !== tipped) showTip(cell);
  else if (!cell) hideTip();
});
document.addEventListener("focusin", (event) => (resultAt(event) ? showTip(resultAt(event)) : hideTip()));
document.addEventListener("keydown", (event) => event.key === "Escape" && hideTip());
// A scroll that was asked for before the tip was shown ends after it: only one that moves the cell hides the tip.
document.addEventListener("scroll", () => {
  if (!tipped) return;
  const box = tipped.getBoundingClientRect();
  if (box.top !== tippedAt.top || box.left !== tippedAt.left) hideTip();
}, { capture: true, passive: true });
// A finger has no hover: the first tap says what the result is, the second one opens it.
document.addEventListener("click", (event) => {
  const cell = resultAt(event);
  if (event.pointerType !== "touch" || !cell || cell === tipped) return;
  event.preventDefault();
  event.stopPropagation();
  showTip(cell);
}, { capture: true });
