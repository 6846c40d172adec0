from __future__ import annotations

import json
import re

import pytest

from harness.controller.text import csv_safe, json_line, markdown_escape, one_line, strip_control

STEERING = "\x00\x07\r\x7f\x9b\u061c\u200b\u200f\u2028\u202e\u2066\ufeff\ud800"


def test_control_and_direction_characters_are_replaced() -> None:
    assert strip_control("\x1b[31mred\x1b[0m") == "�[31mred�[0m"
    assert strip_control(STEERING) == "�" * len(STEERING)
    assert strip_control("two\n\tlines ✓ – é עברית العربية 形") == "two\n\tlines ✓ – é עברית العربية 形"


def test_one_line_removes_line_breaks() -> None:
    assert one_line("a\nb\tc\r\nd\re") == "a b c d�e"


def test_json_keeps_characters_and_escapes_controls() -> None:
    value = {"b": STEERING, "a": 'é "x" </script>'}
    text = json_line(value)
    assert json.loads(text) == value
    assert text.isprintable()
    assert "é" in text
    assert json_line(value, sort_keys=True).startswith('{"a"')


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@A1", "\t=1", "\t1", " =1", "\n=1", "\r=1", "＝1", "－1"])
def test_a_formula_is_text_to_a_spreadsheet(text: str) -> None:
    assert csv_safe(text) == strip_control(text) if text[0] == "\r" else "'" + text
    assert not re.match(r"[=+\-@\t\r]", csv_safe(text))
    assert csv_safe("a=1") == "a=1"


def test_markdown_shows_the_text_and_nothing_else() -> None:
    assert markdown_escape("<b>&amp; $x$ ~~y~~ #1\n|") == r"&lt;b&gt;&amp;amp; \$x\$ \~\~y\~\~ \#1 \|"
