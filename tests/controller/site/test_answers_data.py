from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from harness.controller.site.data import SiteData
from harness.controller.site.pages import Pages
from harness.controller.site.search.answers_data import answers_script

Make = Callable[..., SiteData]


def answers(site: SiteData) -> dict[str, Any]:
    text = answers_script(site, Pages(site).answers)
    assert text.isascii()
    found: dict[str, Any] = json.loads(text.removeprefix("const ANSWERS = ").removesuffix(";\n"))
    return found


def case(site: SiteData, name: str) -> dict[str, Any]:
    return next(item for item in answers(site)["cases"] if item["id"] == name)


def test_rows_say_where_each_path_works(site: Make) -> None:
    assert [row[:2] for row in case(site(), "version")["rows"]] == [
        [["tensorflow.keras", "tf.keras"], "in all measured releases"],
        [["keras"], "2.15"],
    ]


def test_rows_have_a_letter_for_each_release(site: Make) -> None:
    found = answers(site())
    assert [label for _, label, *_ in found["releases"]] == ["2.16", "2.15", "1.15", "2.16 legacy"]
    assert case(site(), "version")["rows"][1][3] == "APIA"


def test_row_in_words_leaves_variants_out(site: Make) -> None:
    words = case(site(), "version")["rows"][1][2]
    assert "works in 2.15" in words
    assert "legacy" not in words


def test_messages_have_their_releases_and_outcome(site: Make) -> None:
    found = answers(site())
    ((error, text, reason, anchor, places, is_silent),) = case(site(), "dense")["said"]
    assert (error, found["texts"][text], reason) == ("ValueError", "no `layer`", -1)
    assert anchor.startswith("answer-")
    assert not is_silent
    assert places == [["tensorflow.keras", "from 2.16 on", 1]]


def test_private_paths_come_last(site: Make) -> None:
    found = answers(site(private=["tensorflow"]))
    assert found["private"] == ["tensorflow.keras", "tf.keras"]
    assert case(site(private=["tensorflow"]), "version")["rows"][0][0] == ["keras"]
