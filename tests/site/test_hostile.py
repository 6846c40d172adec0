"""Whatever a case, a message or a package says is shown as text, and nothing else."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.support.browsing import Reader, Site, rows, search
from tests.support.hostile_project import HOSTILE, MARKUP, SHOWN

_MADE = "document.querySelectorAll('[onerror], img[src=x], script:not([src]):not([type])').length"


def test_no_page_does_what_a_text_says(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "grid.html")
    for file in sorted(hostile.folder.rglob("*.html")):
        page.goto(file.as_uri())
        assert page.evaluate(_MADE) == 0, file.name
        assert page.title() != "broken in", file.name


def test_pages_hold_no_control_or_bidi_characters(hostile: Site) -> None:
    for file in [*hostile.folder.rglob("*.html"), *hostile.folder.rglob("*.svg"), *hostile.folder.rglob("*.xml")]:
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", file.read_text(encoding="utf-8")), (
            file.name
        )


def test_title_and_reason_are_shown_literally(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "grid.html")
    assert page.text_content("tbody[data-case=hostile] .case a") == SHOWN
    assert page.inner_text("p.failed bdi") == SHOWN
    page.goto(hostile.address("cases/hostile.html"))
    assert page.inner_text("h1") == SHOWN


def test_cell_details_show_it_as_text(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "cases/hostile.html#tf216:keras")
    assert page.locator("dialog").inner_text().count(MARKUP) >= 5
    assert page.evaluate(_MADE) == 0


def test_it_can_be_looked_for(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "grid.html")
    search(page, HOSTILE)
    assert page.evaluate(_MADE) == 0
    assert {case for case, _ in rows(page)} >= {"hostile"}


def test_an_address_is_no_markup(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "grid.html?q=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E&kind=%3Cscript%3E")
    expect(page.get_by_label("Search")).to_have_value("<img src=x onerror=alert(1)>")
    assert page.evaluate(_MADE) == 0
