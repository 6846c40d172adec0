"""The grid as files for Markdown readers, results/grid.md and the README's table, and the writing of all its files."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path

from harness.contract.statuses import Status
from harness.controller.cells import csv_parts, json_parts, versions
from harness.controller.errors import HarnessError
from harness.controller.files import write_atomically
from harness.controller.grid import Grid, Score, column_score, score
from harness.controller.known import share
from harness.controller.matrix import Environment

BEGIN = "<!-- grid: written by `harness collect` -->"
END = "<!-- end of grid -->"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def export(grid: Grid, results: Path, readme: Path) -> None:
    """Write all of them, the README's part only if it has a place for it."""
    write_atomically(results / "grid.json", json_parts(grid))
    write_atomically(results / "grid.csv", csv_parts(grid))
    write_atomically(results / "grid.md", as_markdown(grid))
    if readme.exists():
        text = readme.read_text(encoding="utf-8")
        if BEGIN in text:
            write_atomically(readme, replace_block(text, as_readme(grid)))


def replace_block(text: str, block: str) -> str:
    """`text` with what stands between BEGIN and END replaced. Raises HarnessError where END is missing."""
    before, _, rest = text.partition(BEGIN)
    if END not in rest:
        raise HarnessError(f"the README has {BEGIN!r} and not {END!r}")
    return f"{before}{BEGIN}\n\n{block}\n{END}{rest.partition(END)[2]}"


def safe(text: str) -> str:
    """The text without what would steer a terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def as_markdown(grid: Grid) -> str:
    """A table for each case, a legend of what it shows, and the totals."""
    blocks = [_legend(grid)]
    heads = _heads(grid)
    symbols = {status: status.symbol for status in Status}
    for _, rows in groupby(grid.each_row(), key=lambda item: item[0].case.id):
        lines = [f"| | {' | '.join(heads)} | pass |", "|---" * (len(heads) + 2) + "|"]
        for row, outcomes in rows:
            shown = " | ".join([symbols[outcome.status] for outcome in outcomes])
            lines.append(f"| `{row.path}` | {shown} | {score(outcomes)} |")
        blocks.append("\n".join([f"**{row.case.id}**: {escaped(row.case.title)}", "", *lines]))
    blocks.append(_column_scores(grid))
    return "\n\n".join(blocks) + "\n"


def as_readme(grid: Grid) -> str:
    """The grid in short: the totals, and how much of all cases passes under each path in each release."""
    blocks = ["\n".join(f"- {line}" for line in summary(grid)), _path_scores(grid), _column_scores(grid)]
    return "\n\n".join([*blocks, "Every cell is in [results/grid.md](results/grid.md)."]) + "\n"


def summary(grid: Grid) -> list[str]:
    """The cells by status, how many of the failing ones are explained, and how many cases have an advice for them."""
    found = share(grid)
    if not found.failing:
        return [_legend(grid), "no failing cells"]
    return [
        _legend(grid),
        f"explained {found.explained} of {found.failing} failing cells ({found.percent} %)",
        f"cases with failing cells: {found.cases}, of these with advice: {found.advised}",
    ]


def _path_scores(grid: Grid) -> str:
    heads = _heads(grid)
    lines = ["**Passing cells by import path and release, in percent**", ""]
    lines += [f"| | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    lines += [f"| `{path}` | {' | '.join(cells.values())} |" for path, cells in path_scores(grid).items()]
    return "\n".join(lines)


def path_scores(grid: Grid) -> dict[str, dict[str, str]]:
    """By import path and id of an environment, the share of passing cells; `?` where the column is not whole."""
    places = {path: [place for place, row in enumerate(grid.rows) if row.path == path] for path in grid.paths}
    scores: dict[str, dict[str, str]] = {path: {} for path in grid.paths}
    for environment, outcomes in grid.each_column():
        is_whole = column_score(outcomes) is not None
        for path in grid.paths:
            found = _percent(score([outcomes[place] for place in places[path]])) if is_whole else "?"
            scores[path][environment.id] = found
    return scores


def _percent(found: Score) -> str:
    """Rounded down, so that 100 is said only where all pass."""
    left_out = f" (+{found.left_out})" if found.left_out else ""
    return (str(100 * found.passed // found.counted) if found.counted else "?") + left_out


def _heads(grid: Grid) -> list[str]:
    return [environment.label.replace(" ", "<br>") for environment in grid.environments]


def _legend(grid: Grid) -> str:
    totals = grid.totals()
    parts = [f"{status.symbol} {status.value} ({totals[status]})" for status in Status if totals[status]]
    return f"{sum(totals.values())} cells: {', '.join(parts)}."


def _column_scores(grid: Grid) -> str:
    lines = [
        "**Passing cells by release**",
        "",
        "| release | TensorFlow | Python | Keras | pass |",
        "|---|---|---|---|---|",
    ]
    lines += [_column_line(grid, environment) for environment in grid.environments]
    return "\n".join(lines)


def _column_line(grid: Grid, environment: Environment) -> str:
    facts = grid.facts(environment)
    total = column_score(grid.column_outcomes(environment))
    keras = facts.packages.get("keras", facts.packages.get("keras-nightly", "")) if facts else ""
    said = str(total) if total else (facts.reason if facts and facts.reason else "incomplete")
    ran = " | ".join(versions(grid, environment))
    return f"| {environment.label} | {ran} | {keras} | {escaped(said)} |"


def escaped(text: str) -> str:
    """The text as Markdown that shows it, in one line."""
    for character in "\\`*_{}[]<>|":
        text = text.replace(
            character, "\\" + character if character not in "<>" else {"<": "&lt;", ">": "&gt;"}[character]
        )
    return safe(" ".join(text.split()))
