"""Views of the grid: by the query language, by comparing, as a file; and what a result says in place."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import Reader, Site, columns, hits, rows, search, set_view


@pytest.mark.parametrize(
    ("terms", "query"),
    [
        ("status:fail from:2.14 to:2.17 path:keras kind:symbol", "status=F&from=tf214&to=tf217&path=keras&kind=symbol"),
        ("differs:keras,tensorflow.keras", "a=keras&b=tensorflow.keras"),
        ("changed:2.16 variants:no", "changed=tf216&variants=no"),
        ("compare:2.4,2.16 path:keras", "old=tf24&new=tf216&path=keras"),
        ("adam kind:training", "q=adam&kind=training"),
    ],
)
def test_terms_and_filters_give_one_view(grid: Page, terms: str, query: str) -> None:
    search(grid, terms)
    typed = rows(grid), columns(grid)
    set_view(grid, query)
    assert typed == (rows(grid), columns(grid))
    assert typed[0]


def test_terms_take_the_patterns_of_commands(grid: Page, real: Site) -> None:
    search(grid, "case:adam-* path:tf*keras env:tf21?,tf115")
    assert set(rows(grid)) == {(case, path) for case, path in real.rows if case[:5] == "adam-" and path[:2] == "tf"}
    assert set(columns(grid)) == {"tf210", *(f"tf21{digit}" for digit in range(1, 10)), "tf115"}


def test_message_term_marks_its_cells(grid: Page, real: Site) -> None:
    search(grid, 'message:"cannot import name" path:keras')
    found = {key for key in real.rows if key[1] == "keras"}
    said = {
        (cell["case"], cell["path"], cell["environment"])
        for cell in real.data["cells"]
        if (cell["case"], cell["path"]) in found and "cannot import name" in (cell["message"] or "")
    }
    assert hits(grid) == said
    assert set(rows(grid)) == {(case, path) for case, path, _ in said}


def test_two_releases_are_compared_by_path(grid: Page, real: Site) -> None:
    set_view(grid, "old=tf25&new=tf216&path=keras")
    assert list(columns(grid)) == ["tf216", "tf25"]
    different = {
        (case, path)
        for (case, path), cells in real.rows.items()
        if path == "keras" and cells["tf25"]["status"] != cells["tf216"]["status"]
    }
    assert set(rows(grid)) == different


def test_variants_are_left_out_or_alone(grid: Page) -> None:
    assert "tf216-legacy" in columns(grid)
    grid.get_by_label("Variants").select_option("no")
    assert [name for name in columns(grid) if "-" in name] == []
    grid.get_by_label("Variants").select_option("only")
    assert list(columns(grid)) == ["tf221-legacy", "tf216-legacy"]


def test_equal_neighbours_of_a_row_are_joined(grid: Page) -> None:
    search(grid, "case:adam-import path:keras variants:no")
    grid.get_by_label("join equal neighbours").check()
    shown = "cells => cells.filter((cell) => getComputedStyle(cell).fontSize !== '0px').map((cell) => cell.textContent)"
    assert grid.locator("#region tbody tr:visible:not(.case) td:visible").evaluate_all(shown) == ["P", "F", "P"]


def test_view_is_a_file_for_spreadsheets(grid: Page, real: Site, tmp_path: Path) -> None:
    search(grid, "case:adam-import from:2.15 to:2.16 variants:no")
    with grid.expect_download() as found:
        grid.get_by_role("button", name="This view as CSV").click()
    found.value.save_as(tmp_path / "view.csv")
    lines = list(csv.DictReader((tmp_path / "view.csv").read_text(encoding="utf-8").splitlines()))
    assert {line["path"] for line in lines} == {path for case, path in real.rows if case == "adam-import"}
    for line in lines:
        cells = real.rows["adam-import", line["path"]]
        assert (line["tf216"], line["tf215"]) == (cells["tf216"]["status"], cells["tf215"]["status"])


def test_printed_view_names_its_filter(grid: Page) -> None:
    set_view(grid, "q=status:fail&kind=symbol")
    grid.emulate_media(media="print")
    expect(grid.locator("#printed")).to_have_text("q: status:fail, kind: symbol")
    expect(grid.locator("#printed")).to_be_visible()
    grid.emulate_media(media="screen")
    expect(grid.locator("#printed")).to_be_hidden()


def test_result_says_its_message_under_the_pointer(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "grid.html")
    cell = page.locator("tbody[data-case=hostile] tr", has=page.get_by_role("rowheader", name="keras", exact=True))
    cell.locator("td").first.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("keras in 2.16: fail at call")
    expect(page.get_by_role("tooltip")).to_contain_text("ValueError: =cmd()")
    page.locator("h1").hover()
    expect(page.get_by_role("tooltip")).to_be_hidden()


def test_first_tap_says_and_second_opens(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "grid.html", has_touch=True, viewport={"width": 390, "height": 800})
    cell = page.locator("tbody[data-case=plain] td").first
    cell.tap()
    expect(page.get_by_role("tooltip")).to_contain_text("tensorflow.keras in 2.16: pass")
    cell.tap()
    page.wait_for_url("**/cases/plain.html#tf216:tensorflow.keras")


def test_focused_result_of_a_case_is_described(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "cases/hostile.html")
    page.focus("#region")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("tooltip")).to_contain_text("tensorflow.keras in 2.16")
    page.keyboard.press("Escape")
    expect(page.get_by_role("tooltip")).to_be_hidden()
