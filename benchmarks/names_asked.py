"""What really happens when code reaches a name: asked of the environments, and kept so that a run resumes."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.controller.digests import file_digest
from harness.controller.environments.fingerprint import content
from harness.controller.environments.variables import fixed_env
from harness.controller.project.matrix import Environment
from harness.controller.scan.reading.uses import Form

_SCRIPT = Path(__file__).with_name("ask_names.py")
_PATIENCE = 300.0  # seconds for a fresh interpreter
Said = dict[str, str]  # `ok` or the error of a statement


@dataclass(frozen=True)
class Question:
    """A name, how many parts of it the code imports, and the form in which it reaches the rest."""

    name: str
    imported: int
    form: Form

    @property
    def steps(self) -> list[str]:
        """The statements that Python goes through, the last of which reaches the name."""
        parts = self.name.split(".")
        module = ".".join(parts[:-1])
        if self.form is Form.IMPORT or not module:
            return _imports(self.name)
        if self.form is Form.FROM:
            return [*_imports(module), f"from {module} import {parts[-1]}"]
        first, steps = parts[0], [f"import {parts[0]}"]
        if self.imported > 1:
            base = ".".join(parts[: self.imported - 1])
            first, steps = "m", [*_imports(base), f"from {base} import {parts[self.imported - 1]} as m"]
        rest = parts[self.imported :]
        return [*steps, *(".".join([first, *rest[:count]]) for count in range(1, len(rest) + 1))]

    @property
    def statement(self) -> str:
        """The same in one line."""
        steps = self.steps
        begins = next((step for step in reversed(steps) if "import" in step), "")
        return begins if begins == steps[-1] else f"{begins}; {steps[-1]}"


def _imports(module: str) -> list[str]:
    parts = module.split(".")
    return [f"import {'.'.join(parts[:count])}" for count in range(1, len(parts) + 1)]


class KeptAnswers:
    """The answers of an environment in a file, by statement; those of another content or question are others."""

    def __init__(self, folder: Path, environment: Environment, prefix: Path) -> None:
        self._python = prefix / "bin" / "python"
        self._variables = {**os.environ, **fixed_env(environment)}
        own = "".join(f"-{name}={value}" for name, value in environment.set_env)
        key = f"{content(prefix)[:12]}-{file_digest(_SCRIPT)[:12]}{own}"
        self._file = folder / f"{environment.id}-{key}.jsonl"
        self._file.parent.mkdir(parents=True, exist_ok=True)
        lines = self._file.read_text(encoding="utf-8").splitlines() if self._file.exists() else []
        self.said: Said = dict(json.loads(line) for line in lines if line.endswith("]"))

    def ask(self, questions: Iterable[Question], deadline: float, alone: bool = False) -> bool:
        """Ask what has no answer yet, in forks or alone. False if the time is over before all have one."""
        missing = [question for question in questions if question.statement not in self.said]
        if missing and not alone:
            self._keep(self._asked_in_forks(missing, deadline))
            # A fork may hang or die by chance: once more, in an interpreter of its own.
            missing = [question for question in missing if question.statement not in self.said]
        self._keep(self._asked_alone(missing, deadline))
        return all(question.statement in self.said for question in missing)

    def _keep(self, answers: Iterable[tuple[str, str]]) -> None:
        with self._file.open("a", encoding="utf-8") as kept:
            for statement, text in answers:
                self.said[statement] = text
                kept.write(json.dumps([statement, text]) + "\n")
                kept.flush()

    def _asked_alone(self, questions: Iterable[Question], deadline: float) -> Iterator[tuple[str, str]]:
        for question in questions:
            if time.monotonic() > deadline:
                return
            yield question.statement, _ask_fresh(self._python, self._variables, question.statement)

    def _asked_in_forks(self, questions: Sequence[Question], deadline: float) -> Iterator[tuple[str, str]]:
        """Until the deadline. Everything that was started ends with the generator."""
        command = [str(self._python), str(_SCRIPT)]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self._variables,
            text=True,
            start_new_session=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(_trees(questions)))
            process.stdin.close()
            for line in process.stdout:
                statement, text = json.loads(line)
                yield statement, text
                if time.monotonic() > deadline:
                    return
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _trees(questions: Iterable[Question]) -> list[Any]:
    """The statements of some questions as trees for ask_names.py: common beginnings once."""
    trees: dict[str, Any] = {}
    for question in questions:
        level, node = trees, None
        for step in question.steps:
            node = level.setdefault(step, [None, {}])
            level = node[1]
        assert node is not None
        node[0] = question.statement
    return _as_lists(trees)


def _as_lists(trees: Mapping[str, Any]) -> list[Any]:
    return [[step, question, _as_lists(below)] for step, (question, below) in trees.items()]


def _ask_fresh(python: Path, variables: Mapping[str, str], statement: str) -> str:
    """The answer of an interpreter that has done nothing else."""
    command = [str(python), "-c", statement]
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=variables, timeout=_PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return "hangs"
    if done.returncode == 0:
        return "ok"
    return next((line for line in reversed(done.stderr.splitlines()) if line and line[0] not in " \t"), "died")[:300]


def draw(questions: Sequence[Question], environments: Sequence[str], count: int) -> dict[str, list[Question]]:
    """Questions to environments, the same ones each time."""
    pairs = [(name, question) for name in environments for question in questions]
    drawn: dict[str, list[Question]] = {}
    for name, question in random.Random(21).sample(pairs, min(count, len(pairs))):
        drawn.setdefault(name, []).append(question)
    return drawn
