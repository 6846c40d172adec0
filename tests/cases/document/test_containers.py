"""The shapes that lists and mappings can have: what fits, and the exact sentence where something does not."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from harness.cases.document.containers import (
    CallField,
    ExpressionField,
    Items,
    Mapping,
    Named,
    OneOf,
    Value,
    fallback,
    is_call,
    is_python,
)
from harness.cases.document.fields import Field, Flag, Number, Text, Whole
from harness.cases.document.reader import Document, Place

PART = OneOf((str, Text()), (dict, CallField()))
DAY = date(2020, 1, 1)
VALUE = "text, a number, true, false, null, a list or a mapping"
REFERENCE = "a name such as layers.Dense or tf.keras::layers.Dense"
OUTER = Mapping({"size": Whole(1), "inner": Mapping({"units": Whole()}, required=["units"])}, required=["size"])


def _said(field: Field, value: Any) -> list[str]:
    document = Document("case.yaml")
    field.read(value, Place(document))
    return [fault.message for fault in document.faults]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        (Items(Flag()), [[True], [True, False]]),
        (fallback(), ["layers.Dense", ["layers.Dense"], ["keras::Dense", "Dense"]]),
        (ExpressionField(), ["x", " x + 1 ", "keras::f(x)", "'a#b'"]),
        (Named(Flag()), [{}, {"a": True, "b_2": False}]),
        (
            CallField(),
            ["layers.Flatten", {"layers.Dense": {"units": 1}}, {"layers.Dense": None}, {"tf.keras::Input": {}}],
        ),
        (PART, ["adam", {"optimizers.Adam": {"learning_rate": 0.1}}]),
        (OUTER, [{"size": 1}, {"size": 1, "inner": {"units": 0}}]),
    ],
)
def test_composed_values_fit(field: Field, values: list[Any]) -> None:
    assert [(value, _said(field, value)) for value in values] == [(value, []) for value in values]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (Items(Flag()), [], "must be a list with at least one item, not a list"),
        (Items(Flag()), {"a": 1}, "must be a list with at least one item, not a mapping"),
        (Items(Flag()), [True, 2], "must be true or false, not 2"),
        (Named(Flag()), ["a"], "must be a mapping of names such as {units: 3}, not a list"),
        (Named(Flag()), {"a-b": True}, "'a-b' is not a Python name"),
        (Named(Flag()), {1: True}, "1 is not a Python name"),
        (Named(Flag()), {"lambda": True}, "'lambda' is not a Python name"),
        (Named(Flag()), {"None": True}, "'None' is not a Python name"),
        (Named(Flag()), {"é": True}, "'é' is not a Python name"),
        (Named(Flag()), {"__debug__": True}, "'__debug__' is not a Python name"),
        (PART, 3, "must be text or a mapping, not 3"),
        (PART, None, "must be text or a mapping, not empty"),
        (OneOf((float, Number()), (list, Items(Number()))), "x", "must be a number or a list, not 'x'"),
        (fallback(), {}, "must be text or a list, not a mapping"),
        (fallback(), [], "must be a list with at least one item, not a list"),
        (fallback(), ["x", "x y"], f"must be {REFERENCE}, not 'x y'"),
        (ExpressionField(), None, "must be a line of Python, not empty"),
        (ExpressionField(), 3, "must be a line of Python, not 3"),
        (ExpressionField(), "x +", "is not a Python expression: invalid syntax"),
        (PART, "", "must be text, not ''"),
    ],
)
def test_composed_values_do_not_fit(field: Field, value: Any, message: str) -> None:
    assert _said(field, value) == [message]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "must be a name or one name with its arguments, not empty"),
        ({}, "must be a name or one name with its arguments, not a mapping"),
        (
            {"a": None, "b": None},
            "must be one name with its arguments, and has the keys a, b: indent arguments below their name",
        ),
        ("layers-Dense", f"must be {REFERENCE}, not 'layers-Dense'"),
        ({3: None}, f"must be {REFERENCE}, not 3"),
        ({"layers.Dense": [10]}, "must be a mapping of names such as {units: 3}, not a list"),
        ({"layers.Dense": {"kernel size": 1}}, "'kernel size' is not a Python name"),
    ],
)
def test_bad_call_is_refused(value: Any, message: str) -> None:
    assert _said(CallField(), value) == [message]


@pytest.mark.parametrize(
    "value",
    [
        "",
        "relu",
        "é ✓ 😀",
        7,
        10**400,
        0.5,
        float("inf"),
        float("nan"),
        True,
        None,
        [],
        [1, [None, "x"]],
        {},
        {"a": 1, 2: [3]},
        {"out": "mse"},
        {"a.B": 1, "c": 2},  # two keys: a mapping
        {"layers.class": 1},  # not a name that Python could read: a mapping
        {"layers.Dense": None},
        {"tf.keras::Input": {"shape": [4]}},
        {"Adam": {"learning_rate": {"schedules.Constant": {"value": 0.5}}}},
        [{"metrics.AUC": {}}, "mse"],
        {"python": "lambda x: x * 2"},
        {"python": 3, "x": 1},  # two keys: a mapping
    ],
)
def test_argument_takes_any_plain_value(value: Any) -> None:
    assert _said(Value(), value) == []
    assert _said(CallField(), {"layers.Dense": {"argument": value}}) == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (DAY, f"must be {VALUE}, not datetime.date(2020, 1, 1)"),
        (datetime(2020, 1, 1), f"must be {VALUE}, not datetime.datetime(2020, 1, 1, 0, 0)"),
        (b"x", f"must be {VALUE}, not b'x'"),
        ("x\ud800", rf"must be {VALUE}, not 'x\ud800'"),
        ([1, [DAY]], f"must be {VALUE}, not datetime.date(2020, 1, 1)"),
        ({"a": {"b": DAY}}, f"must be {VALUE}, not datetime.date(2020, 1, 1)"),
        ({"a": ["\udfff"]}, rf"must be {VALUE}, not '\udfff'"),
        ({"\ud800": 1, "a": 2}, rf"must be {VALUE}, not '\ud800'"),
        ({"python": None}, "must be a line of Python, not empty"),
        ({"python": ["x"]}, "must be a line of Python, not a list"),
        ([{"x": {"python": "x y"}}], "is not a Python expression: invalid syntax"),
        ({"initializers.Constant": 0.5}, "must be a mapping of names such as {units: 3}, not 0.5"),
        ({"tf.keras::Constant": "x"}, "must be a mapping of names such as {units: 3}, not 'x'"),
        ({"Constant": [1]}, "must be a mapping of names such as {units: 3}, not a list"),
        ({"initializers.Constant": {"1": 0.5}}, "'1' is not a Python name"),
        ({"initializers.Constant": {"value": DAY}}, f"must be {VALUE}, not datetime.date(2020, 1, 1)"),
        ([{"a": {"b.C": {"d": {"E": 1}}}}], "must be a mapping of names such as {units: 3}, not 1"),
    ],
)
def test_bad_argument_is_refused(value: Any, message: str) -> None:
    assert _said(Value(), value) == [message]
    assert _said(CallField(), {"layers.Dense": {"argument": value}}) == [message]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"layers.Dense": None}, True),
        ({"layers.dense": 3}, True),
        ({"keras::dense": {}}, True),
        ({"Dense": {}}, True),
        ({"dense": {}}, False),
        ({"_Dense": {}}, False),
        ({"layers Dense": {}}, False),
        ({"Dense-1": {}}, False),
        ({"None": {}}, False),
        ({1: {}}, False),
        ({}, False),
        ({"a.B": 1, "a.C": 2}, False),
        ("layers.Dense", False),
        (["layers.Dense"], False),
    ],
)
def test_call_is_recognised_by_its_key(value: Any, expected: bool) -> None:
    assert is_call(value) is expected


@pytest.mark.parametrize(
    ("value", "messages"),
    [
        ([], ["must be a mapping, not a list"]),
        ({}, ["missing key 'size'"]),
        ({"size": 1, "inner": {}}, ["missing key 'units'"]),
        ({"size": 1, "iner": {}}, ["unknown key 'iner'; did you mean 'inner'?"]),
        ({"size": 1, 7: 0}, ["unknown key 7; known: inner, size"]),
        (
            {"sizes": 1, "inner": {"units": -1, "x": 2}},
            [
                "unknown key 'sizes'; did you mean 'size'?",
                "must be a whole number of at least 0, not -1",
                "unknown key 'x'; known: units",
                "missing key 'size'",
            ],
        ),
    ],
)
def test_mapping_reports_every_key(value: Any, messages: list[str]) -> None:
    assert _said(OUTER, value) == messages


@pytest.mark.parametrize(
    ("value", "expected"), [({"python": None}, True), ({"python": 1, "x": 2}, False), ({}, False), ("python", False)]
)
def test_expression_is_recognised_by_its_key(value: Any, expected: bool) -> None:
    assert is_python(value) is expected
