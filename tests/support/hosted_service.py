"""A hosted service in a folder: it runs the jobs of our workflows one after the other, each on an empty machine.

`run:` steps run for real, with the files by which they hand on outputs, environment variables, PATH and summaries.
`uses:` steps are done by name as their actions do them; an action that is not known here is an error. Containers, time
limits and permissions are the service's alone.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.support import workflow_actions as actions
from tests.support.workflow_expressions import Functions, as_text, fill, holds, status

_SHELLS = {"bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"]}
ACTION = "OWNER/keras-import-matrix@COMMIT"
_FILES = ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")


class Failed(Exception):
    """A step that did not succeed."""


class Gone(Exception):
    """The machine went away in the middle of a step."""


@dataclass
class Result:
    """How a job ended, and what it leaves to others."""

    result: str = "success"
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    printed: str = ""


@dataclass
class Service:
    """What outlives a job: the repository, artifacts, caches, the published site, and how the jobs before ended.

    The work tree is at one place in all jobs, as on hosted machines. Its `.venv`, which is a minute's work, stays
    there; everything else a job finds is a fresh clone. `programs` are first on the PATH. `action` is where the action
    of this repository is, for another repository's workflows, which name it as ACTION.
    """

    origin: Path
    folder: Path
    programs: Path
    workflow: dict[str, Any]
    artifacts: dict[str, Path] = field(default_factory=dict)
    caches: dict[str, Path] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)
    parts: dict[tuple[str, str], Result] = field(default_factory=dict)
    pages: Path | None = None
    attempt: int = 1  # one more with each *Re-run failed jobs*
    action: Path | None = None

    @property
    def workspace(self) -> Path:
        return self.folder / "work"

    @property
    def action_path(self) -> Path:
        return self.action or self.workspace

    def matrix(self, job: str) -> list[dict[str, Any]]:
        """The jobs that a job's matrix makes."""
        strategy = fill(self.workflow["jobs"][job]["strategy"], {"needs": self.needs(job)}, {})
        return list(strategy["matrix"]["include"])

    def needs(self, job: str) -> dict[str, dict[str, Any]]:
        return {name: vars(self.results[name]) for name in _needed(self.workflow["jobs"][job])}

    def before(self, job: Mapping[str, Any]) -> set[str]:
        """The jobs that it needs, and those that they need."""
        named = _needed(job)
        return {*named, *(name for inner in named for name in self.before(self.workflow["jobs"][inner]))}

    def run(
        self, job: str, matrix: Mapping[str, Any] | None = None, gone: Callable[[Path], bool] = lambda _: False
    ) -> Result:
        """Run a job, whose machine goes away as soon as `gone` says so of its work tree."""
        machine = Machine(self, job, dict(matrix or {}), gone)
        found = machine.run()
        self.parts[job, machine.matrix.get("name", "")] = found
        parts = [part for (name, _), part in self.parts.items() if name == job]
        # A matrix fails with any of its jobs.
        self.results[job] = next((part for part in parts if part.result == "failure"), found)
        return found


