"""Fields that are made of other fields: lists, mappings, arguments, calls."""

from __future__ import annotations

from typing import Any, Sequence

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

    def check(self, value: Any, place: Place) -> None:
        if not isinstance(value, list) or not value:
            place.fault(f"must be a list with at least one item, not {describe_value(value)}")
            return
        for index, item in enumerate(value):
            self.item.check(item, place.at(index))

    def schema(self) -> Schema:
        return {"type": "array", "minItems": 1, "items": self.item.schema()}


class Mapping(Field):
    """Known keys, each with a field of its own; an unknown key is a fault that names the nearest one."""

    def __init__(self, fields: dict[str, Field], required: Sequence[str] = ()) -> None:
        self.fields = fields
        self.required = tuple(required)

    def check(self, value: Any, place: Place) -> None:
        if not isinstance(value, dict):
            place.fault(f"must be a mapping, not {describe_value(value)}")
            return
        for key, item in value.items():
            if key in self.fields:
                self.fields[key].check(item, place.at(key))
            else:
                place.at(key).fault(f"unknown key {key!r}{suggest(key, self.fields)}")
        for key in self.required:
            if key not in value:
                place.fault(f"the key {key!r} is missing")

    def schema(self) -> Schema:
        properties = {key: field.schema() for key, field in self.fields.items()}
        schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
        return dict(schema, required=list(self.required)) if self.required else schema


class Named(Field):
    """A mapping from names of the author's choosing to values of one field."""

    def __init__(self, item: Field) -> None:
        self.item = item

    def check(self, value: Any, place: Place) -> None:
        if not isinstance(value, dict):
            place.fault(f"must be a mapping of names such as {{units: 3}}, not {describe_value(value)}")
            return
        for key, item in value.items():
            if not is_name(key):
                place.at(key).fault(f"{key!r} is not a Python name")
            self.item.check(item, place.at(key))

    def schema(self) -> Schema:
        return {"type": "object", "additionalProperties": self.item.schema(), "propertyNames": {"pattern": _NAME}}


class Single(Named):
    """A mapping of one name to a value of a field; `wanted` puts the pair into words."""

    def __init__(self, item: Field, wanted: str) -> None:
        super().__init__(item)
        self.wanted = wanted

    def check(self, value: Any, place: Place) -> None:
        if isinstance(value, dict) and len(value) != 1:
            place.fault(f"must be {self.wanted}")
        super().check(value, place)

    def schema(self) -> Schema:
        return dict(super().schema(), minProperties=1, maxProperties=1)


class Expression(Field):
    """One line of Python; see `expressions`."""

    def check(self, value: Any, place: Place) -> None:
        fault = (
            expressions.expression_fault(value)
            if isinstance(value, str)
            else f"must be a line of Python, not {describe_value(value)}"
        )
        if fault:
            place.fault(fault)

    def schema(self) -> Schema:
        return {"type": "string", "pattern": r"^[ -~]+$"}


class Value(Field):
    """An argument: a plain value, a list or a mapping of them, one name with its arguments (see `is_call`), or
    `{python: ...}`."""

    wanted = "text, a number, true, false, null, a list or a mapping"

    def check(self, value: Any, place: Place) -> None:
        if is_python(value):
            Expression().check(value[PYTHON], place.at(PYTHON))
        elif is_call(value):
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


def is_python(value: Any) -> bool:
    """Whether the value is an expression, `{python: "tf.float32"}`."""
    return isinstance(value, dict) and list(value) == [PYTHON]


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
        elif isinstance(value, dict) and len(value) > 1:
            keys = ", ".join(map(str, value))
            place.fault(
                f"must be one name with its arguments, and has the keys {keys}: indent arguments below their name"
            )
        else:
            place.fault(f"must be a name or one name with its arguments, not {describe_value(value)}")

    def schema(self) -> Schema:
        arguments = {"anyOf": [Named(Value()).schema(), {"type": "null"}]}
        named = {"minProperties": 1, "maxProperties": 1, "propertyNames": {"pattern": f"^{REFERENCE}$"}}
        return {"anyOf": [Reference().schema(), dict(named, type="object", additionalProperties=arguments)]}


class OneOf(Field):
    """A value that fits one of several fields, told apart by the Python type."""

    def __init__(self, *choices: tuple[type, Field]) -> None:
        self.choices = choices

    def check(self, value: Any, place: Place) -> None:
        for kind, field in self.choices:
            if isinstance(value, kind):
                field.check(value, place)
                return
        wanted = " or ".join(dict.fromkeys(_WORDS[kind] for kind, _ in self.choices))
        place.fault(f"must be {wanted}, not {describe_value(value)}")

    def schema(self) -> Schema:
        return {"anyOf": [{"type": _TYPES[kind], **field.schema()} for kind, field in self.choices]}


_WORDS = {str: "text", dict: "a mapping", list: "a list", int: "a number", float: "a number"}
_TYPES = {str: "string", dict: "object", list: "array", int: "number", float: "number"}


def fallback() -> OneOf:
    """A reference, or a list of them of which the first that can be imported counts."""
    return OneOf((str, Reference()), (list, Items(Reference())))
