"""Entries of `known` in view of the matrix alone: their ranges, paths and lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from harness.cases.case import Case, Known
from harness.cases.document.reader import Fault
from harness.cases.document.suggestions import suggest


@cache
def specifiers_of(text: str) -> SpecifierSet | None:
    """The range of releases that the text stands for; None where it is no range."""
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        return None


def malformed_entries(case: Case, paths: Iterable[str]) -> Iterator[Fault]:
    """Entries that cannot explain any cell of this matrix."""
    known = list(paths)
    for index, entry in enumerate(case.known):
        if not matches_path(entry, known):
            where = line_of(case, index, "path")
            yield Fault(case.file, where, f"no import path matches {entry.path!r}{suggest(entry.path, known)}")
        if specifiers_of(entry.release) is None:
            where = line_of(case, index, "release", "tf")
            yield Fault(case.file, where, f'{entry.release!r} is not a range of releases such as ">=2,<2.6"')


def matches_path(entry: Known, paths: Iterable[str]) -> bool:
    """Whether the entry is of one of the import paths."""
    return any(fnmatchcase(path, entry.path) for path in paths)


def line_of(case: Case, index: int, *keys: str) -> int:
    """The line of an entry, or of the first of these keys that it has, in the case's file."""
    found = (("known", index, key) for key in keys)
    return next((case.lines[place] for place in found if place in case.lines), case.lines.get(("known", index), 1))
