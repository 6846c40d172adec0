from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.grid.grid import Grid
from harness.controller.grid.svg import COLOURS, grid_svg
from tests.support.tiny_project import TinyProject, make_column

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def small(project: TinyProject) -> Grid:
    """2.16 and its variant ran, and in 2.16 one cell fails; nobody ran the others."""
    failed = Outcome("dense", "tensorflow.keras", Status.FAIL)
    passed = Outcome("dense", "tensorflow.keras", Status.PASS)
    return project.grid(make_column(failed, id="tf216"), make_column(passed, id="tf216-legacy"))


def shapes(grid: Grid) -> dict[Status, str]:
    root = ElementTree.fromstring(grid_svg(grid))
    by_colour = {element.attrib["fill"]: element.attrib["d"] for element in root.iter(f"{SVG}path")}
    return {status: by_colour[colour] for status, colour in COLOURS.items() if colour in by_colour}


def test_every_status_has_a_distinct_colour() -> None:
    assert list(COLOURS) == list(Status)
    assert len(set(COLOURS.values())) == len(COLOURS)


def test_every_cell_is_in_the_picture_once(small: Grid) -> None:
    areas = {status: sum(map(int, re.findall(r"h(\d+)v", shape))) // 4 for status, shape in shapes(small).items()}
    assert areas == dict(small.totals())


def test_variants_stand_right_of_the_newest_release(small: Grid) -> None:
    found = shapes(small)  # 1.15, 2.15, 2.16, 2.16 legacy: four pixels each
    assert found[Status.FAIL] == "M128 52h4v3h-4z"
    assert found[Status.PASS] == "M132 52h4v3h-4z"


def test_picture_names_blocks_lines_and_colours(small: Grid) -> None:
    texts = {element.text for element in ElementTree.fromstring(grid_svg(small)).iter(f"{SVG}text")}
    assert {*small.paths, "model build", "snippet", "pass 1", "fail 1", "not-run 18"} <= texts


def test_the_same_grid_gives_the_same_picture(small: Grid) -> None:
    assert grid_svg(small) == grid_svg(small)


def test_heading_and_legend_fit(small: Grid) -> None:
    root = ElementTree.fromstring(grid_svg(small))
    ends = [float(text.attrib["x"]) + 6 * len(text.text or "") for text in root.iter(f"{SVG}text")]
    assert max(ends) < float(root.attrib["width"])


def test_heading_mentions_variants_where_there_are_some(small: Grid) -> None:
    alone = replace(small, environments=tuple(item for item in small.environments if not item.is_variant))
    assert [", then variants<" in grid_svg(grid) for grid in (small, alone)] == [True, False]
