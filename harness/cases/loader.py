"""Reading cases: one file or the whole folder, with every fault of every file."""

from __future__ import annotations

import os
import re
from typing import Any

from harness.cases.case import FOLDER, Known, case_files
from harness.cases.case import PREREQUISITES as PREREQUISITES
from harness.cases.case import Case as Case
from harness.cases.document.containers import Items, Mapping
from harness.cases.document.fields import Choice, Field, Matching, Seconds, Text
from harness.cases.document.reader import Document, Fault, Place, load
from harness.cases.kinds import KINDS

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

KNOWN = Mapping(
    {"path": Text(), "tf": Text(), "match": Text(), "reason": Text(), "issue": Text()},
    required=["path", "tf", "match", "reason"],
)

COMMON: dict[str, Field] = {
    "id": Matching(_ID.pattern, "lower-case words joined by hyphens"),
    "kind": Choice(*KINDS),
    "title": Text(),
    "requires": Items(Choice(*PREREQUISITES)),
    "paths": Items(Text()),
    "timeout": Seconds(),
    "skip": Text(),
    "source": Items(Text()),
    "advice": Text(),
    "known": Items(KNOWN),
}


ALWAYS = ("id", "kind", "title")  # required in every case


def read_case(root: str, file: str) -> tuple[Case | None, list[Fault]]:
    """The case in `root`/`file`; None with the faults if it has any."""
    document = load(root, file)
    return _case(document), document.faults


def _case(document: Document) -> Case | None:
    """The case of a document. Its faults are added to those of the document."""
    data, file = document.data, document.file
    if data is None:
        return None
    _check(data, Place(document), file)
    if document.faults:
        return None
    common = {key: data[key] for key in COMMON if key in data}
    for key in ("requires", "paths", "source"):
        if key in common:
            common[key] = tuple(common[key])
    common["known"] = tuple(Known(**entry) for entry in common.get("known", ()))
    body = {key: value for key, value in data.items() if key not in COMMON}
    return Case(file=file, body=body, lines=document.lines, **common)


def _check(data: Any, place: Place, file: str) -> None:
    name = data.get("kind") if isinstance(data, dict) else None
    kind = KINDS.get(name) if isinstance(name, str) else None
    fields = dict(COMMON, **kind.fields) if kind else COMMON
    required = ALWAYS + (kind.required if kind else ())
    # Without a known kind, only the common keys can be checked.
    values = Mapping(fields, required).read(data if kind else _common(data), place)
    if kind and not place.document.faults:
        kind.check_whole(values, place)
    if isinstance(data, dict):
        _check_place(data, place, file)


def _common(data: Any) -> Any:
    return {key: value for key, value in data.items() if key in COMMON} if isinstance(data, dict) else data


def _check_place(data: dict[str, Any], place: Place, file: str) -> None:
    """The id names the file, and the kind its folder."""
    stem = os.path.splitext(os.path.basename(file))[0]
    if isinstance(data.get("id"), str) and data["id"] != stem:
        place.at("id").fault(f"the id {data['id']!r} differs from the file's name {stem!r}")
    if data.get("kind") in list(KINDS) and os.path.dirname(file) != f"{FOLDER}/{data['kind']}":
        place.at("kind").fault(f"a case of kind {data['kind']!r} belongs in {FOLDER}/{data['kind']}/")


def read_library(root: str) -> tuple[list[Case], list[Fault]]:
    """All cases below `root`/cases in order of their files, and every fault of every file."""
    documents = [load(root, file) for file in case_files(root)]
    cases = [case for case in map(_case, documents) if case is not None]
    _check_twice(documents)
    faults = [fault for document in documents for fault in document.faults]
    if not documents:
        faults.append(Fault(FOLDER + "/", 1, f"no cases: add one as {FOLDER}/<kind>/<id>.yaml"))
    return cases, sorted(faults)


def _check_twice(documents: list[Document]) -> None:
    """Report ids that several files use, also files with other faults."""
    first: dict[str, str] = {}
    for document in documents:
        case_id = document.data.get("id") if isinstance(document.data, dict) else None
        if isinstance(case_id, str):
            if case_id in first:
                Place(document).at("id").fault(f"the id {case_id!r} is already used in {first[case_id]}")
            first.setdefault(case_id, document.file)
