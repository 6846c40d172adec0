"""Long lines are broken at brackets, and mean what they meant."""

from __future__ import annotations

import ast

import pytest

from harness.cases.codegen.wrapping import MAX_LINE, wrap

NAME = "x" * 40


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("f(a, b)", ["f(a, b)"]),
        (f"f({NAME}, {NAME}, {NAME})", ["f(", f"    {NAME},", f"    {NAME},", f"    {NAME},", ")"]),
        (
            f"    a = g(1)(b={NAME}, c=[{NAME}, {NAME}])",
            ["    a = g(1)(", f"        b={NAME},", f"        c=[{NAME}, {NAME}],", "    )"],
        ),
        (
            f"f(lambda a, b: {NAME}, {NAME}, {NAME})",
            ["f(", f"    lambda a, b: {NAME},", f"    {NAME},", f"    {NAME},", ")"],
        ),
        (f"f([y for y in {NAME}{NAME}] + {NAME})", ["f(", f"    [y for y in {NAME}{NAME}] + {NAME}", ")"]),
        (f'f("(, {NAME}", {NAME}, {NAME})', ["f(", f'    "(, {NAME}",', f"    {NAME},", f"    {NAME},", ")"]),
        (f"f(a) + {NAME}{NAME}{NAME}", [f"f(a) + {NAME}{NAME}{NAME}"]),
        (f"f() == {NAME}{NAME}{NAME}()", [f"f() == {NAME}{NAME}{NAME}()"]),
    ],
)
def test_long_lines_are_broken(line: str, lines: list[str]) -> None:
    assert wrap(line) == lines


@pytest.mark.parametrize(
    "line",
    [
        f"f({NAME}, [{NAME}, {{1: {NAME}, 2: ({NAME}, {NAME})}}], *{NAME})",
        f"x = [lambda a, b=(1, 2): {{3: a}}, {NAME}, {NAME}, {NAME}]",
        f"assert x is y, ({NAME}, {NAME}, {NAME})",
        f"class A(b({NAME}), {NAME}, {NAME}): pass",
    ],
)
def test_broken_line_keeps_its_meaning(line: str) -> None:
    parts = wrap(line)
    assert ast.dump(ast.parse("\n".join(parts))) == ast.dump(ast.parse(line))
    assert len(parts) == 1 or max(map(len, parts)) <= MAX_LINE
