"""Assertions of expressions: their lines, and the messages of those that fail."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from harness.cases.codegen import assertions


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("len(x) == 2", "assert len(x) == 2, len(x)"),
        ("x <= y", "assert x <= y, x"),
        ("x", 'assert x, "not so: x"'),
        ("x is y", 'assert x is y, "not so: x is y"'),
        ("a < b == c", 'assert a < b == c, "not so: a < b == c"'),
        ("x == 'a == b'", "assert x == 'a == b', \"not so: x == 'a == b'\""),
        ('" == " in x', 'assert " == " in x, "not so: \\" == \\" in x"'),
        ("f(x == y)", 'assert f(x == y), "not so: f(x == y)"'),
        (r"x in 'a\\b'", r"assert x in 'a\\b', " + r'"not so: x in ' + r"'a\\\\b'" + '"'),
    ],
)
def test_assertion_shows_compared_value(text: str, statement: str) -> None:
    assert assertions.asserted(text, text, str.upper) == [statement]
    ast.parse(statement)


@pytest.mark.parametrize(
    ("text", "found", "message"),
    [
        ("len(x) == 2", [0], "len(x) is 1, not 2"),
        ("x[0] < 0", [7], "x[0] is 7, not < 0"),
        ("x[0] == len(x)", ["a"], "x[0] is 'a', not 1"),
        ("{'k': x}['k'] == ['{}']", ["a"], "{'k': x}['k'] is ['a'], not ['{}']"),
        ('"\\"" + x[0] != "\\"a"', ["a"], '"\\"" + x[0] is \'"a\', not != "\\"a"'),
        ("x", [], "not so: x"),
        ("x[0] is x", ["a"], "not so: x[0] is x"),
        ("x == 1 and x", ["a"], ["a"]),
        ("'b' in x", ["a"], "'b' is not in ['a']"),
        ("'a' not in x[0] + '{}'", ["a"], "'a' is in 'a{}'"),
        ("'b' in x and x", ["a"], "not so: 'b' in x and x"),
        (f"x[0] == {'1' * 100}", ["a"], "a"),  # too long to be named
    ],
)
def test_named_assertion_shows_both_sides(text: str, found: list[Any], message: object) -> None:
    lines = assertions.asserted_by_name(text, text, str.upper)
    with pytest.raises(AssertionError) as raised:
        exec("\n".join(lines), {"x": found})
    assert raised.value.args == (message,)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("next(x) == 1", ["FOUND = next(x)", "assert FOUND == 1, FOUND"]),
        (f"{'x' * 60} == 1", [f"FOUND = {'x' * 60}", "assert FOUND == 1, FOUND"]),
        (f"x is {'y' * 60}", [f'assert x is {"y" * 60}, "not so"']),
    ],
)
def test_long_assertion_is_kept_short(text: str, lines: list[str]) -> None:
    assert assertions.asserted(text, text, str.upper) == lines
