"""Which packages change an outcome, and from which version on."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from packaging.version import Version

from harness.contract.records import Outcome
from harness.controller.bisect.index_versions import IndexVersions
from harness.controller.bisect.package_set import PackageSet, differing_packages
from harness.controller.bisect.probe import Prober, signature
from harness.controller.bisect.probe_question import ProbeQuestion
from harness.controller.bisect.search import Border, Judgement, find_border, minimal_subset

ProbeAnswer = Outcome | str  # an outcome, or the reason why the packages cannot be installed


@dataclass(frozen=True)
class Culprit:
    """A package that changes the outcome. `border` is None where one of the ends is without it.

    It breaks what is good only together with its `partners`, if it has any, each as the bad end has it. `answer` is
    what its first bad version gives.
    """

    package: str
    good: str | None
    bad: str | None
    border: Border[str] | None
    answer: ProbeAnswer
    partners: tuple[str, ...] = ()

    @property
    def bound(self) -> str | None:
        """The requirement that keeps it out of the bad end: `numpy<2`. None where no bound does."""
        if self.border:
            return bound_between(self.package, self.border.last_good, self.border.first_bad)
        return self.package if self.bad is None else None


@dataclass
class Comparison:
    """A question between two sets of packages with one Python, of which the outcomes differ.

    In haste nothing is asked twice: for a caller that verifies the result as a whole. `guesses` are the last good and
    the first bad version of likely culprits.
    """

    prober: Prober
    question: ProbeQuestion
    good: PackageSet
    bad: PackageSet
    index: IndexVersions
    is_hasty: bool = False
    guesses: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    target: tuple[str | None, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.target = signature(self._ask_again(self.good, "the good end"))

    @property
    def names(self) -> list[str]:
        """The packages that differ."""
        return differing_packages(self.good, self.bad)

    def judge(self, packages: PackageSet, about: str) -> Judgement:
        """Whether the outcome is the good end's."""
        return judgement_of(self.prober.ask(self.question, packages, about), self.target)

    def find_culprits(self) -> list[Culprit]:
        """The packages that must be as in the good end, and no others, for the good outcome. Raises Flaky."""
        held = sorted(self._held())
        return [self._culprit(name, held) for name in held]

    def _held(self) -> list[str]:
        names, asked = self.names, 0
        expected = math.ceil(math.log2(len(names))) + 1 if names else 0

        def mends(some: Collection[str]) -> bool:
            nonlocal asked
            asked += 1
            left = f"{expected - asked} or more left" if asked < expected else "some left"
            about = f"{len(some)} of {len(names)} packages as in the good end; {left}"
            return self.judge(self.bad.like(self.good, some), about) is Judgement.GOOD

        guessed = [name for name in names if name in self.guesses]
        return minimal_subset(guessed if guessed and mends(guessed) else names, mends)

    def _culprit(self, name: str, held: Sequence[str]) -> Culprit:
        good, bad = self.good.versions.get(name), self.bad.versions.get(name)
        # All else is as in the bad end, but for the other culprits, which would hide what this one does.
        around = self.bad.like(self.good, [other for other in held if other != name])
        border = None
        if good is not None and bad is not None:
            border = self.border(name, (good, bad), around)
            self._ask_again(around.having({name: border.last_good}), f"{name} again", fresh=True)
            around = around.having({name: border.first_bad})
        answer = self._ask_again(around, f"{name} again")
        return Culprit(name, good, bad, border, answer, self._partners(name, held))

    def border(self, name: str, ends: tuple[str, str], around: PackageSet) -> Border[str]:
        """The border in the versions of one package among others that stay as they are."""
        versions = self.index.between(name, around.python, ends)

        def judge(version: str, left: int) -> Judgement:
            about = f"{name} {version}, one of {len(versions) - 2} between; at most {left} more"
            return self.judge(around.having({name: version}), about)

        return find_border(versions, judge, self.guesses.get(name, ()))

    def _ask_again(self, packages: PackageSet, about: str, fresh: bool = False) -> ProbeAnswer:
        if self.is_hasty:
            return self.prober.ask(self.question, packages, about)
        return self.prober.confirm(self.question, packages, about, fresh)

    def _partners(self, name: str, held: Sequence[str]) -> tuple[str, ...]:
        if self.is_hasty:
            return ()

        def breaks(some: Collection[str]) -> bool:
            about = f"{name} and {len(some)} more as in the bad end"
            return self.judge(self.good.like(self.bad, [name, *some]), about) is not Judgement.GOOD

        others = [other for other in self.names if other not in held]
        return () if breaks(()) else tuple(sorted(minimal_subset(others, breaks)))


def judgement_of(answer: ProbeAnswer, target: tuple[str | None, ...]) -> Judgement:
    """The judgement on an answer where the good end's has the signature `target`."""
    if signature(answer) == target:
        return Judgement.GOOD
    return Judgement.UNUSABLE if isinstance(answer, str) else Judgement.BAD


def bound_between(package: str, last_good: str, first_bad: str) -> str:
    """The shortest requirement with the good version and without the bad one: `numpy<2` for 1.26.4 and 2.0.0."""
    good, bad = Version(last_good), Version(first_bad)
    if bad < good:
        return f"{package}>={last_good}"
    parts = bad.release
    lengths = range(1, len(parts) + 1)
    shortened = (".".join(map(str, parts[:length])) for length in lengths)
    return f"{package}<{next((text for text in shortened if good < Version(text) <= bad), first_bad)}"
