"""The smallest set of bounds with which a release that does not work with today's packages does."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from harness.cases.generate import script_of
from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.bisect.culprits import Comparison, Culprit
from harness.controller.bisect.ends import environment_packages, resolve_set
from harness.controller.bisect.index_versions import IndexVersions
from harness.controller.bisect.package_set import PackageSet
from harness.controller.bisect.probe import Prober, answer_in_words, signature
from harness.controller.bisect.probe_environment import NotInstallable
from harness.controller.bisect.probe_question import ProbeQuestion
from harness.controller.bisect.search import without_needless
from harness.controller.environments.lockfile import release_requirement
from harness.controller.environments.prerequisites import program_for
from harness.controller.environments.resolver import Unresolvable
from harness.controller.errors import HarnessError
from harness.controller.project.cells import keys_of
from harness.controller.project.loader import Project
from harness.controller.project.matrix import Environment, package_names
from harness.controller.results.documents import Column
from harness.controller.results.remedies import Remedy, RemedyCulprit

_MOST = 6  # rounds, each of which finds at least one culprit


class NoRemedy(Exception):
    """No bounds make the release work; the text says why."""


@dataclass(frozen=True)
class RecordedAnswer:
    """A cell of the lane, and what the grid has for it."""

    question: ProbeQuestion
    recorded: tuple[str | None, ...]


def lane_answers(project: Project, environment: Environment, base: Environment, column: Column) -> list[RecordedAnswer]:
    """The cells of a lane's environment that the grid's column has and this machine can try, the deciding one first.

    Cells under a package that the grid installs next to the release, and the lane does not, are left out.
    """
    only_in_grid = set(package_names(base.packages)).difference(package_names(environment.packages))
    lane = project.matrix.lanes[str(environment.lane)]
    cases, paths = {case.id: case for case in project.cases}, project.matrix.paths
    decides = (lane.cases[0], lane.paths[0])
    keys = sorted(
        keys_of(environment, project.matrix, project.cases, list(paths.values())), key=lambda key: key != decides
    )
    found = []
    for case_id, path in keys:
        case, outcome = cases[case_id], column.cells.get((case_id, path))
        is_installed = canonicalize_name(paths[path].package) not in only_in_grid
        can_run = is_installed and all(program_for(name) for name in case.requires)
        if outcome and outcome.status.counts and can_run:
            limit = case.timeout or project.matrix.timeout
            question = ProbeQuestion(case_id, path, script_of(case, paths[path]), limit)
            found.append(RecordedAnswer(question, _as_seen(outcome)))
    return found


def _as_seen(recorded: Outcome) -> tuple[str | None, ...]:
    """The signature of a script that ends as recorded: an absent path ends it at its imports."""
    if recorded.status is Status.ABSENT:
        return (Status.FAIL.value, Stage.IMPORT.value, recorded.error)
    return signature(recorded)


@dataclass
class RemedySearch:
    """Finds and verifies the remedy of one environment of a lane.

    `answers` are its cells in the grid. `guesses` are the borders of other releases' culprits, which are tried first.
    """

    project: Project
    environment: Environment
    base: Environment
    answers: Sequence[RecordedAnswer]
    prober: Prober
    index: IndexVersions
    guesses: Mapping[str, tuple[str, str]]

    def find(self, start: Remedy | None) -> Remedy:
        """The remedy: the earlier one if it still works, else a new one. Raises Flaky, or HarnessError."""
        bounds = list(start.bounds) if start else []
        culprits = {item.package: item for item in start.culprits} if start else {}
        try:
            for _ in range(_MOST):
                packages = self._resolve(bounds)
                failing = self._first_failing(packages, self.answers[:1])
                if failing is None:
                    bounds = without_needless(bounds, self._work_with)
                    packages = self._resolve(bounds)
                    failing = self._verify(packages)
                if failing is None:
                    kept = {Requirement(bound).name for bound in bounds}
                    named = [item for name, item in culprits.items() if name in kept]
                    return self._remedy(bounds, named, packages)
                for culprit in self._culprits(failing, packages):
                    bounds = [one for one in bounds if Requirement(one).name != culprit.package]
                    bounds.append(_bound_of(culprit))
                    culprits[culprit.package] = _in_short(culprit)
        except NoRemedy as error:
            return self._remedy([], list(culprits.values()), None, str(error))
        except Unresolvable as error:
            return self._remedy([], list(culprits.values()), None, f"with {', '.join(bounds)}: {error}")
        return self._remedy([], list(culprits.values()), None, f"after {_MOST} rounds still another culprit")

    def _resolve(self, bounds: Collection[str]) -> PackageSet:
        """What a user gets who types the line today."""
        wanted = [release_requirement(self.environment), *bounds, *self.environment.packages]
        return resolve_set(self.environment, wanted, self.environment.python)

    def _first_failing(self, packages: PackageSet, answers: Sequence[RecordedAnswer]) -> ProbeQuestion | None:
        for item in answers:
            if signature(self.prober.ask(item.question, packages, str(item.question))) != item.recorded:
                return item.question
        return None

    def _verify(self, packages: PackageSet) -> ProbeQuestion | None:
        """Run all cells in a new environment; the first one that is not as recorded."""
        questions = [item.question for item in self.answers]
        try:
            outcomes = self.prober.run_forked(questions, packages, f"{len(questions)} cells in a new environment")
        except NotInstallable as error:
            raise NoRemedy(str(error)) from None
        for item, outcome in zip(self.answers, outcomes, strict=True):
            if signature(outcome) != item.recorded and not self._is_as_recorded(item, packages):
                return item.question
        return None

    def _is_as_recorded(self, item: RecordedAnswer, packages: PackageSet) -> bool:
        answer = self.prober.run(item.question, packages, f"{item.question}, alone")
        if signature(answer) != item.recorded and isinstance(answer, Outcome) and answer.status is Status.TIMEOUT:
            raise HarnessError(f"{self.environment.id}: {item.question} was {answer.message}: is the machine busy?")
        return signature(answer) == item.recorded

    def _culprits(self, failing: ProbeQuestion, packages: PackageSet) -> list[Culprit]:
        good = environment_packages(self.project.layout, self.project.matrix, self.base)
        comparison = Comparison(self.prober, failing, good, packages, self.index, True, self.guesses)
        if {item.question: item.recorded for item in self.answers}[failing] != comparison.target:
            raise NoRemedy(f"{failing} does not give what the grid has with the packages of {self.base.id} either")
        return comparison.find_culprits()

    def _work_with(self, bounds: Collection[str]) -> bool:
        return self._first_failing(self._resolve(bounds), self.answers) is None

    def _remedy(
        self, bounds: Sequence[str], culprits: Sequence[RemedyCulprit], packages: PackageSet | None, reason: str = ""
    ) -> Remedy:
        return Remedy(
            release_requirement(self.environment),
            self.environment.python,
            tuple(sorted(bounds)),
            tuple(sorted(culprits, key=lambda item: item.package)),
            date.today().isoformat(),
            dict(sorted(packages.versions.items())) if packages else {},
            reason,
        )


def _bound_of(culprit: Culprit) -> str:
    if culprit.bound is None:
        raise NoRemedy(f"{culprit.package} {culprit.bad} breaks it, and no version of it works")
    return culprit.bound


def _in_short(culprit: Culprit) -> RemedyCulprit:
    border, error = culprit.border, answer_in_words(culprit.answer)
    return RemedyCulprit(culprit.package, border.last_good if border else "", border.first_bad if border else "", error)
