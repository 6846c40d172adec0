from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import Reader, Site, columns, focused, rows

_IS_SEEN = """() => { const cell = document.activeElement, box = cell.getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return getComputedStyle(cell).outlineStyle === "solid" && cell.contains(top) }"""


def start(page: Page) -> None:
    page.focus("#region")
    page.keyboard.press("ArrowDown")


def press(page: Page, *keys: str) -> tuple[str | None, str, str] | None:
    for key in keys:
        page.keyboard.press(key)
    return focused(page)


@pytest.fixture
def grid(reader: Reader, hostile: Site) -> Page:
    page = reader.open(hostile, "grid.html")
    start(page)
    return page


def test_arrow_enters_grid_at_first_cell(grid: Page) -> None:
    assert focused(grid) == ("hostile", "tensorflow.keras", "tf216")


def test_arrows_move_by_one_cell(grid: Page) -> None:
    assert press(grid, "ArrowRight") == ("hostile", "tensorflow.keras", "tf215")
    assert press(grid, "ArrowDown") == ("hostile", "tf.keras", "tf215")
    assert press(grid, "ArrowLeft") == ("hostile", "tf.keras", "tf216")
    assert press(grid, "ArrowUp") == ("hostile", "tensorflow.keras", "tf216")


def test_home_and_end_reach_row_ends(grid: Page) -> None:
    assert press(grid, "ArrowDown", "End") == ("hostile", "tf.keras", "tf216-legacy")
    assert press(grid, "Home") == ("hostile", "tf.keras", "tf216")


def test_control_home_and_end_reach_grid_ends(grid: Page) -> None:
    assert press(grid, "Control+End") == ("plain", "keras", "tf216-legacy")
    assert press(grid, "Control+Home") == ("hostile", "tensorflow.keras", "tf216")


def test_nothing_is_beyond_the_edges(grid: Page) -> None:
    assert press(grid, "ArrowLeft", "ArrowUp", "PageUp") == ("hostile", "tensorflow.keras", "tf216")
    assert press(grid, "PageDown", "End", "ArrowRight", "ArrowDown") == ("plain", "keras", "tf216-legacy")


def test_down_continues_into_next_case_and_section(grid: Page) -> None:
    assert press(grid, *["ArrowDown"] * 3) == ("off", "tensorflow.keras", "tf216")
    assert press(grid, *["ArrowDown"] * 3) == ("plain", "tensorflow.keras", "tf216")
    assert press(grid, "ArrowUp") == ("off", "keras", "tf216")


def test_a_page_is_ten_rows(reader: Reader, real: Site) -> None:
    page = reader.open(real, "grid.html")
    start(page)
    shown = rows(page)
    moved = press(page, "PageDown", "PageDown")
    assert moved is not None
    assert moved[:2] == shown[20]
    assert (press(page, "PageUp") or ())[:2] == shown[10]


def test_hidden_rows_and_columns_are_stepped_over(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "grid.html?path=keras&from=tf214&to=tf215")
    assert list(columns(page)) == ["tf215", "tf214"]
    start(page)
    assert focused(page) == ("hostile", "keras", "tf215")
    assert press(page, "ArrowDown", "ArrowRight", "ArrowRight") == ("off", "keras", "tf214")
    assert press(page, "ArrowDown") == ("plain", "keras", "tf214")


def test_a_folded_column_is_stepped_over(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "grid.html?kind=symbol&fold=1")
    assert columns(page) == {
        "tf216": "2.14 – 2.16",
        "tf213": "2.13",
        "tf212": "2.12",
        "tf211": "2.11",
        "tf216-legacy": "2.16 legacy",
    }
    start(page)
    assert press(page, "ArrowRight") == ("plain", "tensorflow.keras", "tf213")


@pytest.mark.parametrize("width", [1200, 320])
def test_the_focus_is_seen_wherever_it_goes(reader: Reader, real: Site, width: int) -> None:
    page = reader.open(real, "grid.html", viewport={"width": width, "height": 700})
    start(page)
    for key in ("ArrowDown", "End", "PageDown", "PageDown", "Home", "PageUp", "Control+End", "ArrowUp", "Control+Home"):
        page.keyboard.press(key)
        page.wait_for_function(_IS_SEEN)  # sections are laid out as they come near


def test_enter_opens_the_details(grid: Page) -> None:
    press(grid, "ArrowRight", "ArrowDown")
    grid.keyboard.press("Enter")
    grid.wait_for_url("**/cases/hostile.html#tf215:tf.keras")
    expect(grid.locator("#cell-title")).to_have_text("tf.keras in 2.15")


def test_a_click_opens_the_details(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "grid.html")
    page.locator("tbody[data-case=plain] td").nth(5).click()
    page.wait_for_url("**/cases/plain.html#tf211:tensorflow.keras")
    expect(page.locator("dialog")).to_be_visible()


def test_screen_reader_label_names_the_cell(grid: Page) -> None:
    press(grid, "Control+End")
    assert grid.evaluate("document.activeElement.ariaLabel") == "Adam is there, keras, 2.16 legacy: pass"
    assert grid.evaluate("document.querySelectorAll('td[tabindex=\"0\"]').length") == 1


def test_modified_keys_are_left_to_browser(grid: Page) -> None:
    before = focused(grid)
    assert press(grid, "Shift+Tab", "Tab") == before
    assert press(grid, "Control+ArrowDown") == before
