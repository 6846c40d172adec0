"""`preprocessing`: an object or a function of the path gets data, and its result is checked."""

from __future__ import annotations

from typing import Any

from harness.cases.codegen.literals import literal, shape
from harness.cases.codegen.nodes import PlainList
from harness.cases.codegen.script import Script
from harness.cases.document.containers import (
    CallField,
    Items,
    Mapping,
    Named,
    OneOf,
    Single,
    Value,
    fallback,
    is_call,
    is_python,
)
from harness.cases.document.fields import Field, Positive, Schema, Shape, describe_value, is_name
from harness.cases.document.reader import Place
from harness.cases.kinds.base import Kind
from harness.cases.parts.arrays import ArrayField, is_array
from harness.cases.parts.expectations import OF_ALL, check_expectations, close, write_of_all
from harness.contract.statuses import Stage


class Argument(Field):
    """Any value, in which lists stay lists; also an array, unless `arrays` is false."""

    def __init__(self, arrays: bool = True) -> None:
        self.arrays = arrays

    def read(self, value: Any, place: Place) -> Any:
        if self.arrays and is_array(value):
            return ArrayField().read(value, place)
        if isinstance(value, list):
            return PlainList([self.read(item, place.at(index)) for index, item in enumerate(value)])
        if _is_plain_mapping(value):
            return {Value().read(key, place.at(key)): self.read(item, place.at(key)) for key, item in value.items()}
        return Value().read(value, place)


def _is_plain_mapping(value: Any) -> bool:
    return isinstance(value, dict) and not is_call(value) and not is_python(value)


class _Arguments(Field):
    """A list of positional arguments."""

    def read(self, value: Any, place: Place) -> Any:
        if isinstance(value, list):
            return Argument().read(value, place).items
        place.fault(f"must be a list of arguments, not {describe_value(value)}")
        return None

    def schema(self) -> Schema:
        return {"type": "array"}


class _Attribute(Field):
    """The name of an attribute."""

    wanted = "the name of an attribute"

    def fits(self, value: Any) -> bool:
        return is_name(value)

    def schema(self) -> Schema:
        return {"type": "string", "pattern": r"^[A-Za-z_]\w*$"}


FIELDS: dict[str, Field] = {
    "object": CallField(),
    "methods": Items(OneOf((dict, Single(_Arguments(), "one method with its arguments")), (str, _Attribute()))),
    "function": fallback(),
    "arguments": _Arguments(),
    "options": Named(Argument()),
    "expect": Mapping(
        {"equals": ArrayField(), "result": Argument(arrays=False), "shape": Shape(), "tolerance": Positive(), **OF_ALL}
    ),
}
_NAMES = ["made", "result"]

_STARTER = """\
function: add
arguments: [[1, 2], [3, 4]]
expect:
  equals: {values: [4, 6]}
"""


def check(body: dict[str, Any], place: Place) -> None:
    """Either an object and its methods, or a function and its arguments."""
    if ("object" in body) == ("function" in body):
        place.fault("needs exactly one of the keys object, function")
    for first, second in (("methods", "object"), ("arguments", "function"), ("options", "function")):
        if first in body and second not in body:
            place.at(first).fault(f"needs the key {second!r}, which is missing")
    if "object" in body and "methods" not in body:
        place.at("object").fault("does nothing: missing key 'methods'")
    check_expectations(body, place, _NAMES)


def write(body: dict[str, Any], script: Script) -> None:
    """Write the calls in order, and the checks of the last result."""
    for name in _NAMES:
        script.define(name)
    if "object" in body:
        script.add(Stage.BUILD, f"made = {literal(body['object'], script)}")
        for index, method in enumerate(body["methods"]):
            bound = "result = " if index + 1 == len(body["methods"]) else ""
            script.add(Stage.CALL, f"{bound}{_method(method, script)}")
    else:
        arguments = [literal(value, script) for value in body.get("arguments", [])]
        arguments += [f"{key}={literal(value, script)}" for key, value in body.get("options", {}).items()]
        script.add(Stage.CALL, f"result = {script.use(body['function'])}({', '.join(arguments)})")
    expect = body["expect"]
    if "shape" in expect:
        script.add(Stage.CHECK, f"assert tuple(result.shape) == {shape(expect['shape'])}, result.shape")
    if "equals" in expect:
        wanted = literal(expect["equals"], script)
        script.add(Stage.CHECK, f"np.testing.assert_allclose(result, {wanted}, {close(expect)})")
    if "result" in expect:
        script.add(Stage.CHECK, f"assert result == {literal(expect['result'], script)}, result")
    write_of_all(expect, script, _NAMES)


def _method(method: Any, script: Script) -> str:
    if isinstance(method, str):
        return f"made.{method}"
    ((name, values),) = method.items()
    called = "made" if name == "__call__" else f"made.{name}"
    return "{}({})".format(called, ", ".join(literal(value, script) for value in values))


KIND = Kind(
    "preprocessing",
    FIELDS,
    ("expect",),
    write,
    _STARTER,
    check,
    summary="pass data to an object or a function and check the result",
)
"""The kind."""
