"use strict";
// Arrow keys move through the tables of a grid; Enter opens the details of the cell.

const region = document.getElementById("region");
const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], PageUp: [-10, 0], PageDown: [10, 0] };
let focusedCell = null;

const isSeen = (element) => element.checkVisibility();
const rowsOf = () => [...region.querySelectorAll(".grid tbody tr:not(.case)")].filter((row) => !row.closest("[hidden]"));
const cellsOf = (row) => [...row.cells].slice(1).filter(isSeen);

/** What a screen reader is to say of a cell. */
function describe(cell) {
  const table = cell.closest("table");
  const head = table.tHead.rows[0].cells[cell.cellIndex].firstElementChild.textContent;
  const title = cell.closest("tbody").querySelector(".case a")?.textContent || table.getAttribute("aria-label");
  const status = document.querySelector(`.legend .mark.${cell.className[0]} + b`)?.textContent || cell.textContent;
  const slow = cell.classList.contains("slow") ? ", slow" : "";
  return `${title}, ${cell.parentElement.cells[0].textContent}, ${head}: ${status}${slow}`;
}

function focusCell(cell) {
  if (focusedCell) focusedCell.tabIndex = -1;
  focusedCell = cell;
  cell.tabIndex = 0;
  cell.setAttribute("aria-label", describe(cell));
  cell.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });  // below the heads, which focus takes for visible
}

function addressOf(cell) {
  if (cell.id) return `#${cell.id}`;
  const table = cell.closest("table");
  const environment = table.tHead.rows[0].cells[cell.cellIndex].dataset.env;
  const page = cell.closest("tbody").querySelector(".case a").getAttribute("href");
  return `${page}#${environment}:${cell.parentElement.cells[0].textContent}`;
}

function move(cell, [down, right]) {
  if (right) {
    const cells = cellsOf(cell.parentElement);
    return cells[cells.indexOf(cell) + right];
  }
  const rows = rowsOf();
  const place = Math.min(Math.max(rows.indexOf(cell.parentElement) + down, 0), rows.length - 1);
  return rows[place].cells[cell.cellIndex];
}

region.addEventListener("keydown", (event) => {
  const cell = event.target.closest("td");
  const isEdge = event.key === "Home" || event.key === "End";
  if (event.metaKey || event.altKey || (event.ctrlKey && !isEdge)) return;
  if (!cell) {
    const first = event.target === region && event.key in steps && rowsOf()[0];
    if (first) {
      event.preventDefault();
      focusCell(cellsOf(first)[0]);
    }
  } else if (event.key === "Enter") {
    event.preventDefault();
    location.href = addressOf(cell);
  } else if (event.key in steps || isEdge) {
    event.preventDefault();
    const rows = event.ctrlKey ? rowsOf() : [cell.parentElement];
    const cells = cellsOf(rows.at(event.key === "Home" ? 0 : -1));
    const next = event.key === "Home" ? cells[0] : event.key === "End" ? cells[cells.length - 1] : move(cell, steps[event.key]);
    if (next) focusCell(next);
  }
});

region.addEventListener("click", (event) => {
  const cell = event.target.closest("td");
  if (!cell || event.target.closest("a[href*='/']")) return;
  event.preventDefault();
  if (event.ctrlKey || event.metaKey) window.open(addressOf(cell), "_blank", "noopener");
  else location.href = addressOf(cell);
});

for (const table of region.querySelectorAll(".grid")) table.setAttribute("role", "grid");
for (const link of region.querySelectorAll("td a")) link.tabIndex = -1;
