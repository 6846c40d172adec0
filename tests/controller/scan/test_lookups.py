"""The rules of scan.yaml about texts that are looked up, and the file of what was measured."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from harness.controller.api.environments import ApiEnvironment, Environments
from harness.controller.errors import HarnessError, UsageError
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from harness.controller.scan.answers import ApiAnswers
from harness.controller.scan.lookups import LookupRule, lookups_text, read_lookups
from tests.controller.scan.conftest import Scan
from tests.support.measured_names import write_measured_names

_TWO = Environments((ApiEnvironment("tf25", "2.5", False), ApiEnvironment("tf216", "2.16", False)))


@pytest.mark.parametrize(
    ("ask", "call", "text"),
    [
        ("get(TEXT)", "get('a')", "a"),
        ("get(TEXT)", "get(x='a')", None),
        ("Model().compile(loss=TEXT)", "m.compile(loss='a')", "a"),
        ("Model().compile(loss=TEXT)", "m.compile('a', 'b')", "b"),
        ("Model().compile(loss=TEXT)", "m.compile('a')", None),
        ("get({'name': TEXT, 'of': 1})", "get({'of': 2, 'name': 'a'})", "a"),
        ("get({'name': TEXT, 'of': 1})", "get({'name': 'a'})", None),
        ("get({'name': TEXT, 'of': 1})", "get({**{}, 'name': 'a'})", None),
    ],
)
def test_text_is_found_in_a_call(ask: str, call: str, text: str | None) -> None:
    rule = LookupRule.of({"ask": ask, "texts": "losses", "position": 1})
    expression = ast.parse(call, mode="eval").body
    assert isinstance(expression, ast.Call)
    found = rule.text_of(expression)
    assert (None if found is None else ast.literal_eval(found)) == text


def test_file_holds_what_was_measured() -> None:
    measured = {"get(TEXT)": {"adam": {"keras": (3, 0), "tf_keras": (2, 0)}, "gone": {"keras": (0, 3)}}}
    text = lookups_text(_TWO, measured)
    assert '"adam":{"keras":[2,0],"tf_keras":[1,0]}\n' in text
    assert "gone" not in text  # no release knows it: the code may, and nothing is said


def test_measured_texts_are_read_back(tmp_path: Path) -> None:
    file = tmp_path / "lookups.json"
    measured = {"get(TEXT)": {"adam": {"keras": (1, 2)}}}
    file.write_text(lookups_text(_TWO, measured), encoding="utf-8")
    assert read_lookups(file, _TWO) == measured


@pytest.mark.parametrize(("data", "words"), [([], "not a document of lookups"), ({"schema": 2}, "reads schema 1")])
def test_other_file_is_refused(tmp_path: Path, data: object, words: str) -> None:
    file = tmp_path / "lookups.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(HarnessError, match=words):
        read_lookups(file, _TWO)


@pytest.mark.parametrize("ask", ["get", "get(text)", "get("])
def test_rule_without_a_text_is_refused(tmp_path: Path, ask: str) -> None:
    layout: Layout = write_measured_names(tmp_path / "project")
    rules = json.dumps({"lookups": [{"ask": ask, "texts": "losses"}]})
    (layout.root / "scan.yaml").write_text(rules, encoding="utf-8")
    answers = ApiAnswers(layout.results, load_matrix(layout.root))
    with pytest.raises(UsageError, match="lookups"):
        list(answers.cases.lookups.rules)


def test_finding_names_the_text_and_what_shows_it(scan_files: Scan) -> None:
    (finding,) = scan_files({"a.py": "from keras import optimizers\noptimizers.get('adamw')"}).findings
    assert finding.message == "keras.optimizers.get does not know 'adamw' in 2.4 to 2.5; works from 2.12 on"
    assert finding.evidence == """harness try 'from keras import optimizers; optimizers.get("adamw")'"""
    assert (finding.to_json()["form"], finding.instead) == ("text", None)
