"""Asking: the outcome of a script on a set of packages, obtained by running it, or known from an earlier question."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.cases.generate import digest_of
from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.audit.script_process import ScriptProcess, run_side_by_side
from harness.controller.audit.traceback_match import as_outcome, read_traceback
from harness.controller.audit.tried import outcome_sentence
from harness.controller.bisect.forked_scripts import run_scripts_forked
from harness.controller.bisect.outcome_store import OutcomeStore
from harness.controller.bisect.package_set import PackageSet
from harness.controller.bisect.probe_environment import NotInstallable, ProbeEnvironment
from harness.controller.bisect.probe_question import ProbeQuestion
from harness.controller.environments.prerequisites import cells_path
from harness.controller.environments.variables import fixed_env
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import Environment, Matrix
from harness.controller.text import json_line, one_line

# Seconds in addition to a cell's own: its process imports all packages, and in a new environment compiles them first.
_IMPORTING = {False: 300.0, True: 900.0}
ASKED = 2  # runs that must agree before an outcome is relied on


class Flaky(Exception):
    """The same script on the same packages has several outcomes."""

    def __init__(self, packages: PackageSet, outcomes: list[Outcome | str]) -> None:
        super().__init__()
        self.packages = packages
        self.outcomes = outcomes


@dataclass
class Effort:
    """The work done for a question."""

    runs: int = 0
    known: int = 0
    seconds: float = 0.0


class Prober:
    """Asks on behalf of one environment of the matrix, whose variables the scripts have.

    `watch` gets a line before each run, and its answer after it. Closing removes the environment that was made.
    """

    def __init__(
        self, layout: Layout, matrix: Matrix, environment: Environment, watch: Callable[[str], None] = lambda _: None
    ) -> None:
        self.environment = environment
        self.effort = Effort()
        self.place = ProbeEnvironment(layout.state / "bisect" / "environment")
        self._store = OutcomeStore(layout.state / "bisect" / "outcomes")
        self._layout = layout
        self._matrix = matrix
        self._watch = watch

    def __enter__(self) -> Prober:
        self.place.remove()  # of a question that was killed
        return self

    def __exit__(self, *reason: object) -> None:
        self.place.remove()
        self._store.trim()

    def ask(self, question: ProbeQuestion, packages: PackageSet, about: str) -> Outcome | str:
        """The outcome, or the reason why the packages cannot be installed. Raises Flaky, or HarnessError."""
        known = self._store.read(self._key(question, packages))
        if known:
            self.effort.known += 1
            return _agreed(packages, known)
        return self.run(question, packages, about)

    def confirm(self, question: ProbeQuestion, packages: PackageSet, about: str, fresh: bool = False) -> Outcome | str:
        """The outcome that several runs agree on; `fresh`: those of now in a new environment.

        Raises Flaky where they do not agree, and HarnessError.
        """
        known = self._store.read(self._key(question, packages))
        if len(known) >= ASKED:
            self.effort.known += 1
        while len(known) < ASKED and not (known and isinstance(known[0], str)):
            known.append(self.run(question, packages, about, fresh))
        return _agreed(packages, known)

    def run(self, question: ProbeQuestion, packages: PackageSet, about: str, fresh: bool = False) -> Outcome | str:
        """The outcome of now, whatever is known; `fresh`: in a new environment. Raises HarnessError."""
        self._watch(about)
        began = time.monotonic()
        try:
            self.place.install(packages, fresh)
        except NotInstallable as error:
            answer: Outcome | str = str(error)
        else:
            answer = self._outcome(question)
        self._watch(f"  {answer_in_words(answer)}")
        self.effort.runs += 1
        self.effort.seconds += time.monotonic() - began
        if isinstance(answer, str) or answer.status is not Status.TIMEOUT:  # which depends on the machine
            self._store.add(self._key(question, packages), answer)
        return answer

    def run_forked(self, questions: Sequence[ProbeQuestion], packages: PackageSet, about: str) -> list[Outcome]:
        """The outcomes of now in a new environment, whose process is forked for each script.

        Raises NotInstallable, or HarnessError.
        """
        self._watch(about)
        began = time.monotonic()
        self.place.install(packages, fresh=True)
        with tempfile.TemporaryDirectory() as folder:
            outcomes = run_scripts_forked(questions, self._matrix.subject.preload, Path(folder), self._start)
        self.effort.runs += len(questions)
        self.effort.seconds += time.monotonic() - began
        return outcomes

    def _start(self, name: str, script: str, seconds: float) -> ScriptProcess:
        """Start a script in the environment as it is."""
        path, limit = cells_path(self._layout.state), seconds + _IMPORTING[self.place.is_new]
        self.place.is_new = False
        prefix, output = self.place.prefix, self._matrix.output_limit
        return ScriptProcess(self.environment, prefix, path, name, script, limit, output)

    def _outcome(self, question: ProbeQuestion) -> Outcome:
        name = question.case or "imported"

        def start(script: str) -> ScriptProcess:
            return self._start(name, script, question.seconds)

        ((_, process, ended),) = run_side_by_side([question.script], start, jobs=1)
        raised = read_traceback(ended.errors, str(process.file), question.script)
        return as_outcome((question.case, question.path), ended, raised)

    def _key(self, question: ProbeQuestion, packages: PackageSet) -> str:
        variables = sorted(fixed_env(self.environment).items())
        return digest_of(json_line([packages.digest, digest_of(question.script), variables]))


def answer_in_words(answer: Outcome | str) -> str:
    """The outcome with the last line of its message, or why there is none."""
    return one_line(f"cannot be installed: {answer}") if isinstance(answer, str) else outcome_sentence(answer)


def _agreed(packages: PackageSet, answers: list[Outcome | str]) -> Outcome | str:
    if len({signature(answer) for answer in answers}) > 1:
        raise Flaky(packages, answers)
    return answers[0]


def signature(answer: Outcome | str) -> tuple[str | None, ...]:
    """All in which two answers must be equal to be the same: messages name addresses and versions, and may differ."""
    if isinstance(answer, str):
        return ("not installable",)
    return (answer.status.value, answer.stage.value if answer.stage else None, answer.error)
