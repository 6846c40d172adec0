"""From a case to the plain Python script that runs it under one import path."""

from __future__ import annotations

import hashlib

from harness.cases.case import Case
from harness.cases.kinds import KINDS
from harness.contract.plan import PathSpec


def script_of(case: Case, path: PathSpec) -> str:
    """The Python script of the case under the import path."""
    return KINDS[case.kind].script(case.body, path)


def digest_of(script: str) -> str:
    """The digest that identifies a script: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(script.encode("utf-8")).hexdigest()[:16]
