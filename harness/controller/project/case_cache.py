"""Cache of cases without fault: a case whose file is unchanged is not read and checked again.

A cached case is valid while its file has the same bytes and the same code, Python, libraries and import paths check
it. A damaged cache file, or one of something else, counts as empty.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import packaging
import yaml

import harness
from harness.cases.case import Case, Known, case_files
from harness.cases.language import Language
from harness.contract.plan import PathSpec
from harness.controller.digests import code_digest, file_digest
from harness.controller.errors import HarnessError

_CHECKED_BY = ("contract", "cases", "controller")


def case_cache_key(paths: Mapping[str, PathSpec], language: Language) -> str:
    """The digest of all that checks cases: code, Python, libraries, plugins, names of the subject and import paths."""
    code = code_digest(Path(harness.__file__).parent, _CHECKED_BY)
    versions = [sys.version, yaml.__version__, packaging.__version__]
    return _digest(
        json.dumps([code, versions, [[spec.id, spec.form] for spec in paths.values()], *language.identity]).encode()
    )


def case_digests(root: Path) -> dict[str, str]:
    """The digest of each case file; empty for a file that cannot be read."""
    return {file: file_digest(root / file) for file in case_files(str(root))}


def load_cached_cases(
    file: Path, case_cache_key: str, case_digests: Mapping[str, str], language: Language
) -> dict[str, Case]:
    """The valid cached cases by file, in order of the files."""
    try:
        head, _, text = file.read_bytes().partition(b"\n")
        if head.decode() != f"{case_cache_key} {_digest(text)}":
            return {}
    except (OSError, ValueError):
        return {}
    cached = {entry["case"]["file"]: entry for entry in json.loads(text)}
    valid = [name for name in case_digests if name in cached and cached[name]["digest"] == case_digests[name]]
    return {name: _case(cached[name]["case"], language) for name in valid}


def save_cached_cases(file: Path, case_cache_key: str, case_digests: Mapping[str, str], cases: Iterable[Case]) -> None:
    """Replace the cache by these cases, without those that have no digest."""
    from harness.controller.files import write_atomically  # late: most commands have nothing to write

    entries = [
        {"digest": case_digests[case.file], "case": data}
        for case in cases
        if case_digests.get(case.file) and (data := _data(case)) is not None
    ]
    text = json.dumps(entries)
    with suppress(HarnessError):  # a read-only project has no cache
        write_atomically(file, f"{case_cache_key} {_digest(text.encode())}\n{text}")


def _data(case: Case) -> Any:
    """The case as JSON; None if JSON would change it, for example a number that is a key."""
    known = [vars(entry) for entry in case.known]
    lines = [[keys, line] for keys, line in case.lines.items()]
    try:
        data = json.loads(json.dumps({**vars(case), "known": known, "lines": lines, "language": None}))
    except TypeError:
        return None
    again = _case(data, None)
    return data if repr(again) == repr(case) and repr(again.lines) == repr(case.lines) else None


def _case(data: dict[str, Any], language: Language | None) -> Case:
    """The inverse of `_data`."""
    tuples = {name: tuple(data[name]) for name in ("requires", "packages", "paths", "source")}
    known = tuple(Known(**entry) for entry in data["known"])
    lines = {tuple(keys): line for keys, line in data["lines"]}
    return Case(**{**data, **tuples, "known": known, "lines": lines, "language": language})


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
