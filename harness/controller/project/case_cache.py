"""Cases that were found without fault, kept so that they need not be read and checked again.

One is taken only while its file has the same bytes, and all that judged it is the same: the code, Python, what it
imports, and the matrix's import paths. A memory that is damaged, or of something else, is as good as none.
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
from harness.contract.plan import PathSpec
from harness.controller.digests import code_digest, file_digest
from harness.controller.errors import HarnessError

_JUDGES = ("contract", "cases", "controller")


def case_cache_key(paths: Mapping[str, PathSpec]) -> str:
    """What tells the judges of now from any others."""
    code = code_digest(Path(harness.__file__).parent, _JUDGES)
    versions = [sys.version, yaml.__version__, packaging.__version__]
    return _digest(json.dumps([code, versions, [[spec.id, spec.form] for spec in paths.values()]]).encode())


def case_digests(root: Path) -> dict[str, str]:
    """The case files with what tells their content from any other; those that cannot be read have none."""
    return {file: file_digest(root / file) for file in case_files(str(root))}


def load_cached_cases(file: Path, case_cache_key: str, case_digests: Mapping[str, str]) -> dict[str, Case]:
    """The cases by file, in order, whose file and judges are the same as when they were found without fault."""
    try:
        said, _, text = file.read_bytes().partition(b"\n")
        if said.decode() != f"{case_cache_key} {_digest(text)}":
            return {}
    except (OSError, ValueError):
        return {}
    kept = {entry["case"]["file"]: entry for entry in json.loads(text)}
    same = [name for name in case_digests if name in kept and kept[name]["digest"] == case_digests[name]]
    return {name: _case(kept[name]["case"]) for name in same}


def save_cached_cases(file: Path, case_cache_key: str, case_digests: Mapping[str, str], cases: Iterable[Case]) -> None:
    """Keep these cases in the place of all others; without `digests` a case is not kept."""
    from harness.controller.files import write_atomically  # late: most commands have nothing to write

    entries = [
        {"digest": case_digests[case.file], "case": data}
        for case in cases
        if case_digests.get(case.file) and (data := _data(case)) is not None
    ]
    text = json.dumps(entries)
    with suppress(HarnessError):  # a project that cannot be written to is read anew each time
        write_atomically(file, f"{case_cache_key} {_digest(text.encode())}\n{text}")


def _data(case: Case) -> Any:
    """The case as JSON can say it; None where JSON would say something else, such as a text for a key that is none."""
    known = [vars(entry) for entry in case.known]
    lines = [[keys, line] for keys, line in case.lines.items()]
    try:
        data = json.loads(json.dumps({**vars(case), "known": known, "lines": lines}))
    except TypeError:
        return None
    again = _case(data)
    return data if repr(again) == repr(case) and repr(again.lines) == repr(case.lines) else None


def _case(data: dict[str, Any]) -> Case:
    """The inverse of `_data`."""
    tuples = {name: tuple(data[name]) for name in ("requires", "paths", "source")}
    known = tuple(Known(**entry) for entry in data["known"])
    return Case(**{**data, **tuples, "known": known, "lines": {tuple(keys): line for keys, line in data["lines"]}})


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
