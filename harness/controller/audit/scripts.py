"""`harness audit`: compare recorded outcomes with the cells' scripts, run by plain Python."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial

from packaging.version import Version
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from harness.cases.generate import digest_of, script_of
from harness.contract.statuses import Status
from harness.controller.audit.elsewhere import Audited, audit_elsewhere, sampled_cells, write_answers
from harness.controller.audit.sampling import RecordedCell, SampleRequest, draw_sample, recorded_cells
from harness.controller.audit.script_process import ScriptProcess, ScriptResult, run_side_by_side
from harness.controller.audit.traceback_match import as_outcome, matches, raised_sentence, read_traceback
from harness.controller.console import make_console
from harness.controller.environments.installed import facts, missing_environments
from harness.controller.environments.prerequisites import cells_path
from harness.controller.errors import Exit, HarnessError, UsageError
from harness.controller.project.layout import Layout
from harness.controller.project.loader import Project
from harness.controller.project.selection import Selection
from harness.controller.results.documents import Column, read_columns, read_details
from harness.controller.run.signals import signals_as_interrupt
from harness.controller.text import strip_control

_IMPORTING = 120.0  # seconds in addition to a cell's own: its process has imported nothing yet
_QUIET = 30.0  # seconds after which a log gets a line again
_NOTES_SINCE = Version("3.11")


def audit_scripts(project: Project, selection: Selection, of_run: bool, request: SampleRequest) -> Exit:
    """Compare a sample of the accepted results, or of the last run, with plain Python, and print the disagreements.

    Raises UsageError if the selection has no recorded outcome, and HarnessError if an environment is not installed or
    not the one of the results, or if a script has changed since the run.
    """
    folder = project.layout.run if of_run else project.layout.results
    columns = read_columns(folder, [item.id for item in selection.choose_environments(project.matrix)])
    cells, left_out = recorded_cells(project, selection, columns)
    if not cells:
        raise UsageError(f"nothing to audit: no outcome of this selection in {folder}")
    if request.sampled is None:
        sample = draw_sample(cells, request.size, request.seed)
    else:
        sample = sampled_cells(cells, request.sampled)
    if request.engine is None:
        _check_installed(project.layout, sample, columns)
    if of_run:
        _check_scripts(project.layout, sample)
    console = make_console()
    title = f"{len(sample)} cells sampled (seed {request.seed})"
    _say(console, f"{title} of {len(cells)}" + (f"; not sampled: {_counts(left_out)}" if left_out else ""))
    progress = _Progress(console, sample)
    if request.engine is None:
        outcomes = _outcomes(project, sample, request.jobs_here, progress)
    else:
        outcomes = audit_elsewhere(request.engine, project.layout, sample, of_run, request.jobs)
    done: list[Audited] = []
    code = _audit(outcomes, progress, done, title, console)
    if request.sampled is not None:
        for name in columns:
            write_answers(project.layout, name, [each for each in done if each[0].environment.id == name])
    return code


def _check_installed(layout: Layout, sample: Sequence[RecordedCell], columns: Mapping[str, Column]) -> None:
    environments = {cell.environment.id: cell.environment for cell in sample}
    missing = missing_environments(layout, environments)
    if missing:
        command = "harness run " + " ".join(f"-e {name}" for name in missing)
        raise HarnessError(f"not installed: {', '.join(missing)}; run it first: `{command}`")
    for name, environment in environments.items():
        if facts(environment, layout.environments / name) != columns[name].environment:
            raise HarnessError(f"{name}: its packages differ from the results; run it first: `harness run -e {name}`")


def _check_scripts(layout: Layout, sample: Sequence[RecordedCell]) -> None:
    """The run's scripts are those that the cases become now; of accepted results that is not recorded."""
    names = {cell.environment.id for cell in sample}
    details = {name: read_details(layout.files(name).details) for name in names}
    for cell in sample:
        ran = details[cell.environment.id].get(f"{cell.case.id}[{cell.path.id}]", {}).get("script")
        if ran != digest_of(script_of(cell.case, cell.path)):
            raise HarnessError(f"{cell.environment.id}: {cell.case.id} has changed since its run: run it again")


