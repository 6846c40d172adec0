"""Text that others wrote, made harmless for a terminal, Markdown, a spreadsheet or JSON: pure functions."""

from __future__ import annotations

import json
import re
from typing import Any

# What steers a terminal, turns the direction of what follows, hides, or is no character at all.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_FORMULA = re.compile(r"\t|\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_MARKDOWN = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;"} | {character: "\\" + character for character in "\\`*_{}[]|~$#"}
)


def strip_control(text: str) -> str:
    """The text without what would steer a terminal or turn its direction; lines and tabs stay."""
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str) -> str:
    """Safe text on one line, which cannot look like a line of the harness."""
    return strip_control(re.sub(r"\r?\n|\t", " ", text))


def markdown_escape(text: str) -> str:
    """The text as Markdown that shows it, in one line."""
    return strip_control(" ".join(text.split()).translate(_MARKDOWN))


def csv_safe(text: str) -> str:
    """Safe text that no spreadsheet takes for a formula: an apostrophe stands before it."""
    text = strip_control(text)
    return "'" + text if _FORMULA.match(text) else text


def json_line(value: Any, sort_keys: bool = False, compact: bool = False) -> str:
    """JSON in one line that gives back every character, and in which the unsafe ones are written as escapes."""
    separators = (",", ":") if compact else None
    text = json.dumps(value, ensure_ascii=False, sort_keys=sort_keys, separators=separators)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
