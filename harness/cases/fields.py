"""The few shapes that values in a document can have. Each field checks a value and reports faults at its place."""

from __future__ import annotations

import keyword
import re
import sys
from typing import Any, Sequence

from harness.cases.documents import Place, nearest

_DOTTED = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"
_REFERENCE = re.compile(rf"(?:{_DOTTED}::)?{_DOTTED}", re.ASCII)


class Field:
    """Anything at all; the base of the others."""

    wanted = "a value"

    def check(self, value: Any, place: Place) -> None:
        if not self.fits(value):
            place.fault(f"must be {self.wanted}, not {describe(value)}")

    def fits(self, value: Any) -> bool:
        return True


def is_writable(text: str) -> bool:
    """Whether a file can hold the text: a lone surrogate cannot be encoded."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def is_reference(value: Any) -> bool:
    """Whether the value is a dotted name that Python could read, with or without a path of its own before `::`."""
    if not isinstance(value, str) or _REFERENCE.fullmatch(value) is None:
        return False
    return not any(keyword.iskeyword(word) for word in re.split(r"::|\.", value))


def describe(value: Any) -> str:
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


class Choice(Field):
    """One word of a closed list."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def check(self, value: Any, place: Place) -> None:
        if value not in self.words:
            place.fault(f"{describe(value)} is not one of the known words{nearest(value, self.words)}")


class Matching(Text):
    """Text of a form that `wanted` puts into words."""

    def __init__(self, pattern: str, wanted: str) -> None:
        self.pattern = re.compile(pattern)
        self.wanted = wanted

    def fits(self, value: Any) -> bool:
        return isinstance(value, str) and self.pattern.fullmatch(value) is not None


class Whole(Field):
    """A whole number from `least` on."""

    def __init__(self, least: int = 0) -> None:
        self.least = least
        self.wanted = f"a whole number of at least {least}"

    def fits(self, value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and value >= self.least


class Number(Field):
    """A number."""

    wanted = "a number"

    def fits(self, value: Any) -> bool:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


class Positive(Number):
    """A number above 0."""

    wanted = "a number above 0"

    def fits(self, value: Any) -> bool:
        return super().fits(value) and value > 0


class Flag(Field):
    """True or false."""

    wanted = "true or false"

    def fits(self, value: Any) -> bool:
        return isinstance(value, bool)


class Reference(Field):
    """A name on the cell's import path (`layers.Dense`) or on a fixed one (`tf.keras::layers.Dense`)."""

    wanted = "a name such as layers.Dense or tf.keras::layers.Dense"

    def fits(self, value: Any) -> bool:
        return is_reference(value)


class Items(Field):
    """A list of one or more values of one field."""

    def __init__(self, item: Field) -> None:
        self.item = item

    def check(self, value: Any, place: Place) -> None:
        if not isinstance(value, list) or not value:
            place.fault(f"must be a list with at least one item, not {describe(value)}")
            return
        for index, item in enumerate(value):
            self.item.check(item, place.at(index))


class Shape(Field):
    """Sizes of the dimensions; null is one that is left open."""

    wanted = "a list of sizes such as [2, 784] (null for an open one)"

    def fits(self, value: Any) -> bool:
        size = Whole(0)
        return isinstance(value, list) and all(item is None or size.fits(item) for item in value)


class Mapping(Field):
    """Known keys, each with a field of its own; an unknown key is a fault that names the nearest one."""

    def __init__(self, fields: dict[str, Field], required: Sequence[str] = ()) -> None:
        self.fields = fields
        self.required = tuple(required)

    def check(self, value: Any, place: Place) -> None:
        if not isinstance(value, dict):
            place.fault(f"must be a mapping, not {describe(value)}")
            return
        for key, item in value.items():
            if key in self.fields:
                self.fields[key].check(item, place.at(key))
            else:
                place.at(key).fault(f"unknown key {key!r}{nearest(key, self.fields)}")
        for key in self.required:
            if key not in value:
                place.fault(f"the key {key!r} is missing")


class Named(Field):
    """A mapping from names of the author's choosing to values of one field."""

    def __init__(self, item: Field) -> None:
        self.item = item

    def check(self, value: Any, place: Place) -> None:
        if not isinstance(value, dict):
            place.fault(f"must be a mapping of names, not {describe(value)}")
            return
        for key, item in value.items():
            if not isinstance(key, str) or not key.isidentifier() or keyword.iskeyword(key):
                place.at(key).fault(f"{key!r} is not a Python name")
            self.item.check(item, place.at(key))


class Value(Field):
    """An argument: a plain value, a list or a mapping of them, or one name with its arguments (see `is_call`)."""

    wanted = "text, a number, true, false, null, a list or a mapping"

    def check(self, value: Any, place: Place) -> None:
        if is_call(value):
            Call().check(value, place)
        elif isinstance(value, (list, dict)):
            items = enumerate(value) if isinstance(value, list) else value.items()
            for key, item in items:
                self.check(key, place.at(key))
                self.check(item, place.at(key))
        else:
            super().check(value, place)

    def fits(self, value: Any) -> bool:
        if isinstance(value, str):
            return is_writable(value)
        return value is None or isinstance(value, (bool, int, float))


def is_call(value: Any) -> bool:
    """Whether the value is written as one name with its arguments: dotted, or with a capital as classes have."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    (name,) = value
    return is_reference(name) and ("." in name or "::" in name or name[0].isupper())


class Call(Field):
    """A name, alone or with its keyword arguments: `layers.Flatten` or `{layers.Dense: {units: 10}}`."""

    def check(self, value: Any, place: Place) -> None:
        if isinstance(value, str):
            Reference().check(value, place)
        elif isinstance(value, dict) and len(value) == 1:
            name, arguments = next(iter(value.items()))
            Reference().check(name, place)
            if arguments is not None:
                Named(Value()).check(arguments, place.at(name))
        else:
            place.fault(f"must be a name or one name with its arguments, not {describe(value)}")


class OneOf(Field):
    """A value that fits one of several fields, told apart by the Python type."""

    def __init__(self, *choices: tuple[type, Field]) -> None:
        self.choices = choices

    def check(self, value: Any, place: Place) -> None:
        for kind, field in self.choices:
            if isinstance(value, kind):
                field.check(value, place)
                return
        wanted = " or ".join(kind.__name__ for kind, _ in self.choices)
        place.fault(f"must be a {wanted}, not {describe(value)}")