def _audit(
    outcomes: Generator[Audited, None, None], progress: _Progress, done: list[Audited], title: str, console: Console
) -> Exit:
    """Print each disagreement as it is found, then the totals. `done` gets all outcomes."""
    wrong = 0
    try:
        with signals_as_interrupt(), progress, closing(outcomes):
            for cell, contradiction in outcomes:
                done.append((cell, contradiction))
                if contradiction:
                    wrong += 1
                    _say(console, strip_control(f"{cell}: {contradiction}"))
    except KeyboardInterrupt:
        _say(console, f"interrupted after {len(done)} of {title}" + (f": {_verdict(done, wrong)}" if done else ""))
        return Exit.INTERRUPTED
    _say(console, f"{title}: {_verdict(done, wrong)}")
    return Exit.DIFFERS if wrong else Exit.AGREES


def _outcomes(
    project: Project, sample: Sequence[RecordedCell], jobs: int, progress: _Progress
) -> Generator[Audited, None, None]:
    """Each cell as its script ends, with what contradicts its recorded outcome. `jobs` scripts run at a time."""

    def watch(active: Sequence[RecordedCell]) -> None:
        progress.update([cell.environment.id for cell in active])

    with closing(run_side_by_side(sample, partial(_start, project), jobs, watch)) as ending:
        for cell, process, ended in ending:
            progress.done(cell)
            yield cell, _contradiction(cell, process, ended)


def _start(project: Project, cell: RecordedCell) -> ScriptProcess:
    limit = cell.case.timeout or project.matrix.timeout
    if cell.recorded.status is not Status.TIMEOUT:
        limit += _IMPORTING
    prefix = project.layout.environments / cell.environment.id
    script = script_of(cell.case, cell.path)
    path = cells_path(project.layout.state)
    given = project.layout.root / cell.case.given if cell.case.given else None
    return ScriptProcess(
        cell.environment, prefix, path, cell.case.id, script, limit, project.matrix.output_limit, given
    )


def _contradiction(cell: RecordedCell, process: ScriptProcess, ended: ScriptResult) -> str | None:
    """None if the script ended as recorded, else both in words."""
    raised = read_traceback(ended.errors, str(process.file), script_of(cell.case, cell.path))
    if matches(cell.recorded, ended, raised, Version(cell.environment.python) >= _NOTES_SINCE):
        return None
    return raised_sentence(replace(cell.recorded, warnings=()), as_outcome(cell.recorded.key, ended, raised))


def _verdict(done: Sequence[Audited], wrong: int) -> str:
    counts = _counts(Counter(cell.recorded.status for cell, _ in done))
    return f"{counts}: {f'{wrong} disagree' if wrong else 'all agree'}"


def _counts(counts: Mapping[Status, int]) -> str:
    return ", ".join(f"{counts[status]} {status.value}" for status in Status if counts.get(status))


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)


class _Progress:
    """Live lines in a terminal; elsewhere a line for each finished environment, and one after a long silence."""

    def __init__(self, console: Console, sample: Sequence[RecordedCell]) -> None:
        self._console = console
        self._cells = Counter(cell.environment.id for cell in sample)
        self._done = Counter[str]()
        self._began = self._said = time.monotonic()
        self._live = Live(console=console, auto_refresh=False, transient=True) if console.is_terminal else None

    def __enter__(self) -> _Progress:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *reason: object) -> None:
        if self._live:
            self._live.stop()

    def done(self, cell: RecordedCell) -> None:
        """Count a cell whose script has ended."""
        name = cell.environment.id
        self._done[name] += 1
        quiet = time.monotonic() - self._said > _QUIET
        if self._live is None and (quiet or self._done[name] == self._cells[name]):
            self._said = time.monotonic()
            _say(self._console, f"[{self._summary()}] {self._line(name)}")

    def update(self, active: Sequence[str]) -> None:
        """Draw the environments with a script under way, and the whole."""
        if self._live:
            lines = [Text(self._line(name)) for name in dict.fromkeys(active)]
            self._live.update(Group(*lines, Text(self._summary(), "bold")), refresh=True)

    def _line(self, name: str) -> str:
        return f"{name}: {self._done[name]} of {self._cells[name]} cells"

    def _summary(self) -> str:
        done, cells = self._done.total(), self._cells.total()
        elapsed = time.monotonic() - self._began
        left = f", about {elapsed / done * (cells - done):.0f} s left" if cells / 10 < done < cells else ""
        return f"{done} of {cells} cells, {elapsed:.0f} s{left}"
