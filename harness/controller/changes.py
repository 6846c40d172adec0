"""Changes as a terminal, a Markdown reader and a program want them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from harness.contract.records import Outcome
from harness.controller.compare import Change, sentence
from harness.controller.folding import Fold, fold, ordered
from harness.controller.texts import escaped, in_one_line, json_line

_HEAD = ["| where | what | before | now |", "|---|---|---|---|"]


def as_text(changes: Sequence[Change], unlisted: Collection[str] = ()) -> str:
    """A line for each change whose word is not `unlisted`, the worst first, and one that counts them all.

    Many of one sort have one line, and below it which ones they are.
    """
    lines = []
    for found in fold(change for change in changes if change.word not in unlisted):
        lines.append(sentence(found.where, found.word, found.what, found.before, found.after))
        lines += [f"    {in_one_line(detail)}" for detail in found.details]
    return "\n".join([*lines, _summary(changes)]) + "\n"


def as_json(changes: Sequence[Change]) -> str:
    """A list of objects, one a line, each change by itself."""
    return "[\n" + ",\n".join(json_line(_plain(change)) for change in ordered(changes)) + "\n]\n"


def as_markdown(changes: Sequence[Change]) -> str:
    """A table under a heading for each word."""
    blocks = [_summary(changes)]
    folds = fold(changes)
    for word in dict.fromkeys(found.word for found in folds):
        rows = [_row(found) for found in folds if found.word == word]
        blocks.append("\n".join([f"### {word}", "", *_HEAD, *rows]))
    return "\n\n".join(blocks) + "\n"


def _summary(changes: Sequence[Change]) -> str:
    counts = Counter(change.word for change in ordered(changes))
    return ", ".join(f"{number} {word}" for word, number in counts.items()) or "no difference"


def _plain(change: Change) -> dict[str, Any]:
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


def _row(found: Fold) -> str:
    what = "<br>".join(map(escaped, [found.what, *found.details]))
    return f"| {escaped(found.where)} | {what} | {escaped(found.before)} | {escaped(found.after)} |"
