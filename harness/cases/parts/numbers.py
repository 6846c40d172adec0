"""The expectation `numbers`: expressions, each with the number, the numbers or the array that it must give."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from harness.cases.codegen.nodes import Expression
from harness.cases.codegen.script import Script
from harness.cases.document.containers import ExpressionField, OneOf
from harness.cases.document.fields import Field, Number, Schema, describe_value
from harness.cases.document.reader import Place
from harness.cases.parts.arrays import NUMBERS, Array, ArrayField
from harness.contract.statuses import Stage

_VALUE = OneOf((int, Number()), (float, Number()), (list, NUMBERS), (dict, ArrayField()))


class NumbersField(Field):
    """A mapping of expressions to numbers, lists of numbers or arrays. Gives a list of pairs."""

    def read(self, value: Any, place: Place) -> Any:
        if not isinstance(value, dict) or not value:
            place.fault(f"must be a mapping of expressions to numbers, not {describe_value(value)}")
            return []
        return [
            (ExpressionField().read(text, place.at(text)), _VALUE.read(item, place.at(text)))
            for text, item in value.items()
        ]

    def schema(self) -> Schema:
        names = {"pattern": ExpressionField().schema()["pattern"]}
        return {"type": "object", "minProperties": 1, "additionalProperties": _VALUE.schema(), "propertyNames": names}


def write_numbers(pairs: Iterable[tuple[Expression, Any]], script: Script, given: Sequence[str]) -> None:
    """Write an assertion for each pair, whose failure shows the expression and both sides.

    The absolute tolerance lets numbers be compared with 0.
    """
    for expression, wanted in pairs:
        script.plain("import numpy as np")
        found = script.expression(expression.text, given=given)
        value = wanted.write(script) if isinstance(wanted, Array) else repr(wanted)
        message = json.dumps(expression.text)
        script.add(
            Stage.CHECK, f"np.testing.assert_allclose({found}, {value}, rtol=1e-5, atol=1e-6, err_msg={message})"
        )
