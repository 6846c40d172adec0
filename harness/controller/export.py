"""The grid as files for machines and for Markdown readers: results/grid.{json,csv,md,svg} and the README's table."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from pathlib import Path

from harness.contract.records import SCHEMA
from harness.contract.statuses import Status
from harness.controller.errors import HarnessError
from harness.controller.files import write_atomically
from harness.controller.grid import Grid, Score, column_score, score
from harness.controller.known import share
from harness.controller.matrix import Environment
from harness.controller.picture import picture

BEGIN = "<!-- grid: written by `harness collect` -->"
END = "<!-- end of grid -->"
_FORMULA = ("=", "+", "-", "@", "\t")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def export(grid: Grid, results: Path, readme: Path) -> None:
    """Write all of them, the README's part only if it has a place for it."""
    write_atomically(results / "grid.json", as_json(grid))
    write_atomically(results / "grid.csv", as_csv(grid))
    write_atomically(results / "grid.md", as_markdown(grid))
    write_atomically(results / "grid.svg", picture(grid))
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


def as_json(grid: Grid) -> str:
    """All cells, one a line, with the environments they ran in."""
    environments = [vars(facts) for facts in map(grid.facts, grid.environments) if facts]
    cases = {row.case.id: {"id": row.case.id, "kind": row.case.kind, "title": row.case.title} for row in grid.rows}
    cells = []
    for environment in grid.environments:
        for outcome in grid.column_outcomes(environment):
            cells.append({"environment": environment.id, **outcome.to_json()})
    parts = [
        f'{{"schema": {SCHEMA}',
        f'"environments": {_lines(environments)}',
        f'"cases": {_lines(cases.values())}',
        f'"cells": {_lines(cells)}}}',
    ]
    return ",\n".join(parts) + "\n"


def _lines(items: Iterable[object]) -> str:
    return "[\n" + ",\n".join("  " + json.dumps(item, ensure_ascii=False, sort_keys=True) for item in items) + "\n]"


def as_csv(grid: Grid) -> str:
    """One line a cell, with a head. Text that a spreadsheet would take for a formula starts with an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["environment", "tensorflow", "python", "case", "path", "status", "stage", "error", "message"])
    for environment in grid.environments:
        versions = _versions(grid, environment)
        for outcome in grid.column_outcomes(environment):
            data = outcome.to_json()
            texts = [data[key] or "" for key in ("case", "path", "status", "stage", "error", "message")]
            writer.writerow(map(harmless, [environment.id, *versions, *texts]))
    return buffer.getvalue()


def _versions(grid: Grid, environment: Environment) -> tuple[str, str]:
    """TensorFlow and Python as they ran, which the matrix may have left behind; the matrix's where nothing ran."""
    ran = grid.facts(environment) or environment
    return ran.tensorflow, ran.python


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    text = text.replace(
        "\r", "\N{REPLACEMENT CHARACTER}"
    )  # which csv leaves without quotes, and readers take for a line
    return "'" + text if text.startswith(_FORMULA) else text


def safe(text: str) -> str:
    """The text without what would steer a terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def as_markdown(grid: Grid) -> str:
    """A table for each case, a legend of what it shows, and the totals."""
    blocks = [_legend(grid)]
    heads = _heads(grid)
    for case in {row.case.id: row.case for row in grid.rows}.values():
        lines = [f"**{case.id}**: {escaped(case.title)}", ""]
        lines += [f"| | {' | '.join(heads)} | pass |", "|---" * (len(heads) + 2) + "|"]
        for row in grid.rows:
            if row.case.id == case.id:
                outcomes = grid.row_outcomes(row)
                symbols = " | ".join(outcome.status.symbol for outcome in outcomes)
                lines.append(f"| `{row.path}` | {symbols} | {score(outcomes)} |")
        blocks.append("\n".join(lines))
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
    whole = {item.id: column_score(grid.column_outcomes(item)) is not None for item in grid.environments}
    scores: dict[str, dict[str, str]] = {}
    for path in grid.paths:
        rows = [row for row in grid.rows if row.path == path]
        scores[path] = {
            item.id: _percent(score([grid.outcome(row, item) for row in rows])) if whole[item.id] else "?"
            for item in grid.environments
        }
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
    keras = facts.keras if facts else ""
    said = str(total) if total else (facts.reason if facts and facts.reason else "incomplete")
    versions = " | ".join(_versions(grid, environment))
    return f"| {environment.label} | {versions} | {keras} | {escaped(said)} |"


def escaped(text: str) -> str:
    """The text as Markdown that shows it, in one line."""
    for character in "\\`*_{}[]<>|":
        text = text.replace(
            character, "\\" + character if character not in "<>" else {"<": "&lt;", ">": "&gt;"}[character]
        )
    return safe(" ".join(text.split()))
