"""The shapes that values can have: what fits, and the exact sentence where something does not."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from harness.cases.documents import Document, Place
from harness.cases.fields import (
    Call,
    Choice,
    Field,
    Flag,
    Items,
    Mapping,
    Matching,
    Named,
    Number,
    OneOf,
    Positive,
    Reference,
    Shape,
    Text,
    Value,
    Whole,
    describe,
    is_call,
)

ID = Matching("[a-z]+", "lower-case letters")
PART = OneOf((str, Text()), (dict, Call()))
DAY = date(2020, 1, 1)
VALUE = "text, a number, true, false, null, a list or a mapping"
REFERENCE = "a name such as layers.Dense or tf.keras::layers.Dense"
SHAPE = "a list of sizes such as [2, 784] (null for an open one)"
OUTER = Mapping({"size": Whole(1), "inner": Mapping({"units": Whole()}, required=["units"])}, required=["size"])


def _said(field: Field, value: Any) -> list[str]:
    document = Document("case.yaml")
    field.check(value, Place(document))
    return [fault.message for fault in document.faults]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        (Field(), [None, 1, "x", [], {}]),
        (Text(), ["x", " x ", "é ✓ 😀", "\ud7ff\ue000"]),
        (ID, ["a", "abc"]),
        (Choice("TB", "LR"), ["TB", "LR"]),
        (Whole(), [0, 1, 10**9]),
        (Whole(1), [1]),
        (Number(), [0, -1, 2.5, 10**300, -1e308]),
        (Positive(), [0.001, 7]),
        (Flag(), [True, False]),
        (Shape(), [[], [0], [None, 784]]),
        (Items(Flag()), [[True], [True, False]]),
    ],
)
def test_plain_values_that_fit(field: Field, values: list[Any]) -> None:
    assert [(value, _said(field, value)) for value in values] == [(value, []) for value in values]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        (Reference(), ["Input", "layers.Dense", "tf.keras::layers.Dense", "keras::Sequential", "_x.y_2"]),
        (Named(Flag()), [{}, {"a": True, "b_2": False}]),
        (Call(), ["layers.Flatten", {"layers.Dense": {"units": 1}}, {"layers.Dense": None}, {"tf.keras::Input": {}}]),
        (PART, ["adam", {"optimizers.Adam": {"learning_rate": 0.1}}]),
        (OUTER, [{"size": 1}, {"size": 1, "inner": {"units": 0}}]),
    ],
)
def test_composed_values_that_fit(field: Field, values: list[Any]) -> None:
    assert [(value, _said(field, value)) for value in values] == [(value, []) for value in values]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (Text(), " \n", r"must be text, not ' \n'"),
        (Text(), None, "must be text, not empty"),
        (Text(), "x\ud800", r"must be text, not 'x\ud800'"),
        (Text(), "\udfff", r"must be text, not '\udfff'"),
        (ID, "aB", "must be lower-case letters, not 'aB'"),
        (ID, "a\n", r"must be lower-case letters, not 'a\n'"),
        (Choice("TB", "LR"), "TD", "'TD' is not one of the known words; known: LR, TB"),
        (Choice("graphviz"), "grafviz", "'grafviz' is not one of the known words; did you mean 'graphviz'?"),
        (Choice("TB", "LR"), ["TB"], "a list is not one of the known words; known: LR, TB"),
        (Whole(), -1, "must be a whole number of at least 0, not -1"),
        (Whole(1), 0, "must be a whole number of at least 1, not 0"),
        (Whole(), 1.0, "must be a whole number of at least 0, not 1.0"),
        (Whole(), True, "must be a whole number of at least 0, not True"),
        (Number(), "1", "must be a number, not '1'"),
        (Number(), False, "must be a number, not False"),
        (Number(), float("inf"), "must be a number, not inf"),
        (Number(), float("-inf"), "must be a number, not -inf"),
        (Number(), float("nan"), "must be a number, not nan"),
        (Number(), -(10**400), "must be a number, not -1" + "0" * 55 + "..."),
        (Positive(), float("inf"), "must be a number above 0, not inf"),
        (Positive(), 0, "must be a number above 0, not 0"),
        (Positive(), float("nan"), "must be a number above 0, not nan"),
        (Flag(), 1, "must be true or false, not 1"),
        (Flag(), "yes", "must be true or false, not 'yes'"),
    ],
)
def test_plain_values_that_do_not_fit(field: Field, value: Any, message: str) -> None:
    assert _said(field, value) == [message]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (Shape(), 784, f"must be {SHAPE}, not 784"),
        (Shape(), [2, -1], f"must be {SHAPE}, not a list"),
        (Shape(), [True], f"must be {SHAPE}, not a list"),
        (Items(Flag()), [], "must be a list with at least one item, not a list"),
        (Items(Flag()), {"a": 1}, "must be a list with at least one item, not a mapping"),
        (Items(Flag()), [True, 2], "must be true or false, not 2"),
        (Named(Flag()), ["a"], "must be a mapping of names, not a list"),
        (Named(Flag()), {"a-b": True}, "'a-b' is not a Python name"),
        (Named(Flag()), {1: True}, "1 is not a Python name"),
        (Named(Flag()), {"lambda": True}, "'lambda' is not a Python name"),
        (Named(Flag()), {"None": True}, "'None' is not a Python name"),
        (PART, 3, "must be a str or dict, not 3"),
        (PART, "", "must be text, not ''"),
    ],
)
def test_composed_values_that_do_not_fit(field: Field, value: Any, message: str) -> None:
    assert _said(field, value) == [message]


@pytest.mark.parametrize(
    "value", ["", "layers.", ".Dense", "layers Dense", "a::b::c", "::Dense", "2d", "layers.Dense\n", 3, None]
)
def test_what_is_no_reference(value: Any) -> None:
    assert _said(Reference(), value) == [f"must be {REFERENCE}, not {describe(value)}"]


@pytest.mark.parametrize(
    "value", ["tf..keras::layers.Dense", "tf.::Dense", "layers.class", "layers.None", "tf.import::Dense"]
)
def test_a_reference_that_python_could_not_read(value: str) -> None:
    assert _said(Reference(), value) == [f"must be {REFERENCE}, not {describe(value)}"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "must be a name or one name with its arguments, not empty"),
        ({}, "must be a name or one name with its arguments, not a mapping"),
        ({"a": None, "b": None}, "must be a name or one name with its arguments, not a mapping"),
        ("layers-Dense", f"must be {REFERENCE}, not 'layers-Dense'"),
        ({3: None}, f"must be {REFERENCE}, not 3"),
        ({"layers.Dense": [10]}, "must be a mapping of names, not a list"),
        ({"layers.Dense": {"kernel size": 1}}, "'kernel size' is not a Python name"),
    ],
)
def test_what_is_no_call(value: Any, message: str) -> None:
    assert _said(Call(), value) == [message]


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
    ],
)
def test_an_argument(value: Any) -> None:
    assert _said(Value(), value) == []
    assert _said(Call(), {"layers.Dense": {"argument": value}}) == []


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
        ({"initializers.Constant": 0.5}, "must be a mapping of names, not 0.5"),
        ({"tf.keras::Constant": "x"}, "must be a mapping of names, not 'x'"),
        ({"Constant": [1]}, "must be a mapping of names, not a list"),
        ({"initializers.Constant": {"1": 0.5}}, "'1' is not a Python name"),
        ({"initializers.Constant": {"value": DAY}}, f"must be {VALUE}, not datetime.date(2020, 1, 1)"),
        ([{"a": {"b.C": {"d": {"E": 1}}}}], "must be a mapping of names, not 1"),
    ],
)
def test_what_is_no_argument(value: Any, message: str) -> None:
    assert _said(Value(), value) == [message]
    assert _said(Call(), {"layers.Dense": {"argument": value}}) == [message]


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
def test_what_is_written_as_a_call(value: Any, expected: bool) -> None:
    assert is_call(value) is expected


@pytest.mark.parametrize(
    ("value", "messages"),
    [
        ([], ["must be a mapping, not a list"]),
        ({}, ["the key 'size' is missing"]),
        ({"size": 1, "inner": {}}, ["the key 'units' is missing"]),
        ({"size": 1, "iner": {}}, ["unknown key 'iner'; did you mean 'inner'?"]),
        ({"size": 1, 7: 0}, ["unknown key 7; known: inner, size"]),
        (
            {"sizes": 1, "inner": {"units": -1, "x": 2}},
            [
                "unknown key 'sizes'; did you mean 'size'?",
                "must be a whole number of at least 0, not -1",
                "unknown key 'x'; known: units",
                "the key 'size' is missing",
            ],
        ),
    ],
)
def test_mapping_reports_every_key(value: Any, messages: list[str]) -> None:
    assert _said(OUTER, value) == messages


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "empty"), ({"a": 1}, "a mapping"), ([1], "a list"), ("x", "'x'"), (1.5, "1.5"), (True, "True")],
)
def test_describe_in_a_few_words(value: Any, words: str) -> None:
    assert describe(value) == words


def test_describe_cuts_what_is_long() -> None:
    words = describe("x" * 1000)
    assert words == "'" + "x" * 56 + "..."
    assert describe("x" * 58) == repr("x" * 58)
