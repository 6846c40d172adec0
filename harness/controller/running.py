"""`harness run`: a selection is run, and what came out is shown and compared."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

from rich.console import Console

from harness.contract.plan import Plan
from harness.contract.records import CellKey, Outcome
from harness.contract.statuses import Status
from harness.controller import column as columns
from harness.controller import reuse
from harness.controller.commands import open_root
from harness.controller.compare import compare, in_words
from harness.controller.errors import Exit, HarnessError, UsageError
from harness.controller.files import only_one
from harness.controller.grid import make_grid
from harness.controller.installed import facts
from harness.controller.jobs import Job, work
from harness.controller.lanes import by_lane, scope_of
from harness.controller.matrix import Environment
from harness.controller.planning import selected_keys
from harness.controller.progress import make_progress
from harness.controller.project import Layout, Project, load_project
from harness.controller.reconcile import read_stream
from harness.controller.selection import Selection
from harness.controller.store import Column, EnvironmentFacts, read_column, read_columns, write_column
from harness.controller.taking import take
from harness.controller.terminal import print_ran
from harness.controller.toxlog import Ending, ending

_DISK = 1_300_000_000  # bytes that an environment needs on disk; hard links share them with uv's cache
_MEMORY = 4 * 1024**3  # bytes that the processes of one environment may need


def run(root: Path | None, selection: Selection, jobs: int | None, how: Sequence[str]) -> Exit:
    """Run a selection, print its grid and what changed, and say by the exit code how it went.

    `how` is handed on to every environment: options of ours first, then pytest's.
    """
    project = load_project(open_root(root))
    environments = selection.choose_environments(project.matrix, project.matrix.default)
    cells = _cells(project, environments, selection)
    _check_ready(project, environments, how)
    console = Console(highlight=False)
    arguments = [part for path in selection.paths for part in ("--path", path)]
    arguments += [part for case in selection.cases for part in ("--case", case)]
    arguments += how
    with only_one(project.layout.state / "lock", f"run in {project.layout.root}"), terminated_as_interrupted():
        taken = take(project, environments, columns.parse(arguments))
        rest = [item for item in environments if item.id not in taken]
        todo = [_job(project, item) for item in _longest_first(project, rest)]
        interrupted = bool(todo) and _work(project, todo, arguments, jobs or _default_jobs(), cells, console)
        ran = {job.environment.id: _finish(project.layout, job, cells, interrupted) for job in todo if job.process}
    found = taken | ran
    nothing_to_do = [_job(project, item, Exit.AGREES) for item in environments if item.id in taken]
    ended = sorted([*todo, *nothing_to_do], key=lambda job: environments.index(job.environment))
    done = [(job, found[job.environment.id]) for job in ended if job.environment.id in found]
    if interrupted:
        kept = sum(column.answers() for _, column in done if column is not None)
        console.print(f"interrupted: {kept} outcomes of {len(done)} environments are kept, and not run again")
        return Exit.INTERRUPTED
    return _conclude(project, selection, done, console)


def _cells(project: Project, environments: Sequence[Environment], selection: Selection) -> dict[str, list[CellKey]]:
    """The cells by environment. Raises UsageError where one has none."""
    cases, paths = selection.choose_cases(project.cases), selection.choose_paths(project.matrix)
    return {item.id: selected_keys(*scope_of(item, project.matrix, cases, paths)) for item in environments}


def _job(project: Project, environment: Environment, code: Exit | None = None) -> Job:
    return Job(environment, project.layout.run_file("logs", environment.id, ".log"), code=code)


def _work(
    project: Project,
    todo: Sequence[Job],
    arguments: Sequence[str],
    limit: int,
    cells: Mapping[str, Sequence[CellKey]],
    console: Console,
) -> bool:
    counts = {name: len(keys) for name, keys in cells.items()}
    with make_progress(console, todo, counts, project.layout) as progress:
        return work(project.layout, todo, arguments, limit, progress.update)


def _check_ready(project: Project, environments: Sequence[Environment], how: Sequence[str]) -> None:
    """Everything that can be known to fail before anything is started. Raises UsageError or HarnessError."""
    layout = project.layout
    for name in ("tox.ini", "toxfile.py"):
        if not (layout.root / name).is_file():
            raise UsageError(f"{layout.root} has no {name}: docs/matrix-format.md says what a project needs")
    unlocked = [item.id for item in environments if not item.lane and not layout.lock(item).is_file()]
    if unlocked:
        names = " ".join(f"-e {name}" for name in unlocked)
        raise UsageError(f"without a lock: {', '.join(unlocked)}; make them with `harness lock {names}`")
    own = columns.parse(how).selection
    own.choose_cases(project.cases)
    own.choose_paths(project.matrix)
    read_columns(layout.results, [item.id for item in environments])
    _check_disk(layout, environments)


def _longest_first(project: Project, environments: Sequence[Environment]) -> list[Environment]:
    """So that no core waits for the last one, by what the cells of each took when they were last run."""
    kept = {item.id: reuse.read_kept(project.layout.run_file("kept", item.id, ".json")) for item in environments}
    return sorted(environments, key=lambda item: -sum(entry.record.seconds for entry in kept[item.id].values()))


def _default_jobs() -> int:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(len(os.sched_getaffinity(0)), memory // _MEMORY))


def _check_disk(layout: Layout, environments: Sequence[Environment]) -> None:
    new = [item for item in environments if not (layout.environments / item.id).exists()]
    free = shutil.disk_usage(layout.root).free
    if len(new) * _DISK > free:
        needed = f"{len(new)} environments to install may need {len(new) * _DISK / 1e9:.0f} GB"
        raise HarnessError(f"the disk will not do: {needed}, and {free / 1e9:.0f} GB are free; select fewer with -e")


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Let what asks this process to end interrupt it, so that it ends in order."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _finish(layout: Layout, job: Job, cells: Mapping[str, Sequence[CellKey]], interrupted: bool) -> Column | None:
    """The job's column: as it was written, from its stream if it was killed, or an `env-fail` with the reason.

    None where it did not come to its cells for a reason that says nothing of the environment.
    """
    name = job.environment.id
    file = layout.run / f"{name}.json"
    if file.exists():
        return read_column(file)
    matrix_says = EnvironmentFacts(
        name, job.environment.tensorflow, job.environment.python, job.environment.distribution
    )
    if _plan_file(layout, name).exists():
        plan = Plan.read(str(_plan_file(layout, name)))
        try:
            installed = facts(job.environment, layout.environments / name)
        except HarnessError:
            installed = matrix_says
        job.code = Exit.BROKEN  # whatever it died of
        return columns.finish(layout, plan, installed, read_stream(Path(plan.stream)))
    why = _ending(layout, job)
    if interrupted or why.made_environment:
        return None
    failed = replace(matrix_says, status=Status.ENV_FAIL.value, reason=str(why))
    column = Column(failed, {key: Outcome(*key, status=Status.ENV_FAIL) for key in cells[name]})
    write_column(file, column)
    shutil.rmtree(layout.environments / name, ignore_errors=True)  # half made: the next run makes it anew
    return column


def _ending(layout: Layout, job: Job) -> Ending:
    log = job.log.read_text(encoding="utf-8", errors="replace")
    return ending(log.replace(f"{layout.root}{os.sep}", ""), job.environment.id)


def _conclude(
    project: Project, selection: Selection, done: Sequence[tuple[Job, Column | None]], console: Console
) -> Exit:
    ran = {column.environment.id: column for _, column in done if column is not None}
    cases, paths = selection.choose_cases(project.cases), selection.choose_paths(project.matrix)
    for environments in by_lane(job.environment for job, _ in done):
        scope = scope_of(environments[0], project.matrix, cases, paths)
        print_ran(make_grid(*scope, environments, ran), console)
    baselines = read_columns(project.layout.results, ran)
    codes: dict[str, Exit] = {}
    for job, column in done:
        name = job.environment.id
        if column is None:
            text = f"{name} did not come to its cells: {_ending(project.layout, job)} (log: {job.log})"
            console.print(text, markup=False, soft_wrap=True)
            codes[name] = max(Exit.USAGE, _ended(job))
            continue
        baseline = baselines.get(name)
        changes = [change for change in compare(baseline, column) if change.differs]
        for change in changes:
            console.print(in_words(change), markup=False, soft_wrap=True)
        if column.environment.failed:
            text = f"{name} env-fail: {column.environment.reason} (log: {job.log})"
            console.print(text, markup=False, soft_wrap=True)
        elif _ended(job) > Exit.DIFFERS:
            console.print(f"{name} did not get through its cells (log: {job.log})", markup=False, soft_wrap=True)
        codes[name] = _code(job, column, baseline)
    taken = sum(_taken(project.layout, job, column) for job, column in done if column is not None)
    if taken:
        console.print(
            f"{taken} cells taken from earlier runs, as nothing they depend on has changed (--fresh runs all)"
        )
    without = [name for name in ran if name not in baselines]
    if without:
        console.print(f"without a baseline: {', '.join(without)} (`harness accept` makes this run one)")
    elif set(codes.values()) == {Exit.AGREES}:
        console.print("as in the baseline")
    return _worst(codes, [job.environment for job, _ in done], console)


def _code(job: Job, column: Column, baseline: Column | None) -> Exit:
    """The exit code of a column. That a lane fails as its baseline does is an answer, whatever tox makes of it."""
    found = columns.verdict(column, baseline, job.environment.lane is not None)
    return found if found is Exit.AGREES and column.environment.failed else max(found, _ended(job))


def _worst(codes: Mapping[str, Exit], environments: Sequence[Environment], console: Console) -> Exit:
    """The exit code of a run: the worst of its environments that may not fail. Those that may are told."""
    counted = (Exit.AGREES, Exit.USAGE)  # a wrong call is no failure of the environment
    excused = [item.id for item in environments if item.may_fail and codes[item.id] not in counted]
    if excused:
        console.print(f"may fail, so that no exit code tells of it: {', '.join(excused)}", soft_wrap=True)
    return max((code for name, code in codes.items() if name not in excused), default=Exit.AGREES)


def _taken(layout: Layout, job: Job, column: Column) -> int:
    """How many outcomes of a column are from earlier runs: all where nothing was started."""
    if job.process is None:
        return len(column.cells)
    file = _plan_file(layout, job.environment.id)
    return len(Plan.read(str(file)).taken) if file.exists() else 0


def _plan_file(layout: Layout, environment: str) -> Path:
    return layout.run_file("plan", environment, ".json")


def _ended(job: Job) -> Exit:
    """How the job itself says that it went, which what it left does not always tell."""
    return Exit(job.code) if job.code in (Exit.AGREES, Exit.DIFFERS, Exit.USAGE) else Exit.BROKEN
