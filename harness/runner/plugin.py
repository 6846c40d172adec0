"""The pytest plugin: case files become items, one for each import path, and each item runs one cell.

How an item ends, in pytest's words, follows the baseline: an outcome that the baseline holds passes or, where it is
no pass, is an expected failure; one that differs fails, also when it is better. A cell without a baseline stands for
itself.
"""

from __future__ import annotations

import datetime
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, Iterator

import pytest

from harness.cases.generate import digest_of, script_of
from harness.cases.loader import PREREQUISITES, Case, read_case
from harness.contract.messages import normalise
from harness.contract.plan import PathSpec, Plan, append_line, case_of
from harness.contract.records import CellKey, Outcome, Record
from harness.contract.statuses import Status
from harness.runner.isolation import ISOLATIONS, BrokenEnvironment, Isolation
from harness.runner.verdict import judge

_NO_ANSWER = (Status.ABSENT, Status.UNMET, Status.SKIP)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The one option that the controller gives."""
    group = parser.getgroup("harness")
    group.addoption("--harness-plan", metavar="FILE", required=True, help="the plan that the controller wrote")


def pytest_configure(config: pytest.Config) -> None:
    """Register the session's own hooks, now that the plan is known."""
    config.pluginmanager.register(Cells(config, Plan.read(config.getoption("--harness-plan"))), "harness-cells")


class CellFailed(Exception):
    """A cell's outcome is not what the baseline holds, or it has none and did not pass."""


class Cells:
    """Everything of one session: the plan, the isolation that is started with the first cell."""

    def __init__(self, config: pytest.Config, plan: Plan) -> None:
        self.config = config
        self.plan = plan
        self.paths = {spec.id: spec for spec in plan.paths}
        self.unread: set[str] = set()  # the files that turned out not to be cases
        self._isolation: Isolation | None = None

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.File | None:
        relative = os.path.relpath(str(file_path), self.plan.root).replace(os.sep, "/")
        if relative not in self.plan.cells:
            return None
        return CaseFile.from_parent(parent, path=file_path, cells=self, relative=relative)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Say what pytest's own options leave out, whether they deselect a cell or do not look at its file."""
        chosen = {item.key for item in session.items if isinstance(item, CellItem)}
        left_out = [key for key in self._readable() if key not in chosen]
        if left_out:
            append_line(self.plan.stream, {"deselected": left_out})

    def _readable(self) -> Iterator[CellKey]:
        for file, paths in self.plan.cells.items():
            if file not in self.unread and os.path.exists(os.path.join(self.plan.root, file)):
                yield from ((case_of(file), path) for path in paths)

    def pytest_unconfigure(self) -> None:
        if self._isolation is not None:
            self._isolation.close()

    def run(self, case: Case, path: PathSpec) -> Record:
        """Run one cell in a folder of its own."""
        plan = self.plan
        around = os.path.realpath(tempfile.mkdtemp(prefix="cell-"))
        directory = os.path.join(around, "cell")
        try:
            for folder in (directory, os.path.join(around, "tmp")):
                os.mkdir(folder)
            script = os.path.join(directory, case.id + ".py")
            with open(script, "w", encoding="utf-8") as handle:
                handle.write(script_of(case, path))
            if self._isolation is None:
                self._isolation = ISOLATIONS[plan.isolation](plan.preload)
            request = {
                "script": script,
                "directory": directory,
                "path": path.id,
                "form": path.form,
                "limits": [case.timeout or plan.timeout, plan.output_limit, plan.memory_limit, plan.timeout],
            }
            return judge(case.id, path.id, self._isolation.run(request), directory)
        finally:
            shutil.rmtree(around, ignore_errors=True)


class CaseFile(pytest.File):
    """A case file: an item for each import path that the plan names for it."""

    def __init__(self, *, cells: Cells, relative: str, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.cells = cells
        self.relative = relative

    def collect(self) -> Iterator[pytest.Item]:
        case, faults = read_case(self.cells.plan.root, self.relative)
        if case is None:
            self.cells.unread.add(self.relative)
            raise self.CollectError("\n".join(str(fault) for fault in faults))
        for path_id in self.cells.plan.cells[self.relative]:
            name = f"{case.id}[{path_id}]"
            yield CellItem.from_parent(
                self,
                name=name,
                nodeid=f"{self.nodeid}::{name}",  # whole: --lf of pytest 9.2 misses one that it made (pytest#15045)
                cells=self.cells,
                case=case,
                cell_path=self.cells.paths[path_id],
            )


class CellItem(pytest.Item):
    """One cell."""

    def __init__(self, *, cells: Cells, case: Case, cell_path: PathSpec, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.cells = cells
        self.case = case
        self.cell_path = cell_path
        self.extra_keyword_matches.add(case.kind)

    @property
    def key(self) -> tuple[str, str]:
        return (self.case.id, self.cell_path.id)

    def runtest(self) -> None:
        record = self._not_to_run() or self._run()
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0).isoformat()
        record = replace(record, script=digest_of(script_of(self.case, self.cell_path)), at=now)
        append_line(self.cells.plan.stream, {"record": record.to_json(), "key": self.cells.plan.keys.get(self.key)})
        if record.output:
            self.add_report_section("call", "output", record.output)
        _conclude(record, self.cells.plan.expected.get(self.key))

    def _not_to_run(self) -> Record | None:
        if self.case.skip:
            return Record(Outcome(*self.key, status=Status.SKIP, message=self.case.skip))
        for name in self.case.requires:
            if shutil.which(PREREQUISITES[name]) is None:
                message = f"{name} is not on this machine: no {PREREQUISITES[name]} on the PATH"
                return Record(Outcome(*self.key, status=Status.UNMET, message=message))
        return None

    def _run(self) -> Record:
        try:
            return self.cells.run(self.case, self.cell_path)
        except BrokenEnvironment as error:
            reason = normalise(str(error))
            append_line(self.cells.plan.stream, {"environment_failure": reason})
            self.session.shouldstop = f"TensorFlow cannot be imported: {reason}"
            pytest.skip(self.session.shouldstop)
        except Exception as error:
            outcome = Outcome(*self.key, status=Status.ERROR, error=type(error).__name__, message=str(error))
            append_line(self.cells.plan.stream, {"record": Record(outcome).to_json()})
            raise

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        if isinstance(excinfo.value, (CellFailed, pytest.xfail.Exception)):  # no traceback: it is of ourselves
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path | str, int | None, str]:
        return self.path, 0, self.name


def _conclude(record: Record, expected: Outcome | None) -> None:
    outcome = record.outcome
    story = "\n".join(filter(None, [_in_words(outcome), record.traceback]))
    if expected is not None and outcome != expected:
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
