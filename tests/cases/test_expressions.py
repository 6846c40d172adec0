"""One-line expressions, in which some names stand for attributes of `self`."""

from __future__ import annotations

import pytest

from harness.cases import expressions

ONE_LINE = "must be one line of ASCII"
BINDS = "must not bind names of its own: no lambda, no comprehension"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("tf.matmul(inputs, w) + b", None),
        ("f(w=inputs)[0:1, ...] if units > 1 else {'w': -w}['w']  # ~", None),
        ("[w[0] for _ in inputs]", BINDS),
        ("{w for w in inputs}", BINDS),
        ("{w: b for w in inputs}", BINDS),
        ("sum(w for w in inputs)", BINDS),
        ("f(lambda w: w * b, inputs)", BINDS),
        ("f(lambda: 1)", BINDS),
        ("(w := inputs) + w", BINDS),
        ("'[w for w in inputs], lambda'", None),
        ("inputs\n", ONE_LINE),
        ("inputs\0", ONE_LINE),
        ("inputs\tw", ONE_LINE),
        ("inputs\x7f", ONE_LINE),
        ("inputs\x0c", ONE_LINE),
        ("inputs # \ud800", ONE_LINE),
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


@pytest.mark.parametrize(
    "text", ["", "-" * 9000 + "inputs", "(" * 900 + "w" + ")" * 900], ids=["empty", "deep", "nested"]
)
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
