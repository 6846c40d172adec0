"""Steps of a search on other machines: each is `harness bisect --step` there, in an environment that stays there."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from harness.contract.records import Outcome
from harness.controller.bisect.package_set import PackageSet
from harness.controller.bisect.probe_environment import NotInstallable, ProbeEnvironment
from harness.controller.bisect.probe_place import LocalPlace, ProbePlace, ProbeStep
from harness.controller.bisect.probe_question import ProbeQuestion
from harness.controller.engine.environment_run import EnvironmentRun
from harness.controller.engine.remote import RemoteEngine, RemoteSession
from harness.controller.engine.workload import CommandWorkload
from harness.controller.errors import Exit, HarnessError
from harness.controller.files import read_text, write_atomically
from harness.controller.project.layout import Layout
from harness.controller.project.loader import Project
from harness.controller.project.matrix import Environment

_STEP, _ANSWER = ".harness/bisect/step.json", ".harness/bisect/{}.answer.json"


class RemotePlace:
    """Takes steps where an engine says: by preference on the machine that has the environment of the last one."""

    def __init__(self, engine: RemoteEngine, layout: Layout, environment: Environment, pythons: Iterable[str]) -> None:
        self.made = 0
        self.changed = 0
        self._engine = engine
        self._layout = layout
        self._environment = environment
        self._pythons = sorted(set(pythons))
        self._answer = layout.root / _ANSWER.format(environment.id)
        self._stack = ExitStack()
        self._session: RemoteSession | None = None

    def open(self) -> None:
        self._session = self._stack.enter_context(self._engine.connected(self._pythons))

    def outcomes(self, step: ProbeStep) -> list[Outcome]:
        assert self._session is not None
        write_atomically(self._layout.root / _STEP, json.dumps(_step_as_json(step)))
        self._answer.unlink(missing_ok=True)
        name = self._environment.id
        # The two ends are not looked at: the step has the packages.
        arguments = ("bisect", "--good", "{}", "--bad", "{}", "--step", _STEP)
        work = CommandWorkload(arguments, (_STEP,), (_ANSWER,))
        requires = frozenset(each for question in step.questions for each in question.requires)
        on_python = replace(self._environment, python=step.packages.python)
        run = EnvironmentRun(on_python, self._layout.files(name), requires=requires)
        if self._session.perform([run], work, None, lambda: None):
            raise KeyboardInterrupt
        if run.fault or run.code != Exit.AGREES:
            why = run.fault or f"exit code {run.code}"
            raise HarnessError(f"{name}: a step was not taken: {why} (log: {work.log(run.files)})")
        return self._read(json.loads(read_text(self._answer)))

    def _read(self, answer: Any) -> list[Outcome]:
        self.made += answer["made"]
        self.changed += answer["changed"]
        if answer["not_installable"] is not None:
            raise NotInstallable(answer["not_installable"])
        return [Outcome.from_json(entry) for entry in answer["outcomes"]]

    def close(self) -> None:
        self._stack.close()


def take_step(project: Project, environment: Environment, file: Path) -> None:
    """Take the step that another machine asks for, and leave the answer for it. Raises HarnessError."""
    step = _step_from_json(json.loads(read_text(file)))
    held = ProbeEnvironment.left_at(project.layout.environments / f"bisect-{environment.id}")
    place = LocalPlace(project.layout, project.matrix, environment, held)
    outcomes: list[Outcome] = []
    reason = None
    try:
        outcomes = place.outcomes(step)
    except NotInstallable as error:
        reason = str(error)
    held.leave()
    answer = {
        "outcomes": [outcome.to_json() for outcome in outcomes],
        "not_installable": reason,
        "made": place.made,
        "changed": place.changed,
    }
    write_atomically(project.layout.root / _ANSWER.format(environment.id), json.dumps(answer))


def _step_as_json(step: ProbeStep) -> dict[str, Any]:
    questions = [asdict(question) for question in step.questions]
    packages = {"python": step.packages.python, "versions": dict(step.packages.versions)}
    return {"questions": questions, "packages": packages, "fresh": step.fresh, "forked": step.forked}


def _step_from_json(data: dict[str, Any]) -> ProbeStep:
    questions = [ProbeQuestion(**{**entry, "requires": tuple(entry["requires"])}) for entry in data["questions"]]
    return ProbeStep(questions, PackageSet(**data["packages"]), data["fresh"], data["forked"])


def place_of(
    engine: RemoteEngine | None, project: Project, environment: Environment, pythons: Iterable[str]
) -> ProbePlace:
    """Where steps for an environment of the matrix are taken: by an engine, or without one on this machine."""
    if engine is not None:
        return RemotePlace(engine, project.layout, environment, pythons)
    held = ProbeEnvironment(project.layout.state / "bisect" / "environment")
    return LocalPlace(project.layout, project.matrix, environment, held)
