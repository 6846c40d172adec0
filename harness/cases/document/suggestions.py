"""Suggestions for misspelt words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def suggest(word: object, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` for a near miss, else the list of known words."""
    words = sorted(known)
    close = difflib.get_close_matches(str(word), words, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return "; known: {}".format(", ".join(words)) if words else ""
