"""The grid as Markdown: results/grid.md and the block of the README. Also the texts of all files of the grid."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from harness.contract.statuses import Status
from harness.controller.errors import HarnessError
from harness.controller.files import read_text
from harness.controller.grid.data_files import csv_parts, json_parts, versions_of
from harness.controller.grid.explanations import coverage, shorten
from harness.controller.grid.grid import Grid, Score, column_score, score, scores_by_path
from harness.controller.grid.lane_summary import LaneRow
from harness.controller.grid.package_table import PackageTable, package_table
from harness.controller.grid.python_table import python_table
from harness.controller.grid.svg import grid_svg
from harness.controller.grid.writer_table import writer_tables
from harness.controller.project.matrix import Environment
from harness.controller.text import markdown_escape

BEGIN = "<!-- grid: written by `harness collect` -->"
END = "<!-- end of grid -->"


def grid_texts(grid: Grid, results: Path, readme: Path, lanes: Sequence[LaneRow] = ()) -> dict[Path, str]:
    """The text of each file of the grid, and of a README that has BEGIN. Raises HarnessError if it lacks END."""
    files = {
        results / "grid.json": "".join(json_parts(grid)),
        results / "grid.csv": "".join(csv_parts(grid)),
        results / "grid.md": grid_as_markdown(grid, lanes),
        results / "grid.svg": grid_svg(grid),
    }
    before = read_text(readme) if readme.exists() else ""
    return files | ({readme: replace_block(before, readme_block(grid, lanes))} if BEGIN in before else {})


def replace_block(text: str, block: str) -> str:
    """`text` with `block` between BEGIN and END. Raises HarnessError if END is missing."""
    before, _, rest = text.partition(BEGIN)
    if END not in rest:
        raise HarnessError(f"README.md has the line {BEGIN!r} but not {END!r}")
    return f"{before}{BEGIN}\n\n{block}\n{END}{rest.partition(END)[2]}"


def grid_as_markdown(grid: Grid, lanes: Sequence[LaneRow] = ()) -> str:
    """The text of results/grid.md: the legend, the lanes, a table for each case, and the scores by release."""
    blocks = [_legend(grid), *map(_lane, lanes), *_pythons(grid, lanes)]
    heads = _heads(grid)
    symbols = {status: status.symbol for status in Status}
    for _, rows in groupby(grid.each_row(), key=lambda item: item[0].case.id):
        lines = [f"| | {' | '.join(heads)} | pass |", "|---" * (len(heads) + 2) + "|"]
        for row, outcomes in rows:
            shown = " | ".join([symbols[outcome.status] for outcome in outcomes])
            lines.append(f"| `{row.path}` | {shown} | {score(outcomes)} |")
        blocks.append("\n".join([f"**{row.case.id}**: {markdown_escape(row.case.title)}", "", *lines]))
    blocks.append(_column_scores(grid))
    return "\n\n".join(blocks) + "\n"


def readme_block(grid: Grid, lanes: Sequence[LaneRow] = ()) -> str:
    """The block of the README: totals, scores by import path and release, and the lanes."""
    return "\n\n".join([*grid_in_short(grid, lanes), "Every cell is in [results/grid.md](results/grid.md)."]) + "\n"


def grid_in_short(grid: Grid, lanes: Sequence[LaneRow] = ()) -> list[str]:
    """Blocks of Markdown: the totals, the scores by import path and release, and the lanes; or the lanes alone.

    The lanes that name other packages are one table.
    """
    packages = package_table(lanes)
    shown = [_lane(row) for row in lanes if not packages or row not in packages.lanes]
    if packages:
        shown.append(_packages(grid, packages))
    if not grid.environments:
        return shown
    blocks = ["\n".join(f"- {line}" for line in status_summary(grid)), _path_scores(grid), *shown]
    return [*blocks, *_pythons(grid, lanes), *writer_tables(grid), _column_scores(grid)]


def status_summary(grid: Grid) -> list[str]:
    """The cells by status, the explained failing cells, and the cases with advice."""
    found = coverage(grid)
    if not found.failing:
        return [_legend(grid), "no failing cells"]
    return [
        _legend(grid),
        f"explained {found.explained} of {found.failing} failing cells ({found.percent} %)",
        f"cases with failing cells: {found.cases}, of these with advice: {found.advised}",
    ]


def _lane(row: LaneRow) -> str:
    """The row of a lane with its reasons below."""
    lines = [f"**{markdown_escape(row.summary)}** ({markdown_escape(row.question)})", ""]
    lines += [f"| | {' | '.join(answer.label for answer in row.answers)} |", "|---" * (len(row.answers) + 1) + "|"]
    lines += [
        f"| {markdown_escape(row.lane.title)} | {' | '.join(answer.status.symbol for answer in row.answers)} |",
        f"| Python | {' | '.join(answer.environment.python for answer in row.answers)} |",
        *(f"| {name} | {' | '.join(versions)} |" for name, versions in row.extra.items()),
        "",
    ]
    lines += [f"- {where}: {markdown_escape(reason)}" for where, reason in row.reasons]
    if row.remedies:
        lines += ["", "What to install there instead, verified by running it:", "", "| | Python | |", "|---|---|---|"]
        lines += [
            f"| {label} | {remedy.python} | `pip install {remedy.install}` |" for _, label, remedy in row.remedies
        ]
    return "\n".join(lines).rstrip("\n")


def _packages(grid: Grid, table: PackageTable) -> str:
    """The table of other packages, with the reasons below."""
    lines = [f"**Other packages next to {markdown_escape(grid.subject.title)}, today** ({table.legend})", ""]
    lines += [f"| | {' | '.join(table.labels)} |", "|---" * (len(table.labels) + 1) + "|"]
    lines += [f"| {markdown_escape(title)} | {' | '.join(cells)} |" for title, cells in table.cells.items()]
    lines.append("")
    lines += [f"- {markdown_escape(f'{title} ({where}): {shorten(why)}')}" for title, where, why in table.reasons]
    return "\n".join(lines).rstrip("\n")


def _pythons(grid: Grid, lanes: Sequence[LaneRow]) -> list[str]:
    """A table of releases and Pythons, where the lanes have more than one Python for a release."""
    table = python_table(lanes)
    if table is None:
        return []
    title = f"**{markdown_escape(grid.subject.title)} × Python, with today's packages** ({table.legend})"
    lines = [title, "", f"| Python | {' | '.join(table.labels)} |", "|---" * (len(table.labels) + 1) + "|"]
    lines += [f"| {python} | {' | '.join(symbols)} |" for python, symbols in table.symbols.items()]
    return ["\n".join(lines)]


def _path_scores(grid: Grid) -> str:
    heads = _heads(grid)
    lines = ["**Passing cells by import path and release, in percent**", ""]
    lines += [f"| | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    lines += [f"| `{path}` | {' | '.join(cells.values())} |" for path, cells in path_scores(grid).items()]
    return "\n".join(lines)


def path_scores(grid: Grid) -> dict[str, dict[str, str]]:
    """The passing cells in percent, by import path and environment id."""
    return {
        path: {name: in_percent(found) for name, found in cells.items()} for path, cells in scores_by_path(grid).items()
    }


def in_percent(found: Score | None) -> str:
    """`41 (+2)`: 41 percent, 2 cells left out. `?` for an incomplete column."""
    if found is None:
        return "?"
    left_out = f" (+{found.left_out})" if found.left_out else ""
    return ("?" if found.percent is None else str(found.percent)) + left_out


def _heads(grid: Grid) -> list[str]:
    return [environment.label.replace(" ", "<br>") for environment in grid.environments]


def _legend(grid: Grid) -> str:
    totals = grid.totals()
    parts = [f"{status.symbol} {status.value} ({totals[status]})" for status in Status if totals[status]]
    return f"{sum(totals.values())} cells: {', '.join(parts)}."


def _column_scores(grid: Grid) -> str:
    heads = ["release", grid.subject.title, "Python", *grid.subject.shows, "pass"]
    lines = ["**Passing cells by release**", "", f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    lines += [_column_line(grid, environment) for environment in grid.environments]
    return "\n".join(lines)


def _column_line(grid: Grid, environment: Environment) -> str:
    facts = grid.facts(environment)
    total = column_score(grid.column_outcomes(environment))
    others = [facts.version_of(names) if facts else "" for names in grid.subject.shows.values()]
    passed = str(total) if total else (facts.reason if facts and facts.reason else "incomplete")
    found = [environment.label, *versions_of(grid, environment), *others, passed]
    return f"| {' | '.join(map(markdown_escape, found))} |"
