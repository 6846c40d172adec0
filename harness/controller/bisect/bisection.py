"""One question, from its two ends to the packages and versions that change its outcome."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from harness.controller.bisect.culprits import Comparison, Culprit, ProbeAnswer
from harness.controller.bisect.ends import End
from harness.controller.bisect.index_versions import IndexVersions
from harness.controller.bisect.probe import Flaky, Prober, signature
from harness.controller.bisect.probe_question import ProbeQuestion
from harness.controller.bisect.releases import Companions, Releases
from harness.controller.errors import UsageError
from harness.controller.project.matrix import Resolve


@dataclass
class Bisection:
    """What a bisection found, and with how much work.

    `python` names the two Pythons where they alone change the outcome. `unusable` are releases that cannot be
    installed. `flaky` is set where the outcome changes from run to run, and all else is then unfinished.
    """

    question: ProbeQuestion
    good: End
    bad: End
    answers: tuple[ProbeAnswer, ...]
    prober: Prober
    differing: int = 0
    python: tuple[str, str] | None = None
    releases: tuple[str, ...] = ()
    culprits: list[Culprit] = field(default_factory=list)
    companions: list[Companions] = field(default_factory=list)
    unusable: list[str] = field(default_factory=list)
    flaky: Flaky | None = None


def bisect(
    prober: Prober, question: ProbeQuestion, good: End, bad: End, rules: Resolve, index: IndexVersions | None = None
) -> Bisection:
    """Find what makes the outcome at the bad end another than at the good end. Raises UsageError, or HarnessError."""
    index = index or IndexVersions()
    finding = Bisection(question, good, bad, (), prober)
    try:
        answers = tuple(prober.confirm(question, end.packages, end.label) for end in (good, bad))
        finding.answers = answers
        if isinstance(answers[0], str):
            raise UsageError(f"{good.label} cannot be installed: {answers[0]}")
        if signature(answers[0]) == signature(answers[1]):
            return finding
        if good.packages.python != bad.packages.python and not _on_one_python(finding):
            return finding
        _search(finding, rules, index)
    except Flaky as error:
        finding.flaky = error
    return finding


def _search(finding: Bisection, rules: Resolve, index: IndexVersions) -> None:
    comparison = Comparison(finding.prober, finding.question, finding.good.packages, finding.bad.packages, index)
    finding.differing = len(comparison.names)
    releases = Releases(finding.good, finding.bad, rules, index)
    if releases.distribution:
        comparison, finding.unusable = releases.neighbours(comparison)
        finding.releases = tuple(
            packages.versions[releases.distribution] for packages in (comparison.good, comparison.bad)
        )
    finding.culprits = comparison.find_culprits()
    finding.companions = releases.companions(comparison, finding.culprits)


def _on_one_python(finding: Bisection) -> bool:
    """Bring both ends to one of the two Pythons, on which they still differ. False where that is not possible.

    Where the packages of the bad end are good on the good end's Python, the Python is the culprit.
    """
    good, bad, prober = finding.good, finding.bad, finding.prober
    for python in (good.packages.python, bad.packages.python):
        ends = [replace(end, packages=replace(end.packages, python=python)) for end in (good, bad)]
        answers = [prober.ask(finding.question, end.packages, f"{end.label} on Python {python}") for end in ends]
        is_good = [signature(answer) == signature(finding.answers[0]) for answer in answers]
        if is_good == [True, False] and not isinstance(answers[1], str):
            finding.good, finding.bad = ends
            return True
        if is_good[1] and python == good.packages.python:
            break
    finding.python = good.packages.python, bad.packages.python
    return False
