"""The lines below a grid: what differs from the baseline, what was not tried and why, what to do next."""

from __future__ import annotations

import shlex
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.text import Text

from harness.contract.statuses import Status
from harness.controller.grid.explanations import shorten
from harness.controller.grid.grid import Grid
from harness.controller.grid.joined_rows import join_rows
from harness.controller.project.matrix import Environment, Matrix
from harness.controller.project.selection import Selection
from harness.controller.results.change_formats import summarise_changes
from harness.controller.results.compare import Change, new_cells_sentence
from harness.controller.results.verdict import disagreeing
from harness.controller.text import one_line

DIFFERS, NOT_TRIED, NEXT = "differs", "not tried", "next"
_LABEL = 11  # characters
_COMMAND = 34  # characters; a longer one has its purpose in a line of its own
_MOST_REASONS = 6


def print_closing_lines(lines: Mapping[str, Sequence[str]], console: Console) -> None:
    """Print each label with its lines; in a terminal long ones go on below their beginning."""
    console.print()
    for label, texts in lines.items():
        width = console.width - _LABEL if console.is_terminal else 10**6
        wrapped = [
            part
            for text in texts
            for part in textwrap.wrap(one_line(text), width, break_long_words=False, break_on_hyphens=False)
        ]
        for head, text in zip([label, *[""] * len(wrapped)], wrapped, strict=False):
            console.print(Text(head.ljust(_LABEL), "bold").append(text, "not bold"), soft_wrap=True)


def differences_in_short(
    changes: Sequence[Change], without_baseline: Sequence[str], is_same: bool, strict: bool = False
) -> list[str]:
    """How columns differ from their baselines, in numbers. `is_same`: whether they do not differ, by their exit codes.

    `without_baseline` are environments that cannot differ, as they have none.
    """
    differing = disagreeing(changes, strict=strict)
    lines = [summarise_changes(differing)] if differing else []
    lines += filter(None, [new_cells_sentence(changes)])
    if without_baseline:
        lines.append(f"without a baseline: {', '.join(without_baseline)} (`harness accept` makes this run one)")
    elif is_same:
        lines.append("nothing: as in the baseline")
    return lines


def not_tried(grids: Iterable[Grid]) -> list[str]:
    """The cells that were not tried by reason, the most frequent first: `34 cells: no dot on the PATH`."""
    reasons: Counter[str] = Counter()
    failed: defaultdict[str, list[str]] = defaultdict(list)  # environments by the reason that they failed for
    for grid in grids:
        for environment, outcomes in grid.each_column():
            facts = grid.facts(environment)
            broken = (facts.reason if facts else None) or "env-fail"
            words = {Status.SKIP: "switched off in the case", Status.NOT_RUN: "not run", Status.ENV_FAIL: broken}
            for outcome in outcomes:
                if outcome.status is Status.UNMET:
                    reasons[outcome.message or "a prerequisite is missing"] += 1
                elif outcome.status in words:
                    reasons[words[outcome.status]] += 1
            if any(outcome.status is Status.ENV_FAIL for outcome in outcomes):
                failed[broken].append(environment.id)
    shown = reasons.most_common(_MOST_REASONS)
    lines = []
    for reason, number in shown:
        where = f"{', '.join(failed[reason])}: " if reason in failed else ""
        lines.append(f"{number} cells: {where}{shorten(reason) if where else reason}")
    others = sum(reasons.values()) - sum(number for _, number in shown)
    return [*lines, *([f"{others} cells for other reasons"] if others else [])] or ["nothing: every cell has an answer"]


def next_commands(grid: Grid, from_run: bool, library: int = 0) -> list[str]:
    """Commands with their purpose: one case over the releases, the library where the grid lacks cases of it, the page.

    `library` is the number of its cases.
    """
    run = " --run" if from_run else ""
    cases = join_rows(grid)
    commands = {}
    varied = [joined[0].case.id for joined in cases if len(joined) > 2]
    if varied:
        commands[f"harness show{run} -k {min(varied, key=len)}"] = "one case from release to release"
    if len(cases) < library:
        commands["harness run --cases all"] = f"all {library} cases"
    commands[f"harness publish{run} --serve"] = "the page, with all details"
    return [f"{command.ljust(_COMMAND)} {purpose}" for command, purpose in commands.items()]


def show_command(environments: Sequence[Environment], matrix: Matrix, selection: Selection, from_run: bool) -> str:
    """The `harness show` that prints the grid of these environments, and of the selection's cases and paths."""
    names = tuple(environment.id for environment in environments)
    words = ["harness", "show", *(["--run"] if from_run else [])]
    group = next((name for name, members in matrix.groups.items() if sorted(members) == sorted(names)), None)
    if group is not None:
        words += ["-g", group]
    elif set(names) != set(matrix.environments):
        words += [word for name in names for word in ("-e", name)]
    for option, patterns in (("-p", selection.paths), ("-k", selection.cases), ("--cases", selection.sets)):
        words += [word for pattern in patterns for word in (option, pattern)]
    return shlex.join(words)
