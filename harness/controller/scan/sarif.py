"""A report as SARIF 2.1.0, which code hosts and editors show."""

from __future__ import annotations

import json
import os
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

import harness
from harness.controller.scan.findings import Finding, Verdict
from harness.controller.scan.formats import sentence
from harness.controller.scan.scan import ScanReport

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_RULES = {
    Verdict.FAILS: "The name cannot be reached in a release",
    Verdict.NEVER: "No measured release has the name",
    Verdict.PRIVATE: "The name is private",
    Verdict.UNKNOWN: "The name was not measured in a release",
    Verdict.MIXED: "The name meets one of another import path",
    Verdict.WORKS: "The name works in the whole range",
}


def as_sarif(report: ScanReport) -> str:
    """One run with a rule for each verdict."""
    rules = [{"id": verdict.value, "shortDescription": {"text": text}} for verdict, text in _RULES.items()]
    driver = {"name": "harness scan", "version": harness.__version__, "rules": rules}
    notifications = [
        {
            "level": "error",
            "message": {"text": reason},
            "locations": [{"physicalLocation": {"artifactLocation": _file(file)}}],
        }
        for file, reason in report.unreadable.items()
    ]
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "utf16CodeUnits",
        "results": [_result(item) for item in report.findings],
        "invocations": [{"executionSuccessful": not report.unreadable, "toolExecutionNotifications": notifications}],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _result(finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": _file(finding.file)}}
    if finding.place.cell is None:
        location["physicalLocation"]["region"] = {
            "startLine": finding.place.line,
            "startColumn": finding.utf16[0],
            "endLine": finding.place.end_line,
            "endColumn": finding.utf16[1],
        }
    else:  # lines of a cell are not those of the file
        location["message"] = {"text": f"cell {finding.place.cell}, line {finding.place.line}"}
    return {
        "ruleId": finding.verdict.value,
        "ruleIndex": list(_RULES).index(finding.verdict),
        "level": finding.severity.value,
        "message": {"text": sentence(finding)},
        "locations": [location],
        "partialFingerprints": {"name/v1": finding.name},
        "properties": {"evidence": finding.evidence},
    }


def _file(file: str) -> dict[str, str]:
    return {"uri": quote(os.fsencode(PurePath(file).as_posix()))}  # a name may be no UTF-8
