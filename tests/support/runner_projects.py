"""Small projects of snippet cases, run by a real pytest with the plugin, in a process of its own.

Instead of TensorFlow the cells import the standard library, or packages that a project brings along. Those are put on
`sys.path` by a `sitecustomize` module, the way an environment's own packages are there without PYTHONPATH.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import harness
from harness.contract.plan import PathSpec, Plan, PlannedCell
from harness.contract.records import CellKey, Outcome, Record
from harness.contract.stream import read_lines

HARNESS = Path(harness.__file__).parent
ISOLATIONS = ["fork", "spawn"]
FOLDER = "cases/snippet/"
PROGRAMS = {"graphviz": "dot"}


@dataclass(frozen=True)
class Snippet:
    """A case: its code, its import paths, and further keys. Code that never says KERAS is put between an import and
    an assert of it."""

    code: str
    paths: tuple[str, ...] = ("json",)
    keys: dict[str, Any] = field(default_factory=dict)

    def script(self, path: PathSpec) -> str:
        """The code under an import path: what the controller's snippets become, for the few forms used here."""
        code = textwrap.dedent(self.code).strip("\n")
        if "KERAS" not in code:
            code = f"import KERAS\n\n# call\n{code}\n\n# check\nassert KERAS"
        if path.form == "attribute":
            code = re.sub(r"\bfrom KERAS\.(\w+) import (\w+)", r"\2 = KERAS.\1.\2", code)
            code = "import tensorflow as tf\n" + re.sub(r"\bimport KERAS\b", "KERAS", code)
        return re.sub(r"\bKERAS\b", path.id, code) + "\n"

    def cell(self, name: str, path: PathSpec) -> PlannedCell:
        requires = {key: PROGRAMS[key] for key in self.keys.get("requires", [])}
        own = {key: self.keys[key] for key in ("timeout", "skip", "packages", "given") if key in self.keys}
        file = FOLDER + name + ".yaml"
        at = "plot" if requires else ""
        script = self.script(path)
        return PlannedCell(name, path.id, file, "snippet", script, "0" * 16, requires=requires, needed_at=at, **own)


def snippet(code: str, *paths: str, **keys: Any) -> Snippet:
    return Snippet(code, paths or ("json",), keys)


def spec(path: str) -> PathSpec:
    return (
        PathSpec(path, "attribute", "tensorflow")
        if path.startswith("tf.")
        else PathSpec(path, "from", path.split(".")[0])
    )


@dataclass(repr=False)
class Ran:
    """What a session left: pytest's exit code and text, and the stream."""

    code: int
    printed: str
    lines: list[dict[str, Any]]

    @property
    def recorded(self) -> list[CellKey]:
        """The cells in the order of their records, doubles included."""
        return [(line["record"]["outcome"]["case"], line["record"]["outcome"]["path"]) for line in self.of("record")]

    @property
    def outcomes(self) -> dict[CellKey, Outcome]:
        return {key: record.outcome for key, record in self.records.items()}

    @property
    def records(self) -> dict[CellKey, Record]:
        records = [Record.from_json(line["record"]) for line in self.of("record")]
        return {record.outcome.key: record for record in records}

    def of(self, key: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if key in line]

    def outcome(self, case: str, path: str = "json") -> Outcome:
        return self.outcomes[case, path]

    def record(self, case: str, path: str = "json") -> Record:
        return self.records[case, path]


