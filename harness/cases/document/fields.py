"""Fields of plain values. A field reads a value, reports its faults, and gives its JSON Schema."""

from __future__ import annotations

import keyword
import re
import sys
from typing import Any

from harness.cases.document.reader import Place
from harness.cases.document.suggestions import suggest

Schema = dict[str, Any]

_DOTTED = r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*"
REFERENCE = rf"(?:{_DOTTED}::)?{_DOTTED}"
FIXED_REFERENCE = rf"{_DOTTED}::{_DOTTED}"
_NOT_BLANK = r"\S"


class Field:
    """Any value; the base of the others."""

    wanted = "a value"

    def read(self, value: Any, place: Place) -> Any:
        """The value, with nodes where it is more than plain Python. Meaningless if a fault was reported."""
        if not self.fits(value):
            place.fault(f"must be {self.wanted}, not {describe_value(value)}")
        return value

    def fits(self, value: Any) -> bool:
        return True

    def schema(self) -> Schema:
        """The JSON Schema of values that fit, as far as a schema can express it."""
        return {}


def is_writable(text: str) -> bool:
    """Whether a file can hold the text: a lone surrogate cannot be encoded."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def is_name(value: Any) -> bool:
    """Whether the value is a name that Python can bind."""
    if not isinstance(value, str) or not value.isascii() or not value.isidentifier():
        return False
    return not keyword.iskeyword(value) and value != "__debug__"


def is_reference(value: Any) -> bool:
    """Whether the value is a valid dotted name, with or without a fixed path before `::`."""
    if not isinstance(value, str) or re.fullmatch(REFERENCE, value) is None:
        return False
    return all(map(is_name, re.split(r"::|\.", value)))


def describe_value(value: Any) -> str:
    """The value in a few words, for a fault."""
    if value is None:
        return "empty"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


class Text(Field):
    """Text that is not blank."""

    wanted = "text"

    def fits(self, value: Any) -> bool:
        return isinstance(value, str) and bool(value.strip()) and is_writable(value)

    def schema(self) -> Schema:
        return {"type": "string", "pattern": _NOT_BLANK}


class Choice(Field):
    """One word of a closed list."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def read(self, value: Any, place: Place) -> Any:
        if value not in self.words:
            place.fault(f"{describe_value(value)} is not one of the known words{suggest(value, self.words)}")
        return value

    def schema(self) -> Schema:
        return {"enum": list(self.words)}


class Matching(Text):
    """Text that matches a pattern; `wanted` describes it."""

    def __init__(self, pattern: str, wanted: str) -> None:
        self.pattern = re.compile(pattern, re.ASCII)
        self.wanted = wanted

    def fits(self, value: Any) -> bool:
        return isinstance(value, str) and self.pattern.fullmatch(value) is not None

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^(?:{self.pattern.pattern})$"}


class Pattern(Text):
    """A regular expression."""

    wanted = "a regular expression"

    def fits(self, value: Any) -> bool:
        try:
            return super().fits(value) and re.compile(value) is not None
        except (re.error, OverflowError, RecursionError):
            return False


class Whole(Field):
    """A whole number from `least` on."""

    def __init__(self, least: int = 0) -> None:
        self.least = least
        self.wanted = f"a whole number of at least {least}"

    def fits(self, value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and value >= self.least

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self.least}


class Number(Field):
    """A number."""

    wanted = "a number"

    def fits(self, value: Any) -> bool:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= sys.float_info.max

    def schema(self) -> Schema:
        return {"type": "number"}


class Positive(Number):
    """A number above 0."""

    wanted = "a number above 0"

    def fits(self, value: Any) -> bool:
        return super().fits(value) and value > 0

    def schema(self) -> Schema:
        return {"type": "number", "exclusiveMinimum": 0}


class Seconds(Positive):
    """A duration in seconds. The limit is far below the overflow of the system's clocks."""

    most = 1_000_000
    wanted = f"a number of seconds above 0, at most {most}"

    def fits(self, value: Any) -> bool:
        return super().fits(value) and value <= self.most

    def schema(self) -> Schema:
        return {"type": "number", "exclusiveMinimum": 0, "maximum": self.most}


class Flag(Field):
    """True or false."""

    wanted = "true or false"

    def fits(self, value: Any) -> bool:
        return isinstance(value, bool)

    def schema(self) -> Schema:
        return {"type": "boolean"}


class Reference(Field):
    """A name on the cell's import path (`layers.Dense`) or on a fixed one (`tf.keras::layers.Dense`)."""

    wanted = "a name such as layers.Dense or tf.keras::layers.Dense"

    def fits(self, value: Any) -> bool:
        return is_reference(value)

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{REFERENCE}$"}


class Shape(Field):
    """Sizes of the dimensions; null is an open one."""

    wanted = "a list of sizes such as [2, 784] (null for an open one)"

    def fits(self, value: Any) -> bool:
        size = Whole(0)
        return isinstance(value, list) and all(item is None or size.fits(item) for item in value)

    def schema(self) -> Schema:
        return {"type": "array", "items": {"type": ["integer", "null"], "minimum": 0}}
