"""The formats of a report."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from harness.controller.api.environments import Mask, in_words
from harness.controller.scan.findings import Finding, Severity
from harness.controller.scan.ignores import UnusedIgnore
from harness.controller.scan.scan import ScanReport
from harness.controller.text import markdown_escape, one_line

_MOST = 5  # places and names in the summary
_ORDER = list(Severity)


def as_text(report: ScanReport) -> str:
    """A line for each finding, `file:line:column: severity: message`, and the summary."""
    lines = [f"{where(item)}: {item.severity.value}: {sentence(item)}" for item in report.findings]
    lines += [f"{where(item)}: note: nothing to ignore: {item.text}" for item in report.unused]
    lines += [f"{file}: cannot be read: {reason}" for file, reason in report.unreadable.items()]
    return "".join(one_line(line) + "\n" for line in [*lines, *summary(report)])


def as_json(report: ScanReport) -> str:
    """The document of docs/scan.md."""
    data = {
        "range": report.bounds,
        "files": report.files,
        "uses": report.uses,
        "findings": [item.to_json() for item in report.findings],
        "unused_ignores": [vars(item) for item in report.unused],
        "unreadable": [{"file": file, "message": reason} for file, reason in report.unreadable.items()],
    }
    return json.dumps(data, indent=1) + "\n"


def as_github(report: ScanReport) -> str:
    """Annotations of GitHub Actions, worst first: it shows ten of a step."""
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
    lines = []
    for item in sorted(report.findings, key=lambda item: _ORDER.index(item.severity)):
        place = f"file={_property(_in_workspace(item.file))},line={item.place.line},col={item.place.column}"
        lines.append(f"::{words[item.severity]} {place}::{_data(sentence(item))}")
    lines += [
        f"::error file={_property(_in_workspace(file))}::{_data(reason)}" for file, reason in report.unreadable.items()
    ]
    return "".join(line + "\n" for line in [*lines, *map(one_line, summary(report))])


def _in_workspace(file: str) -> str:
    """The name of a file in its repository, wherever in that the scan runs: annotations go by it."""
    workspace, path = Path(os.environ.get("GITHUB_WORKSPACE") or os.sep).resolve(), Path(file).resolve()
    is_inside = workspace != Path(os.sep) and path.is_relative_to(workspace)
    return path.relative_to(workspace).as_posix() if is_inside else file


def as_markdown(report: ScanReport) -> str:
    """A table of the findings, and the summary."""
    lines = [markdown_escape(line) for line in summary(report)]
    if report.findings:
        lines += ["", "| where | | what |", "| --- | --- | --- |"]
    for item in report.findings:
        cells = (where(item), item.severity.value, sentence(item))
        lines.append(f"| {' | '.join(map(markdown_escape, cells))} |")
    return "\n".join(lines) + "\n"


def where(item: Finding | UnusedIgnore) -> str:
    """`a.py:3:1`, `a.ipynb:cell 5:6:1`."""
    place = item.place if isinstance(item, Finding) else item
    cell = f":cell {place.cell}" if place.cell else ""
    column = f":{item.place.column}" if isinstance(item, Finding) else ""
    return f"{item.file}{cell}:{place.line}{column}"


def sentence(finding: Finding) -> str:
    """The message, the name to write instead, and where to see what was measured."""
    instead = f"; instead: {finding.instead}" if finding.instead else ""
    return f"{finding.message}{instead}; see {finding.evidence}"


def summary(report: ScanReport) -> list[str]:
    """The counts, the releases in which every line works, and what stands in the way of the newest one."""
    counts = [f"{_count(report, one)} {one.value}{'' if _count(report, one) == 1 else 's'}" for one in _ORDER]
    files = f"{report.files} file{'' if report.files == 1 else 's'}"
    counts += [f"{len(report.known)} in the baseline"] if report.known else []
    lines = [f"{files}, {report.uses} uses: {', '.join(counts)} ({report.releases.source})"]
    works = report.working
    lines_read = "every line that could be read works" if report.unreadable else "every line works"
    fine = f"{lines_read} in {report.title} {_words(report, works)}"
    lines.append(fine if works else "no measured release works with every line")
    newest = 1 << (report.releases.every.bit_length() - 1)
    blocking = [item for item in report.certain if item.breaks & newest]
    if blocking:
        places = list(dict.fromkeys(map(where, blocking)))
        lines.append(f"in the way of {_words(report, newest)}: {_first(places)}")
        lines.append(f"to change for it: {_first(_changes(blocking))}")
    return lines


def _changes(findings: Iterable[Finding]) -> list[str]:
    """The smallest set of changes: each name once, with what to write instead and how often."""
    names = Counter(_change(item) for item in findings)
    return [f"{text} ({count} lines)" if count > 1 else text for text, count in names.most_common()]


def _change(finding: Finding) -> str:
    """`keras.layers.a → keras.layers.b`; the name alone where no other one works."""
    return finding.name + (f" → {finding.instead}" if finding.instead else "")


def _first(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - _MOST} more" if len(texts) > _MOST else ""
    return ", ".join(texts[:_MOST]) + more


def _count(report: ScanReport, severity: Severity) -> int:
    return sum(item.severity is severity for item in report.findings)


def _words(report: ScanReport, mask: Mask) -> str:
    newest = report.ranges(report.releases.every)[-1][1]
    return in_words(report.ranges(mask), newest)


def _data(text: str) -> str:
    return one_line(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