@dataclass(repr=False)
class Project:
    """A project below `root`: cases, packages that cells can import (file to text), and what the plan says."""

    root: Path
    cases: dict[str, Snippet]
    packages: dict[str, str] = field(default_factory=dict)
    isolation: str = "fork"
    preload: list[str] = field(default_factory=lambda: ["json"])
    hooks: list[str] = field(default_factory=list)
    expected: list[Outcome] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    timeout: float = 300.0  # for a slow machine: a cell that is to be stopped has a limit of its own
    patience: float = 60.0

    def __post_init__(self) -> None:
        for name in self.cases:
            self._write(FOLDER + name + ".yaml", f"# {name}: the runner does not read it\n")
        for name, text in self.packages.items():
            self._write("site-packages/" + name, text)
        entry = json.dumps(str(self.root / "site-packages"))
        self._write("start/sitecustomize.py", f"import sys\n\nsys.path.append({entry})\n")
        self._write("tmp/.keep", "")

    def _write(self, file: str, text: str) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    @property
    def stream(self) -> Path:
        return self.root / "stream.jsonl"

    def lines(self) -> list[dict[str, Any]]:
        """The lines of the stream, each of which is the runner's."""
        lines = list(read_lines(str(self.stream)))
        assert None not in lines
        return [line for line in lines if line is not None]

    @property
    def temporary(self) -> list[str]:
        """What is left in the folder for temporary files, beside pytest's own."""
        return sorted(path.name for path in (self.root / "tmp").iterdir() if not path.name.startswith(("pytest-", ".")))

    def variables(self) -> dict[str, str]:
        """The environment variables of pytest and of scripts run by hand. RUNNER_TEST marks their processes."""
        foreign = ("PYTEST_", "PYTHON", "TOX_")  # by TOX_ENV_DIR all tests at once would share one cache of `--lf`
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        folders = os.pathsep.join([str(self.root / "start"), str(HARNESS.parent)])
        own = {"PYTHONPATH": folders, "TMPDIR": str(self.root / "tmp"), "RUNNER_TEST": str(self.root)}
        return {**inherited, **own, **self.environment}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start pytest as the controller does, on a fresh stream."""
        if self.stream.exists():
            self.stream.unlink()
        plan = Plan(
            environment="tf00",
            root=str(self.root),
            stream=str(self.stream),
            isolation=self.isolation,
            timeout=self.timeout,
            output_limit=4 * 1024 * 1024,
            memory_limit=400 * 1024 * 1024,
            paths=[spec(path) for path in sorted({path for case in self.cases.values() for path in case.paths})],
            cells=[case.cell(name, spec(path)) for name, case in self.cases.items() for path in case.paths],
            expected={outcome.key: outcome for outcome in self.expected},
            preload=self.preload,
            hooks=self.hooks,
            patience=self.patience,
        )
        plan.write(str(self.root / "plan.json"))
        command = [sys.executable, "-m", "pytest", "-p", "harness.runner.plugin"]
        command += ["-c", str(HARNESS / "runner" / "pytest.ini"), "--rootdir", str(self.root)]
        command += ["--harness-plan", str(self.root / "plan.json"), *arguments]
        return subprocess.Popen(
            command,
            cwd=str(self.root),
            env=self.variables(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )

    def run(self, *arguments: str) -> Ran:
        """Run pytest to its end."""
        return self.finish(self.start(*arguments))

    def finish(self, process: subprocess.Popen[str]) -> Ran:
        with process:
            try:
                printed, _ = process.communicate(timeout=600)
            finally:
                process.kill()
        return Ran(process.returncode, printed, self.lines())

    def by_hand(self, name: str, path: str) -> int:
        """The exit code of `python SCRIPT` in the same interpreter."""
        folder = self.root / "by-hand" / name / path
        folder.mkdir(parents=True)
        script = folder / (name + ".py")
        script.write_text(self.cases[name].script(spec(path)), encoding="utf-8")
        variables = dict(self.variables(), PYTHONPATH=str(self.root / "start"), TMPDIR=str(folder))
        nothing = subprocess.DEVNULL
        command = [sys.executable, str(script)]
        return subprocess.run(
            command, cwd=str(folder), env=variables, stdin=nothing, stdout=nothing, stderr=nothing, timeout=300
        ).returncode

    def alive(self) -> list[int]:
        """The processes that this project started, directly or not, and that are still there."""
        mark = b"RUNNER_TEST=" + str(self.root).encode() + b"\0"
        return [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and mark in _variables_of(entry)]

    def all_ended(self, seconds: float = 60.0) -> bool:
        """Whether all those processes are gone within so many seconds."""
        return wait_until(lambda: not self.alive(), seconds)


def _variables_of(process: str) -> bytes:
    try:
        return Path("/proc", process, "environ").read_bytes()
    except OSError:  # it ended, or is somebody else's
        return b""


def wait_until(condition: Any, seconds: float = 120.0) -> bool:
    """Whether the condition comes true within so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


@dataclass(repr=False)
class Both:
    """A project in each isolation, and what its session left."""

    project: dict[str, Project]
    ran: dict[str, Ran]

    @property
    def agree(self) -> bool:
        """Whether the isolations gave the same outcomes, in the same order."""
        fork, spawn = self.ran["fork"], self.ran["spawn"]
        return fork.outcomes == spawn.outcomes and fork.recorded == spawn.recorded


def run_both(folder: Path, cases: dict[str, Snippet], **keywords: Any) -> Both:
    """The same project in both isolations, at the same time."""
    project = {name: Project(folder / name, cases, isolation=name, **keywords) for name in ISOLATIONS}
    started = {name: each.start() for name, each in project.items()}
    ran = {name: project[name].finish(process) for name, process in started.items()}
    for each in ran.values():
        assert each.code in (0, 1), each.printed
    return Both(project, ran)
