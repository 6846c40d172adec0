from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from harness.contract.statuses import Status
from harness.controller.site import grid_page
from harness.controller.site.data import SiteData
from harness.controller.site.status_marks import LETTERS, MEANINGS

Make = Callable[..., SiteData]


@pytest.mark.parametrize("marks", [LETTERS, MEANINGS])
def test_every_status_has_its_own_mark(marks: dict[Status, str]) -> None:
    assert list(marks) == list(Status)
    assert len(set(marks.values())) == len(marks)


def test_rows_sorted_with_cell_per_head(site: Make) -> None:
    first, second = grid_page.sections(site())
    assert (first.kind, second.kind) == ("model_build", "snippet")
    (dense,) = first.groups
    assert [line.path for line in dense.lines] == ["tensorflow.keras", "tf.keras"]
    assert [re.sub("<[^>]*>", "", line.cells) for line in dense.lines] == ["FPIP", "PPIP"]  # 2.16 2.15 1.15 legacy
    assert str(dense.lines[0].cells) == "<td class=f>F<td class=p>P<td class=i>I<td class=p>P"


def test_failed_environment_listed_with_reason(site: Make) -> None:
    assert [(head.label, head.reason) for head in grid_page.failed(site())] == [("1.15", "no Python 3.99")]


def index(site: SiteData) -> dict[str, Any]:
    text = grid_page.search_index(site)
    found: dict[str, Any] = json.loads(text.removeprefix("const SEARCH = ").removesuffix(";\n"))
    return found


def test_the_index_tells_which_cell_said_what(site: Make) -> None:
    found = index(site())
    assert found["messages"] == ["", "ValueError: no `layer`", "ModuleNotFoundError: No module named 'keras'"]
    assert found["stages"] == ["", "build", "path"]
    assert found["rows"] == [[1, 1, 0, 3], [0, 4], [0, 4], [0, 4], [2, 1, 0, 2, 2, 1]]


def test_index_contains_words_of_each_case(site: Make) -> None:
    words = index(site())["cases"]["dense"].split()
    assert {"dense", "one", "layer", "layers.dense", "model_build", "input_shape"} <= set(words)


def test_index_cannot_close_its_script(site: Make) -> None:
    text = grid_page.search_index(site())
    assert text.isascii()
    assert "\n" not in text[:-1]
