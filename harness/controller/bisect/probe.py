"""Asking: the outcome of a script on a set of packages, obtained by running it, or known from an earlier question."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.cases.generate import digest_of
from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.audit.tried import outcome_sentence
from harness.controller.bisect.outcome_store import OutcomeStore
from harness.controller.bisect.package_set import PackageSet
from harness.controller.bisect.probe_environment import NotInstallable
from harness.controller.bisect.probe_place import ProbePlace, ProbeStep
from harness.controller.bisect.probe_question import ProbeQuestion
from harness.controller.environments.variables import fixed_env
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import Environment
from harness.controller.text import json_line, one_line

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
    """Asks on behalf of one environment of the matrix, whose variables the scripts have; at a place of its own.

    `watch` gets a line before each run, and its answer after it.
    """

    def __init__(
        self,
        layout: Layout,
        environment: Environment,
        place: ProbePlace,
        watch: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.environment = environment
        self.effort = Effort()
        self.place = place
        self._store = OutcomeStore(layout.state / "bisect" / "outcomes")
        self._watch = watch

    def __enter__(self) -> Prober:
        self.place.open()
        return self

    def __exit__(self, *reason: object) -> None:
        self.place.close()
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
        answer: Outcome | str
        try:
            (answer,) = self.place.outcomes(ProbeStep((question,), packages, fresh))
        except NotInstallable as error:
            answer = str(error)
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
        outcomes = self.place.outcomes(ProbeStep(questions, packages, fresh=True, forked=True))
        self.effort.runs += len(questions)
        self.effort.seconds += time.monotonic() - began
        return outcomes

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
