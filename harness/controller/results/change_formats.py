"""Changes as text for a terminal, as Markdown and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from harness.contract.records import Outcome
from harness.controller.results.compare import NOT_TRIED, Change, not_tried_sentences, sentence_of
from harness.controller.results.grouping import ChangeGroup, group_changes, order_changes
from harness.controller.text import json_line, markdown_escape, one_line

_HEAD = ["| where | what | before | now |", "|---|---|---|---|"]


def changes_as_text(changes: Sequence[Change], unlisted: Collection[str] = ()) -> str:
    """A line for each change whose word is not in `unlisted`, the worst first, and a line with the totals.

    A group of many similar changes has one line, with details below it. What was not tried is only counted, apart.
    """
    tried = _tried(changes)
    lines = change_lines(change for change in tried if change.word not in unlisted)
    return "\n".join([*lines, *not_tried_sentences(changes), summarise_changes(tried)]) + "\n"


def _tried(changes: Iterable[Change]) -> list[Change]:
    return [change for change in changes if change.word != NOT_TRIED]


def change_lines(changes: Iterable[Change]) -> list[str]:
    """A line for each change or group of many similar ones, the worst first, with a group's details below it."""
    lines = []
    for found in group_changes(changes):
        lines.append(sentence_of(found.where, found.word, found.what, found.before, found.after))
        lines += [f"    {one_line(detail)}" for detail in found.details]
    return lines


def summarise_changes(changes: Sequence[Change]) -> str:
    """The number of changes by word, the worst first: `2 regressed, 1 fixed`."""
    counts = Counter(change.word for change in order_changes(changes))
    return ", ".join(map(_counted, counts, counts.values())) or "no difference"


def _counted(word: str, number: int) -> str:
    return f"{number} {word.replace('environment', 'environments') if number > 1 else word}"


def changes_as_json(changes: Sequence[Change]) -> str:
    """A list of objects, one a line and one for each change."""
    return "[\n" + ",\n".join(json_line(_as_json(change)) for change in order_changes(changes)) + "\n]\n"


def changes_as_markdown(changes: Sequence[Change]) -> str:
    """A table under a heading for each word. What was not tried is only counted, apart."""
    tried = _tried(changes)
    blocks = [summarise_changes(tried), *map(markdown_escape, not_tried_sentences(changes))]
    groups = group_changes(tried)
    for word in dict.fromkeys(found.word for found in groups):
        rows = [_row(found) for found in groups if found.word == word]
        blocks.append("\n".join([f"### {word}", "", *_HEAD, *rows]))
    return "\n\n".join(blocks) + "\n"


def _as_json(change: Change) -> dict[str, Any]:
    case, path = change.cell or (None, None)
    sides = {side: _side(getattr(change, side)) for side in ("before", "after")}
    return {
        "change": change.word,
        "environment": change.environment,
        "case": case,
        "path": path,
        "name": change.name,
    } | sides


def _side(what: Outcome | str | None) -> Any:
    return what.to_json() if isinstance(what, Outcome) else what


def _row(found: ChangeGroup) -> str:
    what = "<br>".join(map(markdown_escape, [found.what, *found.details]))
    before, after = markdown_escape(found.before), markdown_escape(found.after)
    return f"| {markdown_escape(found.where)} | {what} | {before} | {after} |"