class Machine:
    """One job on its machine."""

    def __init__(self, service: Service, job: str, matrix: dict[str, Any], gone: Callable[[Path], bool]) -> None:
        self.service, self.matrix, self.gone = service, matrix, gone
        self.job = service.workflow["jobs"][job]
        self.workspace = service.workspace
        self.temp = service.folder / "temp"
        self.path: list[str] = []
        self.env: dict[str, str] = {}
        self.failed = False
        self.found = Result()
        self.steps: dict[str, Any] = {}
        self.contexts: dict[str, Any] = {
            "github": {
                "ref": "refs/heads/main",
                "event_name": "schedule",
                "run_id": 7,
                "run_attempt": service.attempt,
                "token": "a token",
            },
            "runner": {"temp": str(self.temp), "arch": "X64", "os": "Linux"},
            "matrix": matrix,
            "needs": service.needs(job),
            "steps": self.steps,
        }

    def run(self) -> Result:
        if not holds(self.job.get("if"), self.contexts, self._status_of_needs()):
            return Result("skipped")
        _empty(self.workspace, keep=".venv")
        _empty(self.temp)
        self.env = self._filled({**self.service.workflow.get("env", {}), **self.job.get("env", {})})
        with suppress(Gone):
            self._steps(self.job["steps"], self.contexts)
            outputs = fill(self.job.get("outputs", {}), self.contexts, {})
            self.found.outputs = {name: as_text(value) for name, value in outputs.items()}
        self.found.result = "failure" if self.failed else "success"
        return self.found

    def _status_of_needs(self) -> Functions:
        """For a job it is how all before it ended, also those that it does not name."""
        before = self.service.before(self.job)
        return status(all(self.service.results[name].result == "success" for name in before))

    def _steps(self, steps: list[dict[str, Any]], contexts: dict[str, Any]) -> None:
        for step in steps:
            if not holds(step.get("if"), contexts, status(not self.failed)):
                continue
            try:
                outputs = self._step(step, contexts)
            except Failed as why:
                self.failed = True
                self.found.printed += f"failed: {why}\n"
                outputs = {}
            except Gone:
                self.failed = True
                raise
            if "id" in step:
                contexts["steps"][step["id"]] = {"outputs": outputs}

    def _step(self, step: dict[str, Any], contexts: dict[str, Any]) -> dict[str, str]:
        if "run" in step:
            return self._shell(step, contexts)
        inputs = {name: as_text(value) for name, value in fill(step.get("with", {}), contexts, {}).items()}
        if step["uses"] == (ACTION if self.service.action else "./"):
            self._composite(inputs)
            return {}
        action = actions.KNOWN[step["uses"].partition("@")[0]]
        try:
            return action(self.service, self.workspace, inputs) or {}
        except actions.Refused as why:
            raise Failed(f"{step['uses']}: {why}") from None

    def _composite(self, given: dict[str, str]) -> None:
        described = yaml.safe_load((self.service.action_path / "action.yml").read_text(encoding="utf-8"))
        unknown = given.keys() - described["inputs"].keys()
        assert not unknown, f"action.yml has no input {unknown}"
        inputs = {name: given.get(name, about.get("default", "")) for name, about in described["inputs"].items()}
        self._steps(described["runs"]["steps"], self.contexts | {"inputs": inputs, "steps": {}})

    def _shell(self, step: dict[str, Any], contexts: dict[str, Any]) -> dict[str, str]:
        files = {name: self.temp / name.lower() for name in _FILES}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        default = self.service.workflow.get("defaults", {}).get("run", {})
        script = self.temp / "step.sh"
        script.write_text(fill(step["run"], contexts, {}), encoding="utf-8")
        code = self._wait(
            [*_SHELLS[step.get("shell") or default["shell"]], str(script)],
            self.workspace / fill(step.get("working-directory", "."), contexts, {}),
            self._variables()
            | self._filled(step.get("env", {}), contexts)
            | {name: str(file) for name, file in files.items()},
        )
        self.path = [*reversed(files["GITHUB_PATH"].read_text(encoding="utf-8").split("\n")), *self.path]
        self.env |= _pairs(files["GITHUB_ENV"])
        self.found.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        if code != 0:
            raise Failed(f"exit code {code} of: {step['run']}")
        return _pairs(files["GITHUB_OUTPUT"])

    def _wait(self, command: list[str], folder: Path, variables: dict[str, str]) -> int:
        log = self.temp / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=folder, env=variables, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
            while process.poll() is None:
                if self.gone(self.workspace):
                    _switch_off(self.workspace)
                    process.wait()
                    self.found.printed += log.read_text(encoding="utf-8", errors="replace")
                    raise Gone
                time.sleep(0.1)
        self.found.printed += log.read_text(encoding="utf-8", errors="replace")
        return process.returncode

    def _variables(self) -> dict[str, str]:
        """Those of this machine, without what belongs to whoever runs these tests."""
        private = ("TOX", "GIT_", "GITHUB_", "PYTEST", "VIRTUAL_ENV", "PYTHON", "GH_", "COLUMNS")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(private)}
        folders = [entry for entry in os.environ["PATH"].split(os.pathsep) if not Path(entry, "../pyvenv.cfg").exists()]
        path = os.pathsep.join(filter(None, [str(self.service.programs), *self.path, *folders]))
        known = {"CI": "true", "RUNNER_TEMP": str(self.temp), "PATH": path}
        known |= {"GITHUB_WORKSPACE": str(self.workspace), "GITHUB_ACTION_PATH": str(self.service.action_path)}
        known |= {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY_OWNER": "somebody"}
        known["GITHUB_REPOSITORY"] = "somebody/matrix"
        return kept | known | self.env

    def _filled(self, values: Mapping[str, Any], contexts: dict[str, Any] | None = None) -> dict[str, str]:
        found = fill(dict(values), contexts or self.contexts, {})
        return {name: as_text(value) for name, value in found.items()}


def _needed(job: Mapping[str, Any]) -> list[str]:
    named = job.get("needs", [])
    return [named] if isinstance(named, str) else list(named)


def _pairs(file: Path) -> dict[str, str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def _empty(folder: Path, keep: str | None = None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for entry in folder.iterdir():
        if entry.name != keep:
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def _switch_off(workspace: Path) -> None:
    """Kill whatever runs in the work tree, until nothing does."""
    while found := [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _runs_in(pid, workspace)]:
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def _runs_in(pid: int, folder: Path) -> bool:
    try:
        is_dead = " Z " in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        return not is_dead and Path(os.readlink(f"/proc/{pid}/cwd")).is_relative_to(folder)
    except OSError:
        return False
