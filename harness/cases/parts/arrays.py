"""Arrays in a case: `{ones: [2, 4]}`, `{full: [2, 10], value: 128.0}`, `{random: [32, 784]}` and their like."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.cases.codegen.literals import Node, shape
from harness.cases.codegen.script import Script
from harness.cases.document.containers import Items, Mapping, OneOf
from harness.cases.document.fields import Choice, Field, Number, Schema, Shape, Text, Whole, describe_value
from harness.cases.document.reader import Place
from harness.cases.document.suggestions import suggest

_OPTIONAL = ("seed", "dtype")


class Nested(Field):
    """A list of values of one field, or of such lists to any depth."""

    def __init__(self, name: str, item: Field) -> None:
        self.name = name
        self.item = item
        self.wanted = f"a list of {name}, or of such lists"

    def fits(self, value: Any) -> bool:
        if isinstance(value, list):
            return bool(value) and all(
                self.fits(item) if isinstance(item, list) else self.item.fits(item) for item in value
            )
        return False

    def schema(self) -> Schema:
        return {"$ref": f"#/definitions/{self.name}"}

    def definition(self) -> Schema:
        """The schema that the others refer to."""
        return {"type": "array", "minItems": 1, "items": {"anyOf": [self.item.schema(), self.schema()]}}


NUMBERS = Nested("numbers", Number())
TEXTS = Nested("texts", Text())


def _random(spec: dict[str, Any]) -> str:
    sizes = ", ".join(repr(size) for size in spec["random"])
    return 'np.random.RandomState({}).rand({}).astype("{}")'.format(spec.get("seed", 0), sizes, _dtype(spec))


def _one_hot(spec: dict[str, Any]) -> str:
    rows, classes = spec["one_hot"]
    return f'np.eye({classes}, dtype="{_dtype(spec)}")[np.arange({rows}) % {classes}]'


def _dtype(spec: dict[str, Any]) -> str:
    return str(spec.get("dtype", "float32"))


def _made(function: str, *values: str) -> Callable[[dict[str, Any]], str]:
    """The writer of a NumPy call on the values of these keys."""

    def write(spec: dict[str, Any]) -> str:
        arguments = [shape(spec[key]) if key in ("ones", "zeros", "full") else repr(spec[key]) for key in values]
        return 'np.{}({}, dtype="{}")'.format(function, ", ".join(arguments), _dtype(spec))

    return write


# The forms of arrays: the fields of each, and the writer of its expression.
_DTYPE = Choice("float32", "float64", "float16", "int32", "int64", "uint8", "bool")
_FORMS: dict[str, tuple[dict[str, Field], Callable[[dict[str, Any]], str]]] = {
    "ones": ({"ones": Shape(), "dtype": _DTYPE}, _made("ones", "ones")),
    "zeros": ({"zeros": Shape(), "dtype": _DTYPE}, _made("zeros", "zeros")),
    "full": ({"full": Shape(), "value": Number(), "dtype": _DTYPE}, _made("full", "full", "value")),
    "random": ({"random": Shape(), "seed": Whole(), "dtype": _DTYPE}, _random),
    "one_hot": ({"one_hot": Items(Whole(1)), "dtype": _DTYPE}, _one_hot),
    "values": (
        {"values": NUMBERS, "dtype": _DTYPE},
        _made("array", "values"),
    ),
    "texts": (
        {"texts": TEXTS},
        lambda spec: "np.array({})".format(json.dumps(spec["texts"], ensure_ascii=False)),
    ),
}
_LISTED = ("values", "texts")


@dataclass(frozen=True)
class Array(Node):
    """An array as a NumPy expression; `form` is the key of `spec` that names it."""

    form: str
    spec: dict[str, Any]

    def write(self, script: Script) -> str:
        script.plain("import numpy as np")
        return _FORMS[self.form][1](self.spec)

    @property
    def rows(self) -> int:
        """The size of the first dimension."""
        sizes: list[Any] = self.spec[self.form]
        return len(sizes) if self.form in _LISTED else int(sizes[0])


class ArrayField(Field):
    """An array, known by the key of its form. Gives an `Array`."""

    def read(self, value: Any, place: Place) -> Any:
        if not isinstance(value, dict) or not value:
            place.fault(f"must be an array such as {{ones: [2, 4]}}, not {describe_value(value)}")
            return None
        form = next((key for key in value if key in _FORMS), None)
        if form is None:
            word = next(iter(value))
            place.at(word).fault(f"unknown array {word!r}{suggest(word, _FORMS)}")
            return None
        before = len(place.document.faults)
        spec = _form(form).read(value, place)
        if len(place.document.faults) == before:
            self._check_sizes(form, spec, place)
        return Array(form, spec)

    def _check_sizes(self, form: str, value: Any, place: Place) -> None:
        if form == "one_hot" and len(value[form]) != 2:
            place.at(form).fault("must be [rows, classes]")
        if form not in _LISTED and (None in value[form] or not value[form]):
            place.at(form).fault("an array needs at least one dimension, and no open ones")

    def schema(self) -> Schema:
        return {"$ref": "#/definitions/array"}

    def definition(self) -> Schema:
        """The schema that the others refer to."""
        return {"oneOf": [_form(form).schema() for form in _FORMS]}


def _form(name: str) -> Mapping:
    fields = _FORMS[name][0]
    return Mapping(fields, [key for key in fields if key not in _OPTIONAL])


class _ArrayOrNamed(ArrayField):
    """An array, or a mapping of names to arrays."""

    def read(self, value: Any, place: Place) -> Any:
        if not value or is_array(value) or not all(isinstance(item, dict) for item in value.values()):
            return super().read(value, place)
        for key in value:
            if not Text().fits(key):
                place.at(key).fault(f"must be text, not {describe_value(key)}")
        return {key: ArrayField().read(item, place.at(key)) for key, item in value.items()}

    def schema(self) -> Schema:
        named = {"type": "object", "minProperties": 1, "additionalProperties": super().schema()}
        return {"anyOf": [super().schema(), named]}


def data() -> OneOf:
    """The inputs of a model: an array, or for several inputs a list of arrays or a mapping of names to arrays."""
    return OneOf((dict, _ArrayOrNamed()), (list, Items(ArrayField())))


def is_array(value: Any) -> bool:
    """Whether an argument is written as an array."""
    return isinstance(value, dict) and any(key in _FORMS for key in value)


def rows(data: Array | list[Array] | dict[str, Array]) -> int:
    """The number of rows of an array, or of the first of several."""
    if isinstance(data, Array):
        return data.rows
    return next(iter(data.values() if isinstance(data, dict) else data)).rows
