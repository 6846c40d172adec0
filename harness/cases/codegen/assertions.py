"""The lines that assert an expression, with a message that shows what was found."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable

from harness.cases.codegen.wrapping import MAX_LINE
from harness.cases.document.expressions import expression_fault, parse_python

_COMPARED = re.compile(r" (==|!=|<=|>=|<|>) ")
_MEMBER = re.compile(r" (not in|in) ")


def asserted(text: str, written: str, fresh: Callable[[str], str]) -> list[str]:
    """The lines that assert an expression. A comparison has the value found as its message.

    If that line is too long, or the value changes with each look, the value gets a name from `fresh`.
    """
    sides = _sides(written)
    if sides:
        line = f"assert {written}, {sides[0]}"
        if len(line) <= MAX_LINE and "next(" not in line:
            return [line]
        found = fresh("found")
        return [f"{found} = {sides[0]}", f"assert {found}{written[len(sides[0]) :]}, {found}"]
    line = f"assert {written}, {json.dumps('not so: ' + text)}"
    return [line] if len(line) <= MAX_LINE else [f'assert {written}, "not so"']


def asserted_by_name(text: str, written: str, fresh: Callable[[str], str]) -> list[str]:
    """The lines that assert an expression. A comparison has its left side and both values as its message.

    A message that makes the line too long, and anything but a comparison, are as in `asserted`.
    """
    if not isinstance(parse_python(written, "eval").body, ast.Compare):  # `x == 1 or y`
        return asserted(text, written, fresh)
    sides, named = _sides(written), _sides(text)
    if not sides or not named:
        return _asserted_member(text, written, fresh) or asserted(text, written, fresh)
    left, sign, right = sides
    found = fresh("found")
    lines = [f"{found} = {left}"]
    wanted = _unbraced(right)
    if not _is_literal(right):
        expected = fresh("expected")
        lines.append(f"{expected} = {right}")
        right, wanted = expected, f"{{{expected}!r}}"
    not_so = "not" if sign == "==" else f"not {sign}"
    message = f"{_unbraced(named[0])} is {{{found}!r}}, {not_so} {wanted}"
    line = f"assert {found} {sign} {right}, f{json.dumps(message)}"
    return [*lines, line if len(line) <= MAX_LINE else f"assert {found} {sign} {right}, {found}"]


def _asserted_member(text: str, written: str, fresh: Callable[[str], str]) -> list[str] | None:
    """The lines that assert `x in y` or `x not in y`, with the value of y as the message; None for anything else."""
    sides, named = _sides(written, _MEMBER), _sides(text, _MEMBER)
    if not sides or not named:
        return None
    found = fresh("found")
    not_so = "not in" if sides[1] == "in" else "in"
    message = f"{_unbraced(named[0])} is {not_so} {{{found}!r}}"
    return [f"{found} = {sides[2]}", f"assert {sides[0]} {sides[1]} {found}, f{json.dumps(message)}"]


def _sides(text: str, signs: re.Pattern[str] = _COMPARED) -> tuple[str, str, str] | None:
    """The left side, the sign and the right side of a single comparison; None for anything else."""
    parts = signs.split(text)
    if len(parts) != 3 or expression_fault(parts[0]) or expression_fault(parts[2]):
        return None
    return parts[0], parts[1], parts[2]


def _is_literal(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except (ValueError, TypeError):
        return False
    return True


def _unbraced(text: str) -> str:
    """The text as an f-string shows it."""
    return text.replace("{", "{{").replace("}", "}}")
