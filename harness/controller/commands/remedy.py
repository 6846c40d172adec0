"""`harness remedy`: what to install so that a release works that does not with today's packages."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from rich.console import Console

from harness.contract.statuses import Status
from harness.controller.bisect.elsewhere import place_of
from harness.controller.bisect.index_versions import IndexVersions
from harness.controller.bisect.probe import Flaky, Prober
from harness.controller.bisect.remedies import RemedySearch, lane_answers
from harness.controller.commands.options import add_environments, selection_of
from harness.controller.console import make_console
from harness.controller.errors import Exit, HarnessError, UsageError
from harness.controller.files import write_atomically
from harness.controller.grid.lane_summary import lane_rows
from harness.controller.project.cells import grid_cases
from harness.controller.project.loader import Project
from harness.controller.project.matrix import Environment
from harness.controller.project.state import bisect_lock
from harness.controller.results.documents import read_columns
from harness.controller.results.remedies import Remedy, read_remedies, remedies_file, remedies_text
from harness.controller.run.signals import signals_as_interrupt
from harness.controller.text import one_line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A selection of releases, and what is done with their remedies."""
    add_environments(parser)
    action = parser.add_mutually_exclusive_group()
    action.add_argument(
        "--verify", action="store_true", help="run each again, and find a new one where it no longer works"
    )
    action.add_argument(
        "--merge", nargs="+", type=Path, metavar="FILE", help="take over what other machines have verified"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="with --verify: write only what was verified, here")


def run(options: argparse.Namespace, project: Project) -> Exit:
    """Print the remedies. The exit code is 1 if a release has none."""
    if options.out and not options.verify:
        raise UsageError("--out needs --verify")
    file = remedies_file(project.layout.results)
    accepted = read_remedies(file)
    if options.merge:
        found = {name: remedy for part in options.merge for name, remedy in read_remedies(part).items()}
        write_atomically(file, remedies_text(accepted | found, project.matrix.in_lanes))
        print(f"{file}: {len(found)} remedies taken over")
        return Exit.AGREES
    failing = _failing(project, options)
    shown = {name: accepted[name] for name in failing if name in accepted}
    if options.verify:
        shown = _verify(project, failing, accepted, options.out or file)
    console = make_console()
    for line in _lines(project, failing, shown):
        console.print(one_line(line), markup=False, soft_wrap=True)
    return Exit.AGREES if all(name in shown and shown[name].bounds for name in failing) else Exit.DIFFERS


def _failing(project: Project, options: argparse.Namespace) -> dict[str, tuple[Environment, Environment]]:
    """By id the environments of lanes that do not work, each with that of the grid which has the same release.

    The last run counts, and for what it did not reach the accepted results.
    """
    everything, layout = project.matrix.everything, project.layout
    columns = read_columns(layout.results, everything) | read_columns(layout.run, everything)
    chosen = {item.id for item in selection_of(options).choose_environments(project.matrix, with_lanes=True)}
    in_grid = {case.id for case in grid_cases(project.cases, project.matrix)}  # others have nothing to compare with
    rows = [row for row in lane_rows(project.matrix, columns) if row.lane.cases[0] in in_grid]
    answers = [answer for row in rows for answer in row.answers]
    return {
        answer.environment.id: (answer.environment, everything[answer.release])
        for answer in answers
        if answer.environment.id in chosen and answer.release and answer.status not in (Status.PASS, Status.NOT_RUN)
    }


def _verify(
    project: Project, failing: Mapping[str, tuple[Environment, Environment]], known: dict[str, Remedy], file: Path
) -> dict[str, Remedy]:
    """Verify or find each remedy, and write it as soon as it is there."""
    columns = read_columns(project.layout.results, project.matrix.environments)
    console, index, found = make_console(), IndexVersions(), dict[str, Remedy]()
    is_own = file == remedies_file(project.layout.results)
    with bisect_lock(project.layout), signals_as_interrupt():
        for name, (environment, base) in failing.items():
            if base.id not in columns:
                raise HarnessError(f"{name}: the grid has no outcomes of {base.id} to compare with")
            answers = lane_answers(project, environment, base, columns[base.id])
            place = place_of(None, project, environment, [environment.python])
            with Prober(project.layout, environment, place, _watching(console, name)) as prober:
                search = RemedySearch(project, environment, base, answers, prober, index, _borders(known | found))
                try:
                    found[name] = search.find(known.get(name))
                except Flaky as error:
                    raise HarnessError(f"{name}: outcomes change from run to run: {error.outcomes}") from None
            kept = {**known, **found} if is_own else found
            write_atomically(file, remedies_text(kept, project.matrix.in_lanes))
    return found


def _borders(remedies: Mapping[str, Remedy]) -> dict[str, tuple[str, str]]:
    """By package the border that a release has."""
    culprits = [culprit for remedy in remedies.values() for culprit in remedy.culprits if culprit.first_bad]
    return {culprit.package: (culprit.last_good, culprit.first_bad) for culprit in culprits}


def _watching(console: Console, name: str) -> Callable[[str], None]:
    return lambda line: console.print(one_line(f"{name}: {line}"), style="dim", markup=False, soft_wrap=True)


def _lines(project: Project, failing: Mapping[str, object], found: Mapping[str, Remedy]) -> Iterator[str]:
    title = project.matrix.subject.title
    for name in failing:
        remedy = found.get(name)
        label = f"{title} {project.matrix.everything[name].release_label}"
        if remedy is None:
            yield f"{label}: not looked for yet: `harness remedy -e {name} --verify`"
        elif not remedy.bounds:
            yield f"{label}: none: {remedy.cause}"
        else:
            yield f"{label} {remedy.line}"
            yield f"    {remedy.cause}"
    if not failing:
        yield "nothing to mend: no release of this selection fails in a lane"
