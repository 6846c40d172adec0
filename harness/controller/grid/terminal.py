"""A case, a cell, a lane and totals as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from harness.cases.case import Case, Known
from harness.contract.records import Outcome
from harness.controller.grid import reproduce
from harness.controller.grid.explanations import explanation
from harness.controller.grid.grid import Grid, Row
from harness.controller.grid.issue_links import link
from harness.controller.grid.lane_summary import LaneRow
from harness.controller.grid.markdown import status_summary
from harness.controller.grid.python_table import PythonTable
from harness.controller.grid.release_ranges import PathSummary, summary_sentence
from harness.controller.grid.terminal_grid import STATUS_STYLES, print_percentages
from harness.controller.project.matrix import Environment
from harness.controller.results.compare import describe_outcome
from harness.controller.results.history import Event
from harness.controller.text import one_line, strip_control


def print_lane(row: LaneRow, console: Console) -> None:
    """Print the answers of a lane, and a line for each reason."""
    console.print(Text("\n" + one_line(row.summary), "bold").append(f"  ({one_line(row.question)})", "not bold dim"))
    line = Text(" ")
    for answer in row.answers:
        line.append(f" {answer.label}{answer.status.symbol}", STATUS_STYLES.get(answer.status, ""))
    console.print(line)
    for name, versions in row.extra.items():
        labels = (f"{answer.label} {version}" for answer, version in zip(row.answers, versions, strict=True))
        console.print(Text(one_line(f"  {name}: {', '.join(labels)}")), soft_wrap=True)
    for where, reason in row.reasons:
        console.print(Text(one_line(f"  {where}: {reason}")), soft_wrap=True)
    for _, label, remedy in row.remedies:
        console.print(Text(one_line(f"  {label} {remedy.line}")), soft_wrap=True)


def print_python_table(table: PythonTable, title: str, console: Console) -> None:
    """Print releases and Pythons, a line for each Python."""
    console.print(Text(f"\n{one_line(title)} × Python", "bold").append(f"  ({table.legend})", "not bold dim"))
    for python, symbols in table.symbols.items():
        found = (f"{label}{symbol}" for label, symbol in zip(table.labels, symbols, strict=True) if symbol)
        console.print(Text(f"  {python:<5}{' '.join(found)}"), soft_wrap=True)


def print_overview(grid: Grid, row: Row, last: Mapping[str, Event], console: Console) -> None:
    """Print one line for each environment of a row. `last` has the last event by environment."""
    console.print(Text(one_line(f"{row.case.id}[{row.path}]  {row.case.title}"), "bold"), soft_wrap=True)
    for environment in grid.environments:
        outcome = grid.outcome(row, environment)
        event = last.get(environment.id)
        since = f", since {event.day}" if event else ""
        line = Text(f"  {environment.id:<14}{outcome.status.symbol} ", STATUS_STYLES.get(outcome.status, ""))
        console.print(line.append(one_line(describe_outcome(outcome) + since), ""), soft_wrap=True)


def print_totals(grid: Grid, console: Console) -> None:
    """Print the totals by status, the coverage of failing cells, and the passing cells in percent."""
    for line in status_summary(grid):
        console.print(Text(line), soft_wrap=True)
    console.print()
    print_percentages(grid, console)


def print_case(case: Case, summaries: Sequence[PathSummary], console: Console) -> None:
    """Print a case over all releases: its summaries, the messages with known reasons, and the advice."""
    for summary in summaries:
        console.print(Text("\n" + ", ".join(summary.paths), "bold"), soft_wrap=True)
        for line in [f"  {summary_sentence(summary, case)}", *_failures(summary, case)]:
            console.print(Text(strip_control(line)), soft_wrap=True)
    advice = [f"instead   {_line(case.advice)}"] if case.advice else []
    for line in ["", *advice, *(f"source    {link(source, case.repositories)}" for source in case.source)]:
        console.print(Text(strip_control(line)), soft_wrap=True)


def _failures(summary: PathSummary, case: Case) -> Iterator[str]:
    for part in (*summary.releases, *summary.variants):
        for quote in part.quotes:
            yield f"    {', '.join(map(str, quote.ranges))}: {quote.text}"
            if quote.known:
                yield f"      {_reason(quote.known, case)}"


def _reason(known: Known, case: Case) -> str:
    reported = f" ({link(known.issue, case.repositories)})" if known.issue else ""
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
        *([_reason(known, row.case)] if known else []),
        *(f"source    {link(source, row.case.repositories)}" for source in row.case.source),
        *([f"advice    {row.case.advice}"] if row.case.advice else []),
    ]
    if last:
        lines.append(f"since     {last.day}: {last.change}" + (f", before {last.before}" if last.before else ""))
    if facts:
        lines.append(f"release   {environment.subject.title} {facts.release} on Python {facts.python}")
        if facts.reason:
            lines.append(f"reason    {facts.reason}")
        lines.append("packages  " + ", ".join(f"{name} {version}" for name, version in facts.packages.items()))
    if details:
        stages = ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in details["stage_seconds"].items())
        lines.append(f"took      {details['seconds']:.2f} s ({stages}), {details['memory_kib'] / 1024:.0f} MiB")
    for program, source in details.get("programs", {}).items():
        lines.append(f"{program:<10}{source}, as there is no {program} on the PATH")
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
