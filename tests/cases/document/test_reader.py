"""YAML files that know where each of their values stands."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from harness.cases.case import case_files
from harness.cases.document import reader
from harness.cases.document.reader import Fault, Keys, Place, load
from harness.cases.document.suggestions import suggest
from tests.support import ROOT


def _nested(levels: int) -> list[object]:
    return [_nested(levels - 1)] if levels > 1 else []


TEXT = """\
# a comment
id: one
layer:
  weights:
    w: {shape: [2, 3],
        name: w}
steps:
  - layers.Dense:
      units: 10
  - layers.Flatten
"""


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ((), 2),
        (("id",), 2),
        (("layer",), 3),
        (("layer", "weights", "w"), 5),
        (("layer", "weights", "w", "shape", 1), 5),
        (("layer", "weights", "w", "name"), 6),
        (("steps", 0), 8),
        (("steps", 0, "layers.Dense", "units"), 9),
        (("steps", 1), 10),
        (("layer", "weights", "v"), 4),  # not there: the nearest one around it
        (("steps", 7, "units"), 7),
    ],
)
def test_every_value_knows_its_line(tmp_path: Path, keys: Keys, line: int) -> None:
    (tmp_path / "case.yaml").write_text(TEXT, encoding="utf-8")
    assert load(str(tmp_path), "case.yaml").line(keys) == line


def test_values_are_plain_python(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(TEXT, encoding="utf-8")
    document = load(str(tmp_path), "case.yaml")
    assert document.faults == []
    assert document.data == {
        "id": "one",
        "layer": {"weights": {"w": {"shape": [2, 3], "name": "w"}}},
        "steps": [{"layers.Dense": {"units": 10}}, "layers.Flatten"],
    }


@pytest.mark.parametrize(
    ("content", "data"),
    [
        (b"\xef\xbb\xbfid: one\n", {"id": "one"}),  # a byte order mark
        (b"id: one\r\ntitle: two\r\n", {"id": "one", "title": "two"}),
        ("title: é ✓ 😀\n".encode(), {"title": "é ✓ 😀"}),
        (b"a: &x {b: [1]}\nc: *x\n", {"a": {"b": [1]}, "c": {"b": [1]}}),
        (b"[" * 41 + b"]" * 41, _nested(41)),
        (b"[null, yes, 1_000, 2.5, .inf]\n", [None, True, 1000, 2.5, float("inf")]),
    ],
)
def test_valid_yaml_is_read(tmp_path: Path, content: bytes, data: object) -> None:
    (tmp_path / "case.yaml").write_bytes(content)
    assert load(str(tmp_path), "case.yaml").data == data


def test_faults_name_file_as_given(tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "case.yaml").write_text(TEXT, encoding="utf-8")
    document = load(str(tmp_path), "cases/case.yaml")
    Place(document).at("steps").at(0).fault("is wrong")
    assert document.faults == [Fault("cases/case.yaml", 8, "is wrong")]
    assert str(document.faults[0]) == "cases/case.yaml:8: is wrong"


@pytest.mark.parametrize(
    ("word", "known", "said"),
    [
        ("layrs", ["layers", "models"], "; did you mean 'layers'?"),
        ("units", ["layers", "models"], "; known: layers, models"),
        ("x", ["b", "a"], "; known: a, b"),
        ("x", [], ""),
        (2, ["models"], "; known: models"),
        (None, ["None "], "; did you mean 'None '?"),
    ],
)
def test_suggestion_is_nearest_word(word: object, known: list[str], said: str) -> None:
    assert suggest(word, known) == said
    assert suggest(word, iter(known)) == said


@pytest.mark.parametrize(("text", "number"), [("1e-5", 1e-5), ("-2E3", -2000.0), ("1.5e2", 150.0), ("1.0e+2", 100.0)])
def test_exponent_makes_a_number(text: str, number: float, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"a: {text}\nb: '{text}'\nc: e5\n", encoding="utf-8")
    assert load(str(tmp_path), "a.yaml").data == {"a": number, "b": text, "c": "e5"}


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="this PyYAML is built without libyaml")
@pytest.mark.parametrize("file", [*case_files(str(ROOT))[::20], "matrix.yaml"])
def test_both_yaml_readers_give_same_document(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = load(str(ROOT), file)
    monkeypatch.setattr(reader, "_MAX_FAST_LEVELS", 0)
    slow = load(str(ROOT), file)
    assert fast.faults == slow.faults == []
    assert (fast.data, fast.lines) == (slow.data, slow.lines)
