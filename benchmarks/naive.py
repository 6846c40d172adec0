"""The ways without the harness: tox with virtualenv and pip, and in its environments the same scripts, each by a fresh
interpreter or as a test of pytest-forked."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from packaging.version import Version
from uv import find_uv_bin

from benchmarks.measuring import Measured, Workbench, expect, flags, measure
from harness.cases.case import Case
from harness.cases.generate import script_of
from harness.contract.plan import PathSpec
from harness.contract.records import CellKey, Outcome
from harness.controller.audit.script_process import ScriptResult
from harness.controller.audit.traceback_match import as_outcome, matches, raised_sentence, read_traceback
from harness.controller.environments.interpreters import find_interpreter
from harness.controller.environments.variables import fixed_env
from harness.controller.project.matrix import Environment

_HERE = Path(__file__).parent
_FORKED = ["pytest-forked", "py"]  # beside the environment's own packages, which stay those of the lock
_NOTES_SINCE = Version("3.11")

_PYTEST = "[pytest]\naddopts = -p no:cacheprovider\n"
# `runner`, as tox-uv is installed beside tox, and would be taken.
_ENVIRONMENT = """\
[testenv:{id}]
runner = virtualenv
base_python = {python}
skip_install = true
deps = -r {lock}
install_command = python -I -m pip install --no-deps --require-hashes {{packages}}
pass_env = PATH, TMPDIR, CI, XDG_CACHE_HOME
set_env =
{variables}
change_dir = {folder}
allowlist_externals = *
commands = {{posargs}}
"""

Results = Mapping[CellKey, tuple[ScriptResult, str]]  # how each script ended, and the file that it was


class Naive:
    """A tox project of the selected environments, each with a folder that holds its cells."""

    def __init__(
        self, bench: Workbench, environments: Sequence[Environment], cells: Sequence[tuple[Case, PathSpec]]
    ) -> None:
        self._bench = bench
        self._root = bench.root / "naive"
        self._environments = {environment.id: environment for environment in environments}
        self._cells = [
            {"case": case.id, "path": path.id, "script": script_of(case, path)} for case, path in cells
        ]  # in the order in which the harness runs them
        self.paths = list(dict.fromkeys(path for _, path in cells))
        self._root.mkdir()
        layout = bench.load().layout
        texts = [self._tox_environment(environment, layout.lock(environment)) for environment in environments]
        (self._root / "tox.ini").write_text("\n".join(texts), encoding="utf-8")
        for name in self._environments:
            self._folder(name).mkdir()
            (self._folder(name) / "pytest.ini").write_text(_PYTEST, encoding="utf-8")
            shutil.copy(_HERE / "forked_cells.py", self._folder(name))

    def _folder(self, name: str) -> Path:
        return self._root / name

    def _tox_environment(self, environment: Environment, lock: Path) -> str:
        variables = fixed_env(environment)
        return _ENVIRONMENT.format(
            id=environment.id,
            python=find_interpreter(environment.python) or f"python{environment.python}",
            lock=lock,
            folder=self._folder(environment.id),
            variables="\n".join(f"    {name} = {value}" for name, value in variables.items()),
        )

    def install(self, name: str) -> Measured:
        """Make an environment anew, and run nothing in it."""
        self.remove(name)
        return expect(self._tox(["run", "-e", name, "--notest"]), 0)

    def remove(self, name: str) -> None:
        shutil.rmtree(self._root / ".tox" / name, ignore_errors=True)

    def add_forked(self, name: str) -> None:
        """Put pytest-forked where the environment's pytest finds it."""
        python = self._root / ".tox" / name / "bin" / "python"
        command = [find_uv_bin(), "pip", "install", "--no-deps", "--python", str(python)]
        expect(measure([*command, "--target", str(self._folder(name)), *_FORKED], self._root), 0)

    def fresh(self, names: Sequence[str], jobs: int = 1, variables: Mapping[str, str] | None = None) -> Measured:
        """A fresh interpreter for each cell, with so many environments side by side; made where they are missing."""
        for name in names:
            self._begin(name, [])
        how = ["run-parallel", "--parallel", str(jobs), "--parallel-no-spinner"] if jobs > 1 else ["run"]
        command = [sys.executable, str(_HERE / "fresh_cells.py"), str(self._bench.root)]
        return expect(self._tox([*how, *flags("-e", names), "--", *command], variables), 0)

    def forked(self, name: str, preload: Sequence[PathSpec]) -> Measured:
        """pytest-forked, with one parent that has imported TensorFlow and these paths."""
        self._begin(name, preload)
        command = ["python", "-m", "pytest", "-p", "pytest_forked", "--forked", "-q", "--tb=no", "forked_cells.py"]
        measured = self._tox(["run", "-e", name, "--", *command])
        if " passed" not in measured.output and " failed" not in measured.output:
            expect(measured)
        return measured

    def _begin(self, name: str, preload: Sequence[PathSpec]) -> None:
        (self._folder(name) / "results.jsonl").unlink(missing_ok=True)
        first = [("tensorflow", "from"), *((path.id, path.form) for path in preload)]
        limit = round(self._bench.load().matrix.timeout)
        text = json.dumps({"preload": first, "cells": self._cells, "limit": limit})
        (self._folder(name) / "cells.json").write_text(text, encoding="utf-8")

    def _tox(self, arguments: Sequence[str], variables: Mapping[str, str] | None = None) -> Measured:
        return measure([sys.executable, "-m", "tox", *arguments], self._root, variables)

    def differences(self, name: str, outcomes: Mapping[CellKey, Outcome]) -> list[str]:
        """What the last run of an environment gave otherwise than the harness did, cell by cell."""
        python = Version(self._environments[name].python)
        return list(differences(self._cells, self._results(name), outcomes, python >= _NOTES_SINCE))

    def _results(self, name: str) -> Results:
        file = self._folder(name) / "results.jsonl"
        lines = map(json.loads, file.read_text(encoding="utf-8").splitlines())
        return {
            (line["case"], line["path"]): (
                ScriptResult(line["code"], line["killed"], line["seconds"], line["errors"]),
                line["file"],
            )
            for line in lines
        }


def differences(
    cells: Sequence[Mapping[str, str]], results: Results, outcomes: Mapping[CellKey, Outcome], with_notes: bool
) -> Iterator[str]:
    """The cells whose script did not end as the harness has recorded, each in words."""
    for cell in cells:
        key = (cell["case"], cell["path"])
        where = "{case}[{path}]".format_map(cell)
        if key not in outcomes or key not in results:
            yield f"{where}: without a record of {'the harness' if key in results else 'the other way'}"
            continue
        ended, file = results[key]
        raised = read_traceback(ended.errors, file, cell["script"])
        if not matches(outcomes[key], ended, raised, with_notes):
            yield f"{where}: {raised_sentence(outcomes[key], as_outcome(key, ended, raised))}"
