from __future__ import annotations

import json
import re

import pytest

from harness.controller.texts import escaped, harmless, in_one_line, json_line, safe

STEERING = "\x00\x07\r\x7f\x9b\u061c\u200b\u200f\u2028\u202e\u2066\ufeff\ud800"


def test_what_steers_a_terminal_or_turns_a_line_is_replaced() -> None:
    assert safe("\x1b[31mred\x1b[0m") == "�[31mred�[0m"
    assert safe(STEERING) == "�" * len(STEERING)
    assert safe("two\n\tlines ✓ – é עברית العربية 形") == "two\n\tlines ✓ – é עברית العربية 形"


def test_in_one_line_there_is_no_other_line() -> None:
    assert in_one_line("a\nb\tc\r\nd\re") == "a b c d�e"


def test_json_gives_back_every_character_and_shows_none_that_steers() -> None:
    value = {"b": STEERING, "a": 'é "x" </script>'}
    text = json_line(value)
    assert json.loads(text) == value
    assert text.isprintable()
    assert "é" in text
    assert json_line(value, sort_keys=True).startswith('{"a"')


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@A1", "\t=1", "\t1", " =1", "\n=1", "\r=1", "＝1", "－1"])
def test_a_formula_is_text_to_a_spreadsheet(text: str) -> None:
    assert harmless(text) == safe(text) if text[0] == "\r" else "'" + text
    assert not re.match(r"[=+\-@\t\r]", harmless(text))
    assert harmless("a=1") == "a=1"


def test_markdown_shows_the_text_and_nothing_else() -> None:
    assert escaped("<b>&amp; $x$ ~~y~~ #1\n|") == r"&lt;b&gt;&amp;amp; \$x\$ \~\~y\~\~ \#1 \|"
