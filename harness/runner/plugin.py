"""The pytest plugin: the plan's cells become items below their case files, and each item runs one cell's script.

How an item ends, in pytest's words, follows the baseline: an outcome that the baseline holds passes or, where it is
no pass, is an expected failure; one that differs fails, also when it is better. What could not be tried here is
skipped. A cell without a baseline stands for itself.
"""

from __future__ import annotations

import datetime
import os
import signal
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any, Iterator

import pytest

from harness.contract.messages import normalise
from harness.contract.plan import Plan, PlannedCell
from harness.contract.records import Outcome, Record, is_untried
from harness.contract.statuses import Status
from harness.contract.stream import append_line
from harness.contract.temporary import TemporaryFolder, copy_given
from harness.runner.isolation import ISOLATIONS, BrokenEnvironment, Isolation
from harness.runner.prerequisites import missing_prerequisite, script_before
from harness.runner.verdict import judge

_NO_ANSWER = (Status.ABSENT, Status.UNMET, Status.SKIP)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options that the controller gives."""
    group = parser.getgroup("harness")
    group.addoption("--harness-plan", metavar="FILE", required=True, help="the plan that the controller wrote")
    group.addoption("--harness-keys", metavar="FD", type=int, help="the descriptor that gives the keys of the stream")


def pytest_configure(config: pytest.Config) -> None:
    """Register the session's own hooks, now that the plan is known."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell starts what is in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)
    plan = Plan.read(config.getoption("--harness-plan"))
    config.pluginmanager.register(Cells(config, plan, _read_keys(config)), "harness-cells")


def _read_keys(config: pytest.Config) -> list[str]:
    """The keys for the seals of the stream. They come through a pipe, which leaves nothing for a cell to find."""
    of_worker: dict[str, Any] | None = getattr(config, "workerinput", None)  # in a worker of pytest-xdist
    if of_worker is not None:
        return list(of_worker["harness_keys"])
    descriptor = config.getoption("--harness-keys")
    if descriptor is None:
        return []
    with open(descriptor, encoding="ascii") as handle:
        return handle.read().split()


class CellFailed(Exception):
    """A cell's outcome is not what the baseline holds, or it has none and did not pass."""


class Cells:
    """Everything of one session: the plan, the isolation that is started with the first cell."""

    def __init__(self, config: pytest.Config, plan: Plan, keys: list[str]) -> None:
        self.config = config
        self.plan = plan
        self.keys = keys
        self.paths = {spec.id: list(astuple(spec)) for spec in plan.paths}
        self.by_file: dict[str, list[PlannedCell]] = {}
        for cell in plan.cells:
            self.by_file.setdefault(cell.file, []).append(cell)
        self._isolation: Isolation | None = None

    def append(self, line: dict[str, Any]) -> None:
        """Append a line to the stream, with its seals."""
        append_line(self.plan.stream, line, self.keys)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Hand the keys to a worker of pytest-xdist."""
        node.workerinput["harness_keys"] = self.keys

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.File | None:
        relative = os.path.relpath(str(file_path), self.plan.root).replace(os.sep, "/")
        if relative not in self.by_file:
            return None
        return CaseFile.from_parent(parent, path=file_path, cells=self, planned=self.by_file[relative])

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Say what pytest's own options leave out, whether they deselect a cell or do not look at its file."""
        chosen = {item.cell.id for item in session.items if isinstance(item, CellItem)}
        # A file that has gone since the plan was made was not left out by anybody: its cells are `not-run`.
        existing = {file for file in self.by_file if os.path.exists(os.path.join(self.plan.root, file))}
        left_out = [cell.id for cell in self.plan.cells if cell.id not in chosen and cell.file in existing]
        if left_out:
            self.append({"deselected": left_out})

    def pytest_unconfigure(self) -> None:
        self._close_isolation()

    def _close_isolation(self) -> None:
        if self._isolation is not None:
            self._isolation.close()
            self._isolation = None

    def run(self, cell: PlannedCell, text: str) -> Record:
        """Run the text, a cell's script or its beginning, in a folder of its own."""
        plan = self.plan
        around = TemporaryFolder()
        directory, temporary = (os.path.join(around.path, name) for name in ("cell", "tmp"))
        try:
            for folder in (directory, temporary):
                os.mkdir(folder)
            script = os.path.join(directory, cell.case + ".py")
            with open(script, "w", encoding="utf-8") as handle:
                handle.write(text)
            arguments = [copy_given(os.path.join(plan.root, cell.given), directory)] if cell.given else []
            if self._isolation is None:
                settings = (plan.preload, plan.loads, plan.folders, plan.prefix, plan.hooks)
                self._isolation = ISOLATIONS[plan.isolation](*settings)
            request = {
                "script": script,
                "directory": directory,
                "variables": _variables(around.path, plan.folders),
                "path": self.paths[cell.path],
                "arguments": arguments,
                "limits": [cell.timeout or plan.timeout, plan.output_limit, plan.memory_limit, plan.timeout],
                "patience": plan.patience,
            }
            reply = self._isolation.run(request)
            if not (os.path.isdir(temporary) and os.path.isdir(self._isolation.home.path)):
                self._close_isolation()  # the next cell gets folders that exist
                raise FileNotFoundError("the folder for temporary files was emptied while the cell ran")
            return judge(cell.case, cell.path, reply, directory)
        finally:
            around.close()


