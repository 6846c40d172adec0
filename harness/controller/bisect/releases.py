"""Between two releases of the subject: the patch or pre-release that changes an outcome, and what it allows."""

from __future__ import annotations

import datetime
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

from harness.controller.bisect.culprits import Comparison, Culprit, ProbeAnswer, judgement_of
from harness.controller.bisect.ends import End, resolve_set
from harness.controller.bisect.index_versions import IndexVersions
from harness.controller.bisect.package_set import PackageSet
from harness.controller.bisect.search import Border, Judgement, find_border
from harness.controller.environments.resolver import Unresolvable, as_of_options
from harness.controller.project.matrix import Resolve

_MARGIN = datetime.timedelta(days=14)  # after a release came out: its companions are there by then

_PRE = ["--prerelease", "allow"]


@dataclass(frozen=True)
class Companions:
    """The versions of a package that the first bad release allows. `border` is None where all of them are bad."""

    package: str
    oldest: str
    newest: str
    border: Border[str] | None
    answer: ProbeAnswer


@dataclass
class Releases:
    """The releases of the subject from one end to the other, each with the packages of its time."""

    good: End
    bad: End
    rules: Resolve
    index: IndexVersions

    @cached_property
    def distribution(self) -> str | None:
        """The distribution that both ends have, in two versions; None where the release is the same."""
        for name in self.good.environment.subject.distributions:
            ends = [end.packages.versions.get(name) for end in (self.good, self.bad)]
            if None not in ends and ends[0] != ends[1]:
                return name
        return None

    @property
    def ends(self) -> tuple[str, str]:
        assert self.distribution is not None
        return self.good.packages.versions[self.distribution], self.bad.packages.versions[self.distribution]

    def neighbours(self, comparison: Comparison) -> tuple[Comparison, list[str]]:
        """The comparison of two neighbouring releases between the ends, and the releases that cannot be installed."""
        assert self.distribution is not None
        versions = self.index.between(self.distribution, self.good.packages.python, self.ends, pre=True)
        sets: dict[str, PackageSet] = {versions[0]: self.good.packages, versions[-1]: self.bad.packages}

        def judge(version: str, left: int) -> Judgement:
            try:
                sets[version] = self._as_released(version)
            except Unresolvable:
                return Judgement.UNUSABLE
            about = f"{self.distribution} {version}, one of {len(versions) - 2} between; at most {left} more"
            return comparison.judge(sets[version], about)

        border = find_border(versions, judge)
        closer = replace(comparison, good=sets[border.last_good], bad=sets[border.first_bad])
        return closer, list(border.skipped)

    def companions(self, comparison: Comparison, culprits: list[Culprit]) -> list[Companions]:
        """For each culprit that the last good release does not allow: those versions that the first bad one allows."""
        if self.distribution not in {item.package for item in culprits}:
            return []
        return [
            self._companion(comparison, item)
            for item in culprits
            if item.package != self.distribution and item.border and not self._allows(comparison.good, item)
        ]

    def _as_released(self, version: str) -> PackageSet:
        """What uv would have chosen some days after a release came out. Raises Unresolvable.

        A pre-release may need others, and come before the first release of a package that the matrix adds.
        """
        assert self.distribution is not None
        wanted = [f"{self.distribution}=={version}", *self.rules.packages]
        extra = sorted(self.good.extra | self.bad.extra)
        day = self.index.uploaded(self.distribution, version)
        options = as_of_options(day + _MARGIN, self.rules) if day else []

        def resolved_with(more: list[str], newer: list[str]) -> PackageSet:
            python = self.good.packages.python
            return resolve_set(self.good.environment, [*wanted, *more], python, *options, *newer)

        for more, newer in ((extra, []), (extra, _PRE), ([], [])):
            with suppress(Unresolvable):
                return resolved_with(more, newer)
        return resolved_with([], _PRE)

    def _allows(self, packages: PackageSet, culprit: Culprit) -> bool:
        """Whether the subject in these packages allows a version that the bad end has."""
        wanted = [f"{self.distribution}=={packages.versions[str(self.distribution)]}"]
        try:
            resolve_set(self.good.environment, [*wanted, f"{culprit.package}=={culprit.bad}"], packages.python)
        except Unresolvable:
            return False
        return True

    def _companion(self, comparison: Comparison, culprit: Culprit) -> Companions:
        assert culprit.bad is not None
        bad, name = comparison.bad, culprit.package
        wanted = [f"{self.distribution}=={bad.versions[str(self.distribution)]}", name]
        oldest = resolve_set(self.good.environment, wanted, bad.python, "--resolution", "lowest-direct").versions[name]
        answer = comparison.prober.ask(comparison.question, bad.having({name: oldest}), f"{name} {oldest}")
        border = None
        if judgement_of(answer, comparison.target) is Judgement.GOOD:
            border = comparison.border(name, (oldest, culprit.bad), bad)
            first = bad.having({name: border.first_bad})
            answer = comparison.prober.confirm(comparison.question, first, f"{name} again")
        return Companions(name, oldest, culprit.bad, border, answer)
