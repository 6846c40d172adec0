"""The shapes that values can have: what fits, and the exact sentence where something does not."""

from __future__ import annotations

from typing import Any

import pytest

from harness.cases.document.fields import (
    Choice,
    Field,
    Flag,
    Matching,
    Number,
    Pattern,
    Positive,
    Reference,
    Shape,
    Text,
    Whole,
    describe_value,
    is_name,
    is_reference,
)
from harness.cases.document.reader import Document, Place

ID = Matching("[a-z]+", "lower-case letters")
REFERENCE = "a name such as layers.Dense or tf.keras::layers.Dense"
SHAPE = "a list of sizes such as [2, 784] (null for an open one)"


def _said(field: Field, value: Any) -> list[str]:
    document = Document("case.yaml")
    field.read(value, Place(document))
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
        (Reference(), ["Input", "layers.Dense", "tf.keras::layers.Dense", "keras::Sequential", "_x.y_2"]),
        (Pattern(), ["x", "a|b", r"it's \"so\" \\d+"]),
    ],
)
def test_plain_values_fit(field: Field, values: list[Any]) -> None:
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
        (Shape(), 784, f"must be {SHAPE}, not 784"),
        (Shape(), None, f"must be {SHAPE}, not empty"),
        (Shape(), [2, -1], f"must be {SHAPE}, not a list"),
        (Shape(), [True], f"must be {SHAPE}, not a list"),
        (Pattern(), "a(", "must be a regular expression, not 'a('"),
        (Pattern(), "a{99999999999}", "must be a regular expression, not 'a{99999999999}'"),
        (Pattern(), "(" * 999 + ")" * 999, "must be a regular expression, not '" + "(" * 56 + "..."),
        (Pattern(), "", "must be a regular expression, not ''"),
        (Pattern(), ["x"], "must be a regular expression, not a list"),
    ],
)
def test_plain_values_do_not_fit(field: Field, value: Any, message: str) -> None:
    assert _said(field, value) == [message]


@pytest.mark.parametrize(
    "value", ["", "layers.", ".Dense", "layers Dense", "a::b::c", "::Dense", "2d", "layers.Dense\n", 3, None]
)
def test_bad_reference_is_refused(value: Any) -> None:
    assert _said(Reference(), value) == [f"must be {REFERENCE}, not {describe_value(value)}"]


@pytest.mark.parametrize(
    "value",
    ["tf..keras::layers.Dense", "tf.::Dense", "layers.class", "layers.None", "tf.import::Dense", "layers.__debug__"],
)
def test_reference_with_keyword_is_refused(value: str) -> None:
    assert _said(Reference(), value) == [f"must be {REFERENCE}, not {describe_value(value)}"]


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "empty"), ({"a": 1}, "a mapping"), ([1], "a list"), ("x", "'x'"), (1.5, "1.5"), (True, "True")],
)
def test_values_are_described_briefly(value: Any, words: str) -> None:
    assert describe_value(value) == words


def test_long_values_are_cut() -> None:
    words = describe_value("x" * 1000)
    assert words == "'" + "x" * 56 + "..."
    assert describe_value("x" * 58) == repr("x" * 58)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("x", True),
        ("_x1", True),
        ("match", True),
        ("class", False),
        ("None", False),
        ("__debug__", False),
        ("1x", False),
        ("x y", False),
        ("é", False),
        ("", False),
        (1, False),
        (None, False),
    ],
)
def test_python_names_are_recognised(value: Any, expected: bool) -> None:
    assert is_name(value) is expected
    assert is_reference(value) is expected
    assert is_reference(f"keras::{value}.x") is expected
