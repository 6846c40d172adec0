"""Cases by what they mention: the hint for a pattern that no case id matches."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from fnmatch import fnmatchcase

from harness.controller.files import read_text
from harness.controller.project.loader import Project
from harness.controller.results.documents import read_columns

_MOST = 5  # ids in a hint


def case_hint(project: Project, pattern: str) -> str:
    """The number of cases that mention the pattern in title, file or recorded messages, and a few ids."""
    found: dict[str, str] = {}  # by case, the first place that mentions it
    for place, case, text in _texts(project):
        if case not in found and _mentions(text, pattern):
            found[case] = place
    if not found:
        nearest = get_close_matches(pattern.strip("*"), [case.id for case in project.cases], _MOST, cutoff=0.5)
        ids = f"; nearest ids: {', '.join(nearest)}" if nearest else ""
        return f", nor does a title, a file or a recorded message{ids}"
    places = list(found.values())
    counts = ", ".join(f"{places.count(place)} by {place}" for place in dict.fromkeys(places))
    more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
    return f"; cases that mention it: {counts} ({', '.join(list(found)[:_MOST])}{more})"


def _texts(project: Project) -> Iterator[tuple[str, str, str]]:
    """Each place that is searched, with the case's id and the text: the most telling first."""
    for case in project.cases:
        yield "title", case.id, case.title
    for case in project.cases:
        yield "content", case.id, read_text(project.layout.root / case.file)
    ids = {case.id for case in project.cases}
    for column in read_columns(project.layout.results, project.matrix.everything).values():
        for outcome in column.cells.values():
            if outcome.message and outcome.case in ids:
                yield "recorded message", outcome.case, f"{outcome.error}: {outcome.message}"


def _mentions(text: str, pattern: str) -> bool:
    return fnmatchcase(text.lower(), f"*{pattern.lower()}*")