def _variables(around: str, folders: list[str]) -> dict[str, str]:
    """The variables of one cell: folders of its own."""
    own = {name: os.path.join(around, name.lower()) for name in folders}
    return dict(own, TMPDIR=os.path.join(around, "tmp"))


class CaseFile(pytest.File):
    """A case file: an item for each cell that the plan has of it. The file itself is not read."""

    def __init__(self, *, cells: Cells, planned: list[PlannedCell], **keywords: Any) -> None:
        super().__init__(**keywords)
        self.cells = cells
        self.planned = planned

    def collect(self) -> Iterator[pytest.Item]:
        for cell in self.planned:
            name = f"{cell.case}[{cell.path}]"
            yield CellItem.from_parent(
                self,
                name=name,
                nodeid=f"{self.nodeid}::{name}",  # whole: --lf of pytest 9.2 misses one that it made (pytest#15045)
                cells=self.cells,
                cell=cell,
            )


class CellItem(pytest.Item):
    """One cell."""

    def __init__(self, *, cells: Cells, cell: PlannedCell, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.cells = cells
        self.cell = cell
        self.extra_keyword_matches.add(cell.kind)

    def runtest(self) -> None:
        record = self._record()
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0).isoformat()
        record = replace(record, script=self.cell.digest, at=now)
        self.cells.append({"record": record.to_json(), "key": self.cell.key})
        if record.output:
            self.add_report_section("call", "output", record.output)
        _report(record, self.cells.plan.expected.get(self.cell.id))

    def _record(self) -> Record:
        cell = self.cell
        if cell.skip:
            return Record(Outcome(*cell.id, status=Status.SKIP, message=cell.skip))
        missing = missing_prerequisite(cell)
        if missing is None:
            return replace(self._run(cell.script), programs=cell.programs)
        # What ends before it needs the prerequisite has its answer without.
        unmet = Outcome(*cell.id, status=Status.UNMET, message=missing)
        head = script_before(cell.script, cell.needed_at)
        record = Record(unmet) if head is None else self._run(head)
        return replace(record, outcome=unmet) if record.outcome.status is Status.PASS else record

    def _run(self, text: str) -> Record:
        try:
            return self.cells.run(self.cell, text)
        except BrokenEnvironment as error:
            reason = normalise(str(error))
            self.cells.append({"environment_failure": reason})
            self.session.shouldstop = f"{', '.join(self.cells.plan.preload)} cannot be imported: {reason}"
            pytest.skip(self.session.shouldstop)
        except Exception as error:
            outcome = Outcome(*self.cell.id, status=Status.ERROR, error=type(error).__name__, message=str(error))
            self.cells.append({"record": Record(outcome).to_json()})
            raise

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        if isinstance(excinfo.value, (CellFailed, pytest.xfail.Exception)):  # no traceback: it is of ourselves
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path | str, int | None, str]:
        return self.path, 0, self.name


def _report(record: Record, expected: Outcome | None) -> None:
    outcome = record.outcome
    story = "\n".join(filter(None, [_in_words(outcome), record.traceback]))
    if expected is not None and outcome != expected and not is_untried(outcome, expected):
        raise CellFailed(f"differs from the baseline\nbaseline: {_in_words(expected)}\nnow:      {story}")
    if outcome.status is Status.PASS:
        return
    if outcome.status in _NO_ANSWER:
        pytest.skip(_in_words(outcome))
    if expected is not None:
        pytest.xfail(_in_words(outcome))
    raise CellFailed(story)


def _in_words(outcome: Outcome) -> str:
    where = f" at {outcome.stage.value}" if outcome.stage else ""
    what = ": ".join(filter(None, [outcome.error, outcome.message]))
    return "{}{}{}".format(outcome.status.value, where, f" ({what})" if what else "")
