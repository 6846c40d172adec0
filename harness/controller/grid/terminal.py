"""The grid, a case and a cell as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from harness.cases.case import Case, Known
from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.grid import reproduce
from harness.controller.grid.explanations import explanation
from harness.controller.grid.grid import Grid, Row, Score, column_score, score
from harness.controller.grid.issue_links import link
from harness.controller.grid.lane_summary import LaneRow
from harness.controller.grid.markdown import path_scores, status_summary
from harness.controller.grid.release_ranges import PathSummary, summary_sentence
from harness.controller.project.matrix import Environment
from harness.controller.results.compare import describe_outcome
from harness.controller.results.history import Event
from harness.controller.text import one_line, strip_control

_STYLES = {
    Status.PASS: "green",
    Status.FAIL: "red",
    Status.ABSENT: "dim",
    Status.TIMEOUT: "magenta",
    Status.CRASH: "bold red",
    Status.ENV_FAIL: "yellow",
    Status.ERROR: "bold yellow",
}
_LEFT_OUT = "left out"
_MOST_ROWS = 120  # a longer grid is printed only on request


def print_grid(grid: Grid, console: Console) -> None:
    """Print rows by case and path and a column for each release, in as many blocks as the terminal's width needs.

    The score of a row covers all its releases and is in the last block.
    """
    _print_blocks(grid, console, whole=True)


def print_ran(grid: Grid, console: Console) -> None:
    """Print the grid of a run; for a large one only the passing cells by import path, in percent."""
    whole = len(grid.rows) <= _MOST_ROWS
    _print_blocks(grid, console, whole)
    if not whole:
        console.print(
            f"`harness show --run` prints all {len(grid.rows)} rows, with `-k CASE` those of one case", style="dim"
        )


def print_lane(row: LaneRow, console: Console) -> None:
    """Print the answers of a lane, and a line for each reason."""
    console.print(Text("\n" + one_line(row.summary), "bold").append(f"  ({one_line(row.question)})", "not bold dim"))
    line = Text(" ")
    for answer in row.answers:
        line.append(f" {answer.label}{answer.status.symbol}", _STYLES.get(answer.status, ""))
    console.print(line)
    for where, reason in row.reasons:
        console.print(Text(one_line(f"  {where}: {reason}")), soft_wrap=True)


def _print_blocks(grid: Grid, console: Console, whole: bool) -> None:
    label = max(len(_LEFT_OUT), *(len(row.path) + 4 for row in grid.rows))
    most = len(grid.environments)
    rest = len(f"  {Score(most, most, most)}")  # the longest score at the end of a row
    scores = {} if whole else path_scores(grid)
    for block in _blocks(grid.environments, console.width - label - rest):
        widths = [len(environment.label) + 2 for environment in block]
        _print_line(console, " " * label, [environment.label for environment in block], widths, before="\n")
        if whole:
            _print_rows(grid, block, widths, label, console)
        for path, cells in scores.items():
            _print_line(console, f"  {path}".ljust(label), [cells[item.id] for item in block], widths, "")
        _print_scores(grid, block, widths, label, console)
    totals = grid.totals()
    legend = Text("\n")
    for status in Status:
        if totals[status]:
            legend.append(f"{status.symbol} {status.value} {totals[status]}   ", _STYLES.get(status, ""))
    console.print(legend)


def _blocks(environments: Sequence[Environment], width: int) -> list[list[Environment]]:
    blocks: list[list[Environment]] = [[]]
    used = 0
    for environment in environments:
        needed = len(environment.label) + 2
        if blocks[-1] and used + needed > width:
            blocks.append([])
            used = 0
        blocks[-1].append(environment)
        used += needed
    return blocks


def _print_line(
    console: Console, head: str, words: Sequence[str], widths: Sequence[int], style: str = "bold", before: str = ""
) -> None:
    line = "".join(word.rjust(width) for word, width in zip(words, widths, strict=True))
    console.print(Text(before + head + line, style), overflow="ignore", no_wrap=True, crop=False)


def _print_rows(grid: Grid, block: Sequence[Environment], widths: Sequence[int], label: int, console: Console) -> None:
    case = None
    for row in grid.rows:
        if row.case is not case:
            case = row.case
            head = Text(f"{case.id}  ", "bold").append(one_line(case.title), "not bold dim")
            console.print(head, overflow="ellipsis" if console.is_terminal else "ignore", no_wrap=True, crop=False)
        console.print(_row(grid, row, block, widths, label), overflow="ignore", no_wrap=True, crop=False)


def _print_scores(
    grid: Grid, block: Sequence[Environment], widths: Sequence[int], label: int, console: Console
) -> None:
    scores = [column_score(grid.column_outcomes(environment)) for environment in block]
    lines = [
        ("pass", [str(value.passed) if value else "?" for value in scores]),
        ("of", [str(value.counted) if value else "?" for value in scores]),
    ]
    if any(value.left_out for value in scores if value):
        lines.append((_LEFT_OUT, [str(value.left_out) if value else "?" for value in scores]))
    for name, values in lines:
        _print_line(console, name.ljust(label), values, widths)


def _row(grid: Grid, row: Row, block: Sequence[Environment], widths: Sequence[int], label: int) -> Text:
    line = Text("  " + row.path.ljust(label - 2))
    for environment, width in zip(block, widths, strict=True):
        status = grid.outcome(row, environment).status
        line.append(status.symbol.rjust(width), _STYLES.get(status, ""))
    is_last = block[-1] is grid.environments[-1]
    return line.append(f"  {score(grid.row_outcomes(row))}", "dim") if is_last else line


def print_overview(grid: Grid, row: Row, last: Mapping[str, Event], console: Console) -> None:
    """Print one line for each environment of a row. `last` has the last event by environment."""
    console.print(Text(one_line(f"{row.case.id}[{row.path}]  {row.case.title}"), "bold"), soft_wrap=True)
    for environment in grid.environments:
        outcome = grid.outcome(row, environment)
        event = last.get(environment.id)
        since = f", since {event.day}" if event else ""
        line = Text(f"  {environment.id:<14}{outcome.status.symbol} ", _STYLES.get(outcome.status, ""))
        console.print(line.append(one_line(describe_outcome(outcome) + since), ""), soft_wrap=True)


def print_totals(grid: Grid, console: Console) -> None:
    """Print the totals by status and the coverage of failing cells."""
    for line in status_summary(grid):
        console.print(Text(line), soft_wrap=True)


def print_case(case: Case, summaries: Sequence[PathSummary], console: Console) -> None:
    """Print a case over all releases: its summaries, the messages with known reasons, and the advice."""
    for summary in summaries:
        console.print(Text("\n" + ", ".join(summary.paths), "bold"), soft_wrap=True)
        for line in [f"  {summary_sentence(summary, case)}", *_failures(summary)]:
            console.print(Text(strip_control(line)), soft_wrap=True)
    advice = [f"instead   {_line(case.advice)}"] if case.advice else []
    for line in ["", *advice, *(f"source    {link(source)}" for source in case.source)]:
        console.print(Text(strip_control(line)), soft_wrap=True)


def _failures(summary: PathSummary) -> Iterator[str]:
    for part in (*summary.releases, *summary.variants):
        for quote in part.quotes:
            yield f"    {', '.join(map(str, quote.ranges))}: {quote.text}"
            if quote.known:
                yield f"      {_reason(quote.known)}"


def _reason(known: Known) -> str:
    reported = f" ({link(known.issue)})" if known.issue else ""
    return f"known     {_line(known.reason)}{reported}"


def _line(text: str) -> str:
    return " ".join(text.split())


def print_cell(
    grid: Grid, row: Row, environment: Environment, details: dict[str, Any], last: Event | None, console: Console
) -> None:
    """Print everything recorded about one cell, and the command lines that reproduce it."""
    outcome = grid.outcome(row, environment)
    facts = grid.facts(environment)
    known = explanation(row.case, outcome, environment)
    lines = [
        f"{row.case.id}[{row.path}] in {environment.id}: {outcome.status.symbol} {outcome.status.value}",
        *_facts(outcome),
        f"case      {row.case.file}: {row.case.title}",
        *([_reason(known)] if known else []),
        *(f"source    {link(source)}" for source in row.case.source),
        *([f"advice    {row.case.advice}"] if row.case.advice else []),
    ]
    if last:
        lines.append(f"since     {last.day}: {last.change}" + (f", before {last.before}" if last.before else ""))
    if facts:
        lines.append(f"release   TensorFlow {facts.tensorflow} on Python {facts.python}")
        if facts.reason:
            lines.append(f"reason    {facts.reason}")
        lines.append("packages  " + ", ".join(f"{name} {version}" for name, version in facts.packages.items()))
    if details:
        stages = ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in details["stage_seconds"].items())
        lines.append(f"took      {details['seconds']:.2f} s ({stages}), {details['memory_kib'] / 1024:.0f} MiB")
    for word, template in (("again", reproduce.AGAIN), ("by hand", reproduce.BY_HAND)):
        lines.append(f"{word:<10}{reproduce.fill_template(template, environment, *row.key)}")
    for name in ("traceback", "output"):
        if details.get(name):
            lines += ["", f"{name}:", details[name].rstrip()]
    for line in lines:
        console.print(Text(strip_control(line)), soft_wrap=True)


def _facts(outcome: Outcome) -> list[str]:
    stopped = [f"stage     {outcome.stage.value}"] if outcome.stage else []
    error = [f"error     {outcome.error}"] if outcome.error else []
    message = [f"message   {outcome.message}"] if outcome.message else []
    return [*stopped, *error, *message, *(f"warning   {warning}" for warning in outcome.warnings)]
