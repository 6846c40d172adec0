"""Reading cases and checking them against the matrix."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping

from harness.cases.case import Case, case_files
from harness.cases.document.fields import FIXED_REFERENCE
from harness.cases.document.reader import Fault, Keys
from harness.cases.document.suggestions import suggest
from harness.cases.generate import script_of
from harness.cases.language import Language
from harness.cases.loader import read_case, read_library
from harness.contract.plan import PathSpec
from harness.controller.project.known_entries import malformed_entries


def read_cases(
    root: str, paths: Mapping[str, PathSpec], known: Mapping[str, Case], language: Language
) -> tuple[list[Case], list[Fault]]:
    """All cases, and every fault of every file. The cases in `known`, by file, are without fault.

    With any fault, all files are read again: a fault of one file may concern another, such as a duplicate id.
    """
    return _only_unknown(root, paths, known, language) or _everything(root, paths, language)


def _only_unknown(
    root: str, paths: Mapping[str, PathSpec], known: Mapping[str, Case], language: Language
) -> tuple[list[Case], list[Fault]] | None:
    cases = [known.get(file) or _checked(root, file, paths, language) for file in case_files(root)] if known else []
    found = [case for case in cases if case is not None]
    is_whole = found and len({case.id for case in found}) == len(cases)
    return (found, []) if is_whole else None


def _checked(root: str, file: str, paths: Mapping[str, PathSpec], language: Language) -> Case | None:
    case, faults = read_case(root, file, language)
    return None if case is None or faults or any(_faults(case, paths)) else case


def _everything(root: str, paths: Mapping[str, PathSpec], language: Language) -> tuple[list[Case], list[Fault]]:
    cases, faults = read_library(root, language)
    for case in cases if paths else ():
        faults += _faults(case, paths)
    return cases, faults


def _faults(case: Case, paths: Mapping[str, PathSpec]) -> Iterator[Fault]:
    """The faults of a case that only the matrix shows."""
    yield from _unknown_patterns(case, paths)
    yield from _unknown_paths(case, paths)
    yield from _no_python(case, paths)
    yield from malformed_entries(case, paths)


def _unknown_patterns(case: Case, paths: Mapping[str, PathSpec]) -> Iterator[Fault]:
    for index, pattern in enumerate(case.paths):
        if not fnmatch.filter(paths, pattern):
            line = case.lines.get(("paths", index), 1)
            yield Fault(case.file, line, f"no import path matches {pattern!r}{suggest(pattern, paths)}")


def _unknown_paths(case: Case, paths: Mapping[str, PathSpec]) -> Iterator[Fault]:
    """References such as tf.keras::layers.Dense, alone or in an expression, to paths that the matrix lacks."""
    for keys, text in _texts(case.body, ()) if case.kind != "snippet" else ():
        for reference in re.findall(FIXED_REFERENCE, text):
            path, _, name = reference.partition("::")
            if path not in paths:
                line = next(case.lines[keys[:end]] for end in range(len(keys), -1, -1) if keys[:end] in case.lines)
                yield Fault(case.file, line, f"unknown import path {path!r} of {name}{suggest(path, paths)}")


def _texts(value: object, keys: Keys) -> Iterator[tuple[Keys, str]]:
    """Every text in a value, including keys of mappings, with its path in the document."""
    if isinstance(value, str):
        yield keys, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*keys, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(key, (*keys, key))
            yield from _texts(item, (*keys, key))


def _no_python(case: Case, paths: Mapping[str, PathSpec]) -> Iterator[Fault]:
    """A script that does not compile, in either form of path: a safety net under the checks of the kinds."""
    for path in {path.form: path for path in reversed(list(paths.values()))}.values():
        script = script_of(case, path)
        try:
            compile(script, "<script>", "exec", dont_inherit=True)
        except SyntaxError as error:
            line = dict(enumerate(script.split("\n"), start=1)).get(error.lineno or 0, "")
            reason = f"{error.msg}: {line.strip()}"
            yield Fault(case.file, 1, f"its script is not Python under {path.id}: {reason}")
            return
