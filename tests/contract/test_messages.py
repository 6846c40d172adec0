"""What libraries say, without what differs between two runs of the same thing."""

from __future__ import annotations

import random
import unicodedata

import pytest

from harness.contract.messages import MAX_MESSAGE, normalise

CELL = "/tmp/cell-1a2b3c"
SUPERUSER = "/root"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<Dense object at 0x7f3c5a1b2e80>", "<Dense object at 0x…>"),
        ("0x7F3C at 0xdeadBEEF", "0x… at 0x…"),
        ("dtype 0x1f", "dtype 0x1f"),  # too short for an address
        ("variable id=140222333444", "variable id=…"),
        ("on line 12, Line 345", "on line …, Line …"),
        ("model.py:41: note", "model.py:…: note"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("bell\x07 nul\x00 del\x7f csi\x9b", "bell� nul� del� csi�"),
        ("a \t\nb  \n", "a\nb"),
        ("  Expected 3, got 4  ", "Expected 3, got 4"),
        ("", ""),
        ("x\n2026-11-30 20:02:12.655013: E tensorflow/lite/a.cc:4] no", "x\n<time>: E tensorflow/lite/a.cc:4] no"),
        ("read failed: time = Tue Dec  1 02:18:36 2026\n, errno = 21", "read failed: time = <time>\n, errno = 21"),
        ("on 2026-11-30 20:02:12.655013: nothing", "on 2026-11-30 20:02:12.655013: nothing"),
        ("'Foo' in binary running on a.b-1. Make sure", "'Foo' in binary running on <machine>. Make sure"),
    ],
)
def test_addresses_lines_and_control_characters(text: str, expected: str) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in /x/.tox/tf215/lib/python3.11/site-packages/keras/api.py", "in <packages>/keras/api.py"),
        ("in /usr/lib/python3/dist-packages/keras/api.py", "in <packages>/keras/api.py"),
        ('File "/opt/py/lib/python3.7/json/decoder.py"', 'File "<python>/json/decoder.py"'),
        ("(/a/lib/python3.9/site-packages/x.py:7)", "(<packages>/x.py:…)"),
        ("(/a/lib64/python3.9/json.py:7)", "(<python>/json.py:…)"),
        ("no /tmp/tmp1a2b/model.h5, no /tmp/x.h5", "no <temporary>/model.h5, no <temporary>.h5"),
        (
            "no /tmp/x/tmp_models/a.h5, no /tmp/x/tmpmodels1",
            "no <temporary>/tmp_models/a.h5, no <temporary>/tmpmodels1",
        ),
        ("in '/private/var/tmp/a-b_c/d'", "in '<temporary>/d'"),
        (f"no /home/ada/.keras, no /Users/ada/x, no {SUPERUSER}/y", "no <home>/.keras, no <home>/x, no <home>/y"),
        ("in /home and /rooted/x and /tmp", "in /home and /rooted/x and /tmp"),
        (f"no file {CELL}/model.h5 in {CELL}", "no file <cell>/model.h5 in <cell>"),
    ],
)
def test_paths_of_packages_python_and_the_cell(text: str, expected: str) -> None:
    assert normalise(text, CELL) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cannot open /tmp/tmpk3j2_x9a/model.h5", "cannot open /tmp/tmpq8w7e6r5/model.h5"),
        ("no /tmp/cell-a1/tmp/tmpk3j2_x9a/tmpab12cd34: x", "no /tmp/cell-b2/tmp/tmpq8w7e6r5/tmpzz99yy88: x"),
        ("cannot open /tmp/tmp4f5g6h7j.h5", "cannot open /tmp/tmpzz11yy22.h5"),
        ("no /tmp/keras-home-a1b2c3d4/keras.json", "no /tmp/keras-home-z9y8x7w6/keras.json"),
        ("no /home/ada/.keras/keras.json", f"no {SUPERUSER}/.keras/keras.json"),
        ("in /home/ada/env/lib64/python3.11/json.py", f"in {SUPERUSER}/venv/lib64/python3.11/json.py"),
        ("'Foo' in binary running on 0f3c-7. Make sure", "'Foo' in binary running on build.example.org. Make sure"),
        ("'Foo' in binary running on ada", "'Foo' in binary running on 0f3c.local"),
    ],
)
def test_two_machines_say_the_same(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


def test_no_control_character_of_unicode_is_left() -> None:
    controls = [character for character in map(chr, range(256)) if unicodedata.category(character) == "Cc"]
    left = [character for character in controls if character in normalise(f"a{character}b")]
    assert len(controls) == 65
    assert left == ["\t", "\n"]


def test_lone_surrogates_can_be_written_afterwards() -> None:
    text = normalise("bad \ud800 and \udfff name \N{GRINNING FACE}")
    assert text.encode("utf-8").decode("utf-8") == text
    assert text.startswith("bad ")
    assert text.endswith("name \N{GRINNING FACE}")


@pytest.mark.parametrize("length", [0, MAX_MESSAGE - 1, MAX_MESSAGE, MAX_MESSAGE + 1, 10 * MAX_MESSAGE])
def test_long_messages_are_cut_with_an_ellipsis(length: int) -> None:
    text = normalise("x" * length)
    assert len(text) == min(length, MAX_MESSAGE)
    assert text.endswith("…") is (length > MAX_MESSAGE)
    assert text.rstrip("…") == "x" * min(length, MAX_MESSAGE - (length > MAX_MESSAGE))


def test_normalising_again_changes_nothing() -> None:
    words = ["0x1234", "line 7", "x.py:9", CELL, "/lib/python3.9/", "/site-packages/", "id=123456", "\x1b[0m", "\x00"]
    words += ["", "\t", "\r", "a", "/", "\ud800", "…", "9", "x" * 700]
    dice = random.Random(7)
    for _ in range(500):
        text = dice.choice([" ", "\n", ": ", "/", "'"]).join(dice.choices(words, k=12))
        once = normalise(text, CELL)
        assert normalise(once, CELL) == once, repr(text)
