"""One-line expressions, in which some names stand for attributes of `self`."""

from __future__ import annotations

import pytest

from harness.cases import expressions

ONE_LINE = "must be one line of ASCII"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("tf.matmul(inputs, w) + b", None),
        ("[w[0] for _ in inputs]", None),
        ("inputs\n", ONE_LINE),
        ("(inputs +\n w)", ONE_LINE),
        ("(inputs +\r w)", ONE_LINE),
        ("inputs × w", ONE_LINE),
        ("w = = inputs", "is not a Python expression: invalid syntax"),
        ("in puts", "is not a Python expression: invalid syntax"),
        ("return inputs", "is not a Python expression: invalid syntax"),
        (" inputs", "is not a Python expression: unexpected indent"),
    ],
)
def test_fault(text: str, fault: str | None) -> None:
    assert expressions.fault(text) == fault


@pytest.mark.parametrize("text", ["", "inputs\0", "-" * 9000 + "inputs"], ids=["empty", "null", "deep"])
def test_fault_of_what_the_parser_gives_up_on(text: str) -> None:
    said = expressions.fault(text)
    assert said is not None
    assert said.startswith("is not a Python expression: ")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("tf.matmul(inputs, w) + b", ["tf", "inputs", "w", "b"]),
        ("inputs.w", ["inputs"]),
        ("f(units=units)[w]", ["f", "units", "w"]),
        ("'w' + \"b\"", []),
    ],
)
def test_names_in_order(text: str, names: list[str]) -> None:
    assert expressions.names(text) == names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tf.matmul(inputs, w) + b", "tf.matmul(inputs, self.w) + self.b"),
        ("w*w*b", "self.w*self.w*self.b"),
        ("ww + w.b + b_", "ww + self.w.b + b_"),
        ("f(w=w)[b] # w", "f(w=self.w)[self.b] # w"),
        ("'w' + w", "'w' + self.w"),
        ("inputs", "inputs"),
    ],
)
def test_attributes_are_taken_from_self(text: str, expected: str) -> None:
    assert expressions.of_self(text, ["w", "b"]) == expected


def test_a_name_that_the_expression_binds_is_not_an_attribute() -> None:
    assert expressions.of_self("f(lambda w: w * b, inputs)", ["w", "b"]) == "f(lambda w: w * self.b, inputs)"
    assert expressions.of_self("[w for w in inputs]", ["w"]) == "[w for w in inputs]"
