"""Findings: uses whose measured answer matters in the releases that were asked about."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any
from urllib.parse import quote

from harness.controller.api.environments import Mask, Ranges, in_words
from harness.controller.scan.answers import ApiAnswers
from harness.controller.scan.reading.uses import CodePlace, Edit, Form, Target, Use
from harness.controller.scan.releases import ScannedReleases

_WORDS = {
    Form.IMPORT: "cannot be imported",
    Form.FROM: "cannot be imported",
    Form.ATTRIBUTE: "is no attribute",
    Form.ARGUMENT: "does not take the argument",
    Form.TEXT: "does not know",
    Form.MIXED: "fails",
}


class Verdict(Enum):
    """What the measured data say of a use."""

    WORKS = "works"
    FAILS = "fails"
    NEVER = "never"
    PRIVATE = "private"
    UNKNOWN = "unknown"
    MIXED = "mixed"


class Severity(Enum):
    """The worst comes first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """A use with its verdict. `instead` is a name that works in all releases of the range."""

    file: str
    place: CodePlace
    name: str
    form: Form
    verdict: Verdict
    severity: Severity
    guarded: bool
    works: Ranges
    fails: Ranges
    message: str
    breaks: Mask  # the releases that stop there
    doubt: Mask  # those in which it is reached and not known
    instead: str | None = None
    edit: Edit | None = None
    evidence: str = ""  # the command that shows it, or the address
    utf16: tuple[int, int] = (1, 1)  # the columns as editors count them

    def to_json(self) -> dict[str, Any]:
        """The fields of `harness scan --format json`."""
        return {
            "file": self.file,
            "line": self.place.line,
            "column": self.place.column,
            "end_line": self.place.end_line,
            "end_column": self.place.end_column,
            "cell": self.place.cell,
            "name": self.name,
            "form": "import" if self.form is Form.FROM else self.form.value,
            "verdict": self.verdict.value,
            "severity": self.severity.value,
            "guarded": self.guarded,
            "works": self.works,
            "fails": self.fails,
            "message": self.message,
            "instead": self.instead,
            "fix": self.edit.text if self.edit else None,
            "evidence": self.evidence,
        }


def make_finding(file: str, use: Use, answers: ApiAnswers, releases: ScannedReleases) -> Finding:
    """The finding of a use, also of one that works everywhere in the range."""
    environments = answers.environments
    verdict, severity = _verdict(use, answers, releases)
    ranges = [environments.ranges(mask & releases.every) for mask in (use.works, use.fails)]
    finding = Finding(
        file=file,
        place=use.place,
        name=use.label,
        form=use.form,
        verdict=verdict,
        severity=severity,
        guarded=bool(use.caught & use.fails),
        works=ranges[0],
        fails=ranges[1],
        message="",
        breaks=use.breaks,
        doubt=0 if use.form is Form.MIXED else use.doubt & answers.installed(use.name),
        evidence=_where_shown(use, answers.cases.page),
    )
    if verdict in (Verdict.FAILS, Verdict.NEVER) and not use.argument:
        finding = replace(finding, instead=_instead(use, answers, releases))
    return replace(finding, message=_message(finding, use, answers, releases))


def _where_shown(use: Use, page: str) -> str:
    """Where to see what was measured of a name, or the case: on the published page, or by a command."""
    if use.tried_by:
        return f"harness try {shlex.quote(use.tried_by)}"
    if use.shown_by is None:
        return f"{page}?q={quote(use.name)}" if page else f"harness api {use.name}"
    case, path = use.shown_by.key
    return f"{page}cases/{case}.html" if page else f"harness show -k {case} -p {path}"


def _verdict(use: Use, answers: ApiAnswers, releases: ScannedReleases) -> tuple[Verdict, Severity]:
    fails = Verdict.FAILS if use.works or use.argument else Verdict.NEVER
    if use.form is Form.MIXED:  # the two may never touch
        fails_there = use.breaks & (releases.inside | releases.newer)
        return (Verdict.MIXED, Severity.WARNING) if fails_there else (Verdict.WORKS, Severity.NOTE)
    if use.breaks & releases.inside:
        return fails, Severity.ERROR
    if use.breaks & releases.newer:
        return fails, Severity.WARNING
    if use.private and not use.caught and use.reach & use.works & releases.inside:
        return Verdict.PRIVATE, Severity.WARNING
    if use.doubt & releases.inside & answers.installed(use.name):
        return Verdict.UNKNOWN, Severity.NOTE
    return Verdict.WORKS, Severity.NOTE


def _message(finding: Finding, use: Use, answers: ApiAnswers, releases: ScannedReleases) -> str:
    environments = answers.environments

    def words(mask: Mask) -> str:
        text = in_words(environments.ranges(mask & releases.every), environments.newest)
        return text if text.startswith("from") else f"in {text}"

    if finding.verdict is Verdict.WORKS:
        return f"{finding.name} works {words(use.works)}"
    if finding.verdict is Verdict.PRIVATE:
        return f"{finding.name} is private: it works {words(use.works)} and may go without notice"
    if finding.verdict is Verdict.UNKNOWN:
        return f"{finding.name} is not known {words(finding.doubt & releases.inside)}"
    if not use.seen:
        near = answers.suggest(use.name)
        return f"no measured release has {finding.name}" + (f"; the nearest name is {near}" if near else "")
    words_of_form = "fails with the argument" if use.argument and use.shown_by else _WORDS[use.form]
    what = f"{use.name} {words_of_form}" + (f" {use.argument}" if use.argument else "")
    if use.form is Form.TEXT:
        what = f"{use.name} {_WORDS[use.form]} {use.argument}"
    if use.meets:
        what = f"{use.name} meets {use.meets}, which fails"
    shown = use.shown_by
    error = shown.error(use.breaks) if shown else ""
    if not use.argument:
        error = error or answers.error(use.name, use.form, use.breaks)
    where = f" {words(use.breaks)}" + (f" ({error})" if error else "")
    works = use.works & use.reach if use.meets else use.works
    text = f"{what}{where}" + (f"; works {words(works)}" if works else "")
    return f"{text}; shown by the case {shown}" if shown else text


def _instead(use: Use, answers: ApiAnswers, releases: ScannedReleases) -> str | None:
    """Another name of the identical object that works wherever the line is reached in the range."""
    found, rest = answers.find(use.name)
    if found is None or rest or found.method:
        return None
    needed = use.reach & (releases.inside | releases.newer)
    candidates = []
    for name in answers.api.same_as(found):
        answer = answers.ask(Target(name, 1), use.form)
        if answer and not answer.private and not needed & ~answer.works:
            candidates.append(name)
    return min(candidates, key=lambda name: _distance(use.name, name), default=None)


def _distance(old: str, new: str) -> tuple[bool, bool, int, str]:
    """Names of the same package and with the same last part first, then short ones."""
    return (
        new.partition(".")[0] != old.partition(".")[0],
        new.rpartition(".")[2] != old.rpartition(".")[2],
        new.count("."),
        new,
    )
