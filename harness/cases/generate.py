"""From a case to the plain Python script that runs it under one import path."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from harness.cases.case import Case
from harness.cases.document.containers import Mapping
from harness.cases.document.reader import Document, Place
from harness.cases.language import Language
from harness.contract.plan import PathSpec

if TYPE_CHECKING:
    from harness.cases.kinds.base import Writing


def script_of(case: Case, path: PathSpec) -> str:
    """The Python script of the case under the import path."""
    language = _language(case)
    return language.kinds[case.kind].script(_values(case), path, language.subject)


def writing_of(case: Case) -> Writing | None:
    """What writes the file that the case's scripts get; None where they get none."""
    language = _language(case)
    writing = language.kinds[case.kind].writing
    return None if writing is None else writing(_values(case), language.subject)


@lru_cache(maxsize=1024)  # a case becomes a script under each of the import paths
def _values(case: Case) -> dict[str, Any]:
    """The body of a checked case, with nodes that write themselves."""
    language = _language(case)
    document = Document(case.file, language.subject)
    values: dict[str, Any] = Mapping(language.kinds[case.kind].fields).read(case.body, Place(document))
    assert not document.faults, document.faults
    return values


def _language(case: Case) -> Language:
    assert case.language is not None, f"{case.id} was not read as a case of a project"
    return case.language


def digest_of(script: str) -> str:
    """The digest that identifies a script: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(script.encode("utf-8")).hexdigest()[:16]
