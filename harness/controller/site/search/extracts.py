"""What the search data take of a case and of a message."""

from __future__ import annotations

import json
import re

from harness.cases.case import Case

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")
_LONGEST = 500  # characters of a message: what people paste is told apart long before


def identifiers_in(case: Case) -> list[str]:
    """The names that stand in a case."""
    return _IDENTIFIER.findall(json.dumps(case.body))


def message_in_line(message: str | None) -> str:
    """A message in one line, of which enough is kept."""
    return " ".join((message or "").split())[:_LONGEST]
