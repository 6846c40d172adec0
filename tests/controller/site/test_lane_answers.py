"""Lanes as answers of the search box: which releases, which message, what helps instead."""

from __future__ import annotations

from typing import Any

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.project.loader import load_project
from harness.controller.project.selection import Selection
from harness.controller.results.documents import Column
from harness.controller.results.remedies import Remedy, RemedyCulprit, remedies_file, remedies_text
from harness.controller.site.data import read_site_data
from harness.controller.site.search.lane_answers import lane_items
from tests.support.tiny_project import TinyProject, make_column

LANES = """
lanes:
  today: {title: Runs today, of: ">=2", cases: [dense, version], paths: [tf.keras]}
  numpy3: {title: Runs with numpy 3, of: [tf215], overrides: ["numpy>=3"], cases: [dense], paths: [tf.keras]}
"""
DENSE = ("dense", "tf.keras")
VERSION = ("version", "tf.keras")
CONVERTED = Outcome(*DENSE, Status.FAIL, Stage.CALL, "TypeError", "no conversion")


@pytest.fixture
def columns() -> list[Column]:
    """2.15 passes as released; today it cannot be imported, and with numpy 3 it fails. 2.16 passes, but for a case."""
    broken: dict[str, Any] = {
        "status": "env-fail",
        "reason": "ImportError: numpy 3\nis  new",
        "packages": {"numpy": "3.0"},
    }
    lost = Outcome(*VERSION, Status.FAIL, Stage.CALL, "ValueError", "bad")
    return [
        make_column(Outcome(*DENSE, Status.PASS), packages={"numpy": "2.1", "six": "1"}),
        make_column(Outcome(*DENSE, Status.PASS), Outcome(*VERSION, Status.PASS), id="tf216", release="2.16.2"),
        make_column(Outcome(*DENSE, Status.ENV_FAIL), id="tf215-today", **broken),
        make_column(Outcome(*DENSE, Status.PASS), lost, id="tf216-today", release="2.16.2"),
        make_column(CONVERTED, id="tf215-numpy3", packages={"numpy": "3.0", "six": "1"}),
    ]


@pytest.fixture
def answers(project: TinyProject, columns: list[Column]) -> dict[str, dict[str, Any]]:
    """The answers by lane; their messages have texts in place of the numbers of these."""
    with open(project.root / "matrix.yaml", "a", encoding="utf-8") as file:
        file.write(LANES)
    for column in columns:
        project.keep("results", column)
    culprit = RemedyCulprit("numpy", "2.1", "3.0", "ImportError: numpy 3")
    remedy = Remedy("tensorflow-cpu==2.15.1", "3.11", ("numpy<3",), (culprit,), "2026-11-30", {})
    remedies_file(project.root / "results").write_text(
        remedies_text({"tf215-today": remedy}, ["tf215-today"]), encoding="utf-8"
    )
    texts: list[str] = []

    def number(text: str) -> int:
        texts.append(text)
        return len(texts) - 1

    found = {}
    for item in lane_items(read_site_data(load_project(project.root), Selection(), of_run=False), number):
        said = [[error, texts[text], texts[why] if why >= 0 else "", *rest] for error, text, why, *rest in item["said"]]
        found[item["id"]] = item | {"said": said}
    return found


def test_answer_says_which_releases_work(answers: dict[str, dict[str, Any]]) -> None:
    today = answers["lane-today"]
    assert today["rows"] == [[["tf.keras"], "2.16", "works in 2.16; does not work in 2.15", "PINN"]]  # newest first
    assert today["page"] == "index.html#lane-today"


def test_environment_that_cannot_be_imported_says_its_error_and_cause(answers: dict[str, dict[str, Any]]) -> None:
    first = answers["lane-today"]["said"][0]
    cause = "numpy 3.0 and later break it; numpy 2.1 works"
    assert first == ["ImportError", "numpy 3 is new", cause, "lane-today", [["tf.keras", "2.15", 0b10]], 0]


def test_other_case_is_named(answers: dict[str, dict[str, Any]]) -> None:
    _, second = answers["lane-today"]["said"]
    assert second[:3] == ["ValueError", "bad", "The case version fails there, which passes in the grid."]


def test_advice_is_what_was_verified_or_what_the_grid_has(answers: dict[str, dict[str, Any]]) -> None:
    assert answers["lane-today"]["advice"] == "with `numpy<3` it works in 2.15."
    assert answers["lane-numpy3"]["advice"] == "with `numpy 2.1` it works in 2.15."


def test_failure_without_the_packages_is_none_of_theirs(project: TinyProject, columns: list[Column]) -> None:
    with open(project.root / "matrix.yaml", "a", encoding="utf-8") as file:
        file.write(LANES)
    for column in [make_column(CONVERTED), columns[-1]]:
        project.keep("results", column)
    site = read_site_data(load_project(project.root), Selection(), of_run=False)
    (answer,) = lane_items(site, len)
    assert (answer["id"], answer["said"], answer["advice"]) == ("lane-numpy3", [], "")
