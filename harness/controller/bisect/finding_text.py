"""A finding as text for a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from packaging.version import Version

from harness.controller.bisect.bisection import Bisection
from harness.controller.bisect.culprits import Culprit
from harness.controller.bisect.ends import End
from harness.controller.bisect.probe import answer_in_words
from harness.controller.bisect.releases import Companions
from harness.controller.bisect.search import Border
from harness.controller.text import one_line


def finding_lines(finding: Bisection) -> Iterator[str]:
    """The report: the ends, the culprits, the line to write, and the work."""
    yield f"{finding.question}"
    for word, end, answer in _ends(finding):
        yield f"  {word:<5} {end.label} on Python {end.packages.python}: {answer}"
    yield from map(one_line, _found(finding))
    yield f"  {effort_in_words(finding)}"


def _ends(finding: Bisection) -> Iterator[tuple[str, End, str]]:
    """Each end with its outcome in words, which it does not have where it changes from run to run."""
    answers = [answer_in_words(answer) for answer in finding.answers] or ["not known", "not known"]
    yield from zip(("good", "bad"), (finding.good, finding.bad), answers, strict=True)


def _found(finding: Bisection) -> Iterator[str]:
    if finding.flaky:
        outcomes = ", then ".join(map(answer_in_words, finding.flaky.outcomes))
        yield f"  flaky: the same packages gave {outcomes}; no answer can be relied on"
    elif finding.python:
        yield f"  the Python changes it: {finding.python[0]} and {finding.python[1]}, with the same packages"
    elif not finding.culprits:
        yield "  no difference: both ends have the same outcome"
    if finding.releases:
        yield "  changes from {} to {}, neighbours among the releases".format(*finding.releases)
    if finding.unusable:
        yield f"  between them, not installable: {', '.join(finding.unusable)}"
    for culprit in finding.culprits:
        yield f"  {culprit_in_words(culprit)}"
        yield f"        {answer_in_words(culprit.answer)}"
    for item in finding.companions:
        yield f"  {companions_in_words(item)}"
    if line := bounds_of(finding):
        yield f"  write {line}"


def culprit_in_words(culprit: Culprit) -> str:
    """`numpy: works with 1.26.4, not from 2.0.0 on`."""
    if culprit.border is None:
        there = "is not there" if culprit.bad is None else f"is there, {culprit.bad}"
        text = f"{culprit.package}: {there} in the bad end"
    else:
        text = f"{culprit.package}: {_border_in_words(culprit.border)}"
        if culprit.border.skipped:
            text += f" (not installable between: {', '.join(culprit.border.skipped)})"
    return text + (f", only together with {', '.join(culprit.partners)}" if culprit.partners else "")


def companions_in_words(found: Companions) -> str:
    """Which of the versions that the release allows are bad."""
    if found.border is None:
        return f"every {found.package} that this release allows is bad, from {found.oldest} to {found.newest}"
    return f"with this release {found.package} is {_border_in_words(found.border)}"


def _border_in_words(border: Border[str]) -> str:
    """`good up to 1.26.4, bad from 2.0.0`; where older versions are the bad ones, the other way round."""
    if Version(border.first_bad) < Version(border.last_good):
        return f"good from {border.last_good} on, bad up to {border.first_bad}"
    return f"good up to {border.last_good}, bad from {border.first_bad}"


def bounds_of(finding: Bisection) -> str:
    """The requirements that keep the culprits out; empty where the release itself is one."""
    if finding.releases:
        return ""
    return " ".join(f'"{culprit.bound}"' for culprit in finding.culprits if culprit.bound)


def effort_in_words(finding: Bisection) -> str:
    """`45 packages differ; 14 scripts run, 2 known; 1 environment made, changed 12 times; 74 s`."""
    effort, place = finding.prober.effort, finding.prober.place
    environments = f"{place.made} environment{'s' * (place.made != 1)} made, changed {place.changed} times"
    known = f"{effort.runs} scripts run, {effort.known} outcomes known"
    return f"{finding.differing} packages differ; {known}; {environments}; {effort.seconds:.0f} s"


def finding_as_json(finding: Bisection) -> dict[str, Any]:
    """The finding for other programs."""
    effort, place = finding.prober.effort, finding.prober.place
    return {
        "case": finding.question.case,
        "path": finding.question.path,
        "ends": [
            {"end": end.label, "python": end.packages.python, "outcome": answer} for _, end, answer in _ends(finding)
        ],
        "flaky": [answer_in_words(answer) for answer in finding.flaky.outcomes] if finding.flaky else [],
        "python": list(finding.python or ()),
        "releases": list(finding.releases),
        "culprits": [_culprit_as_json(culprit) for culprit in finding.culprits],
        "companions": [companions_in_words(item) for item in finding.companions],
        "packages": finding.differing,
        "runs": effort.runs,
        "known": effort.known,
        "environments": {"made": place.made, "changed": place.changed},
        "seconds": round(effort.seconds, 1),
    }


def _culprit_as_json(culprit: Culprit) -> dict[str, Any]:
    border = culprit.border
    return {
        "package": culprit.package,
        "good": culprit.good,
        "bad": culprit.bad,
        "last_good": border.last_good if border else None,
        "first_bad": border.first_bad if border else None,
        "skipped": list(border.skipped) if border else [],
        "partners": list(culprit.partners),
        "outcome": answer_in_words(culprit.answer),
        "bound": culprit.bound,
    }
