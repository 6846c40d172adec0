"""Reading cases: one file or the whole folder, with every fault of every file."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

from harness.cases.case import FOLDER, Known, case_files
from harness.cases.case import PREREQUISITES as PREREQUISITES
from harness.cases.case import Case as Case
from harness.cases.document.containers import Items, Mapping, OneOf
from harness.cases.document.fields import Choice, Field, Matching, Seconds, Text
from harness.cases.document.reader import Document, Fault, Place, load
from harness.cases.language import Language

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

KNOWN = Mapping(
    {
        "path": Text(),
        "release": Text(),
        "tf": Text(),
        "written_by": Text(),
        "match": Text(),
        "reason": Text(),
        "issue": Text(),
    },
    required=["path", "match", "reason"],
)
_RANGE_KEYS = ("release", "tf")  # the second is older

_PACKAGE = Mapping({"package": Matching(r"[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?", "a package's name")}, required=["package"])
COMMON: dict[str, Field] = {
    "id": Matching(_ID.pattern, "lower-case words joined by hyphens"),
    "kind": Text(),  # of those of the language
    "title": Text(),
    "requires": Items(OneOf((str, Choice(*PREREQUISITES)), (dict, _PACKAGE))),
    "paths": Items(Text()),
    "timeout": Seconds(),
    "skip": Text(),
    "source": Items(Text()),
    "advice": Text(),
    "known": Items(KNOWN),
}


ALWAYS = ("id", "kind", "title")  # required in every case


def common_fields(language: Language) -> dict[str, Field]:
    """The fields of every case."""
    return {**COMMON, "kind": Choice(*language.kinds)}


def read_case(root: str, file: str, language: Language) -> tuple[Case | None, list[Fault]]:
    """The case in `root`/`file`; None with the faults if it has any."""
    document = load(root, file, language.subject)
    return _case(document, language), document.faults


def _case(document: Document, language: Language) -> Case | None:
    """The case of a document. Its faults are added to those of the document."""
    data, file = document.data, document.file
    if data is None:
        return None
    _check(data, Place(document), file, language)
    if document.faults:
        return None
    common = {key: data[key] for key in COMMON if key in data}
    required = common.pop("requires", [])
    common["requires"] = tuple(item for item in required if isinstance(item, str))
    common["packages"] = tuple(item["package"] for item in required if isinstance(item, dict))
    for key in ("paths", "source"):
        if key in common:
            common[key] = tuple(common[key])
    common["known"] = tuple(map(_known, common.get("known", ())))
    body = {key: value for key, value in data.items() if key not in COMMON}
    reads_file = language.kinds[common["kind"]].writing is not None
    return Case(file=file, body=body, lines=document.lines, language=language, reads_file=reads_file, **common)


def _known(entry: dict[str, Any]) -> Known:
    (key,) = (key for key in _RANGE_KEYS if key in entry)
    return Known(release=entry[key], **{name: value for name, value in entry.items() if name != key})


def _check(data: Any, place: Place, file: str, language: Language) -> None:
    name = data.get("kind") if isinstance(data, dict) else None
    kind = language.kinds.get(name) if isinstance(name, str) else None
    common = common_fields(language)
    fields = dict(common, **kind.fields) if kind else common
    required = ALWAYS + (kind.required if kind else ())
    # Without a known kind, only the common keys can be checked.
    values = Mapping(fields, required).read(data if kind else _common(data), place)
    if not place.document.faults:
        _check_known(values.get("known", ()), place.at("known"))
    if kind and not place.document.faults:
        kind.check_whole(values, place)
        for index, entry in enumerate(values.get("known", ())):
            if "written_by" in entry and kind.writing is None:
                place.at("known").at(index).at("written_by").fault("of a kind whose cells read a written file alone")
    if isinstance(data, dict):
        _check_place(data, place, file, kind is not None)


def _check_known(entries: Sequence[dict[str, Any]], place: Place) -> None:
    """Each entry has its range of releases under one of two names."""
    for index, entry in enumerate(entries):
        found = [key for key in _RANGE_KEYS if key in entry]
        if not found:
            place.at(index).fault("missing key 'release'")
        elif len(found) > 1:
            place.at(index).at(found[1]).fault(f"{found[1]!r} is another name of {found[0]!r}, which is given")


def _common(data: Any) -> Any:
    return {key: value for key, value in data.items() if key in COMMON} if isinstance(data, dict) else data


def _check_place(data: dict[str, Any], place: Place, file: str, is_known: bool) -> None:
    """The id names the file, and the kind its folder."""
    stem = os.path.splitext(os.path.basename(file))[0]
    if isinstance(data.get("id"), str) and data["id"] != stem:
        place.at("id").fault(f"the id {data['id']!r} differs from the file's name {stem!r}")
    if is_known and os.path.dirname(file) != f"{FOLDER}/{data['kind']}":
        place.at("kind").fault(f"a case of kind {data['kind']!r} belongs in {FOLDER}/{data['kind']}/")


def read_library(root: str, language: Language) -> tuple[list[Case], list[Fault]]:
    """All cases below `root`/cases in order of their files, and every fault of every file."""
    documents = [load(root, file, language.subject) for file in case_files(root)]
    read = (_case(document, language) for document in documents)
    cases = [case for case in read if case is not None]
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
