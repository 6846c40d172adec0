"""Fields that contain other fields: lists, mappings, arguments, calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.cases.codegen.nodes import Call, Expression
from harness.cases.document import expressions
from harness.cases.document.fields import (
    REFERENCE,
    Field,
    Reference,
    Schema,
    describe_value,
    is_name,
    is_reference,
    is_writable,
)
from harness.cases.document.reader import Place
from harness.cases.document.suggestions import suggest

_NAME = "^[A-Za-z_][A-Za-z0-9_]*$"
PYTHON = "python"  # the key of an argument that is an expression: `{python: "lambda x: x * 2"}`


class Items(Field):
    """A list of one or more values of one field."""

    def __init__(self, item: Field) -> None:
        self.item = item

    def read(self, value: Any, place: Place) -> Any:
        if not isinstance(value, list) or not value:
            place.fault(f"must be a list with at least one item, not {describe_value(value)}")
            return None
        return [self.item.read(item, place.at(index)) for index, item in enumerate(value)]

    def schema(self) -> Schema:
        return {"type": "array", "minItems": 1, "items": self.item.schema()}


class Mapping(Field):
    """A mapping with known keys, each with its own field. An unknown key is a fault with the nearest known key."""

    def __init__(self, fields: dict[str, Field], required: Sequence[str] = ()) -> None:
        self.fields = fields
        self.required = tuple(required)

    def read(self, value: Any, place: Place) -> Any:
        if not isinstance(value, dict):
            place.fault(f"must be a mapping, not {describe_value(value)}")
            return None
        items: dict[str, Any] = {}
        for key, item in value.items():
            if key in self.fields:
                items[key] = self.fields[key].read(item, place.at(key))
            else:
                place.at(key).fault(f"unknown key {key!r}{suggest(key, self.fields)}")
        for key in self.required:
            if key not in value:
                place.fault(f"missing key {key!r}")
        return items

    def schema(self) -> Schema:
        properties = {key: field.schema() for key, field in self.fields.items()}
        schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
        return dict(schema, required=list(self.required)) if self.required else schema


class Named(Field):
    """A mapping from names of the author's choosing to values of one field."""

    def __init__(self, item: Field) -> None:
        self.item = item

    def read(self, value: Any, place: Place) -> Any:
        if not isinstance(value, dict):
            place.fault(f"must be a mapping of names such as {{units: 3}}, not {describe_value(value)}")
            return None
        items: dict[str, Any] = {}
        for key, item in value.items():
            if not is_name(key):
                place.at(key).fault(f"{key!r} is not a Python name")
            items[key] = self.item.read(item, place.at(key))
        return items

    def schema(self) -> Schema:
        return {"type": "object", "additionalProperties": self.item.schema(), "propertyNames": {"pattern": _NAME}}


class Single(Named):
    """A mapping of one name to a value of a field; `wanted` describes the pair."""

    def __init__(self, item: Field, wanted: str) -> None:
        super().__init__(item)
        self.wanted = wanted

    def read(self, value: Any, place: Place) -> Any:
        if isinstance(value, dict) and len(value) != 1:
            place.fault(f"must be {self.wanted}")
        return super().read(value, place)

    def schema(self) -> Schema:
        return dict(super().schema(), minProperties=1, maxProperties=1)


class ExpressionField(Field):
    """One line of Python; see `expressions`. Gives an `Expression`."""

    def read(self, value: Any, place: Place) -> Any:
        fault = (
            expressions.expression_fault(value)
            if isinstance(value, str)
            else f"must be a line of Python, not {describe_value(value)}"
        )
        if fault:
            place.fault(fault)
        return Expression(value)

    def schema(self) -> Schema:
        return {"type": "string", "pattern": r"^[ -~]+$"}


class Value(Field):
    """An argument: a plain value, a list or a mapping of them, a `Call` (see `is_call`), or an `Expression` from
    `{python: ...}`."""

    wanted = "text, a number, true, false, null, a list or a mapping"

    def read(self, value: Any, place: Place) -> Any:
        if is_python(value):
            return ExpressionField().read(value[PYTHON], place.at(PYTHON))
        if is_call(value):
            return CallField().read(value, place)
        if isinstance(value, list):
            return [self.read(item, place.at(index)) for index, item in enumerate(value)]
        if isinstance(value, dict):
            return {self.read(key, place.at(key)): self.read(item, place.at(key)) for key, item in value.items()}
        return super().read(value, place)

    def fits(self, value: Any) -> bool:
        if isinstance(value, str):
            return is_writable(value)
        return value is None or isinstance(value, (bool, int, float))


def is_python(value: Any) -> bool:
    """Whether the value is an expression, `{python: "tf.float32"}`."""
    return isinstance(value, dict) and list(value) == [PYTHON]


def is_call(value: Any) -> bool:
    """Whether the value is written as one name with its arguments: dotted, or with a capital as classes have."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    (name,) = value
    return is_reference(name) and ("." in name or "::" in name or name[0].isupper())


class CallField(Field):
    """A name, alone or with its keyword arguments: `layers.Flatten` or `{layers.Dense: {units: 10}}`.

    Gives a `Call`.
    """

    def read(self, value: Any, place: Place) -> Any:
        if isinstance(value, str):
            return Call(Reference().read(value, place), {})
        if isinstance(value, dict) and len(value) == 1:
            ((name, arguments),) = value.items()
            Reference().read(name, place)
            return Call(name, {} if arguments is None else Named(Value()).read(arguments, place.at(name)))
        if isinstance(value, dict) and len(value) > 1:
            keys = ", ".join(map(str, value))
            place.fault(
                f"must be one name with its arguments, and has the keys {keys}: indent arguments below their name"
            )
        else:
            place.fault(f"must be a name or one name with its arguments, not {describe_value(value)}")
        return None

    def schema(self) -> Schema:
        arguments = {"anyOf": [Named(Value()).schema(), {"type": "null"}]}
        named = {"minProperties": 1, "maxProperties": 1, "propertyNames": {"pattern": f"^{REFERENCE}$"}}
        return {"anyOf": [Reference().schema(), dict(named, type="object", additionalProperties=arguments)]}


class OneOf(Field):
    """A value that fits one of several fields, told apart by the Python type."""

    def __init__(self, *choices: tuple[type, Field]) -> None:
        self.choices = choices

    def read(self, value: Any, place: Place) -> Any:
        for kind, field in self.choices:
            if isinstance(value, kind):
                return field.read(value, place)
        wanted = " or ".join(dict.fromkeys(_WORDS[kind] for kind, _ in self.choices))
        place.fault(f"must be {wanted}, not {describe_value(value)}")
        return None

    def schema(self) -> Schema:
        return {"anyOf": [{"type": _TYPES[kind], **field.schema()} for kind, field in self.choices]}


_WORDS = {str: "text", dict: "a mapping", list: "a list", int: "a number", float: "a number"}
_TYPES = {str: "string", dict: "object", list: "array", int: "number", float: "number"}


def fallback() -> OneOf:
    """A reference, or a list of references; the first importable one counts."""
    return OneOf((str, Reference()), (list, Items(Reference())))
