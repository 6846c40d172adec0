"""Changes as a terminal, a Markdown reader and a program want them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from harness.contract.records import Outcome
from harness.controller.compare import Change, describe, in_words
from harness.controller.export import escaped

_HEAD = ["| what | change | before | now |", "|---|---|---|---|"]


def as_text(changes: Sequence[Change], unlisted: Collection[str] = ()) -> str:
    """A line for each change whose word is not `unlisted`, and one that counts them all."""
    lines = [in_words(change) for change in changes if change.word not in unlisted]
    return "\n".join([*lines, _summary(changes)]) + "\n"


def as_json(changes: Sequence[Change]) -> str:
    """A list of objects, one a line."""
    return "[\n" + ",\n".join(json.dumps(_plain(change), ensure_ascii=False) for change in changes) + "\n]\n"


def as_markdown(changes: Sequence[Change]) -> str:
    """A table under a heading for each environment."""
    blocks = [_summary(changes)]
    for environment in dict.fromkeys(change.environment for change in changes):
        rows = [_row(change) for change in changes if change.environment == environment]
        blocks.append("\n".join([f"### {escaped(environment)}", "", *_HEAD, *rows]))
    return "\n\n".join(blocks) + "\n"


def _summary(changes: Sequence[Change]) -> str:
    counts = Counter(change.word for change in changes)
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


def _row(change: Change) -> str:
    what = f"{change.cell[0]}[{change.cell[1]}]" if change.cell else change.name or ""
    cells = [what, change.word, describe(change.before), describe(change.after)]
    return "| " + " | ".join(map(escaped, cells)) + " |"
