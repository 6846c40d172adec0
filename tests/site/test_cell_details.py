from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from harness.contract.statuses import Status
from harness.controller.site.status_marks import status_words
from tests.support.browsing import ADDRESSES, Reader, Site, focused
from tests.support.hostile_project import MARKUP, NOT_RUN, SHOWN

CELL = "cases/hostile.html#tf216:keras"


@pytest.fixture
def opened(reader: Reader, hostile: Site) -> Page:
    page = reader.open(hostile, CELL)
    expect(page.locator("dialog")).to_be_visible()
    return page


@pytest.mark.parametrize("how", ADDRESSES)
def test_cell_link_opens_its_details(reader: Reader, real: Site, how: str) -> None:
    cell = next(cell for cell in real.data["cells"] if cell["status"] == "fail" and cell["message"])
    page = reader.open(real, f"cases/{cell['case']}.html#{cell['environment']}:{cell['path']}", how)
    said = page.locator("dialog").inner_text()
    expect(page.locator("#cell-title")).to_contain_text(cell["path"] + " in ")
    assert f"fail at {cell['stage']}: {cell['error']}" in said
    assert page.locator("dialog .message").inner_text().strip() == cell["message"].strip()


def test_every_cell_of_case_has_details(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "cases/hostile.html")
    for cell in page.eval_on_selector_all(".grid td", "cells => cells.map((cell) => cell.id)"):
        page.evaluate("id => { location.hash = id }", cell)
        environment, _, path = cell.partition(":")
        status = hostile.rows["hostile", path][environment]["status"]
        expect(page.locator("#cell-title")).to_contain_text(f"{path} in ")
        expect(page.locator("dialog .body h3")).to_contain_text(status_words(Status(status)))


def test_dialog_shows_message_warning_and_advice(opened: Page) -> None:
    expect(opened.locator("dialog .body h3")).to_have_text("F fail at call: ValueError")
    assert opened.locator("dialog .message").inner_text() == f"{SHOWN}\nthe second line"
    assert opened.locator("dialog .warning").inner_text() == f"Warned: {SHOWN}"
    assert opened.locator("dialog .why").inner_text() == f"Why: {SHOWN} (keras#1)"
    assert opened.locator("dialog .advice").inner_text() == f"Instead: {SHOWN}"


def test_dialog_shows_last_change_and_duration(opened: Page) -> None:
    said = opened.locator("dialog").inner_text()
    assert "Since: 2026-11-20: changed, before pass" in said
    assert "Took: 9.50 s (path 0.25 s, call 9.25 s), several times as long as other import paths" in said
    assert "Release: TensorFlow 2.16.2 on Python 3.12" in said


def test_slow_cell_is_marked_and_labelled(opened: Page) -> None:
    marks = "cells => cells.map((cell) => [cell.id, getComputedStyle(cell.firstChild, '::after').content])"
    assert opened.eval_on_selector_all(".grid td.slow", marks) == [["tf216:keras", '"◷" / "slow"']]
    opened.keyboard.press("Escape")
    assert opened.evaluate("document.activeElement.ariaLabel").endswith("keras, 2.16: fail, slow")


def test_cell_outside_last_run_has_no_duration(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "cases/hostile.html#tf211:keras")
    assert "Took: not known" in page.locator("dialog").inner_text()


def test_dialog_has_script_and_packages(opened: Page) -> None:
    for summary in opened.locator("dialog summary").all():
        summary.click()
    script = opened.locator("dialog details pre").inner_text()
    assert script.startswith("import keras")
    assert "# call" in script
    assert opened.locator("dialog details p").inner_text() == f"keras 3.4.1, numpy {MARKUP}"


def test_dialog_has_commands_repeating_the_cell(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "cases/hostile.html#tf216-legacy:tf.keras")
    assert page.locator("dialog .command pre").all_inner_texts() == [
        "tox -e tf216-legacy -- --case hostile --path tf.keras --fresh",
        "harness script hostile -p tf.keras > cell.py; TF_USE_LEGACY_KERAS=1 .tox/tf216-legacy/bin/python cell.py",
    ]


@pytest.mark.parametrize("how", ADDRESSES)
def test_a_line_is_copied(reader: Reader, hostile: Site, how: str) -> None:
    page = reader.open(hostile, CELL, how, permissions=["clipboard-read", "clipboard-write"])
    button = page.locator("dialog .command button").first
    button.click()
    expect(button).to_have_text("copied")
    assert page.evaluate("navigator.clipboard.readText()") == "tox -e tf216 -- --case hostile --path keras --fresh"


def test_line_is_selected_when_copying_fails(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "cases/hostile.html")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()) }")
    page.evaluate("location.hash = 'tf216:keras'")
    button = page.locator("dialog .command button").first
    button.click()
    expect(button).to_have_text("selected: press Ctrl+C")
    assert page.evaluate("String(getSelection())") == "tox -e tf216 -- --case hostile --path keras --fresh"


@pytest.mark.parametrize("way", ["Escape", "button", "outside"])
def test_dialog_closes_and_returns_focus(opened: Page, way: str) -> None:
    if way == "Escape":
        opened.keyboard.press("Escape")
    elif way == "button":
        opened.get_by_role("button", name="Close").click()
    else:
        opened.mouse.click(3, 3)
    expect(opened.locator("dialog")).to_be_hidden()
    assert opened.evaluate("location.hash") == ""
    assert focused(opened) == (None, "keras", "tf216")


def test_arrow_keys_continue_from_closed_dialog(opened: Page) -> None:
    opened.keyboard.press("Escape")
    for key in ("ArrowRight", "ArrowUp", "Enter"):
        opened.keyboard.press(key)
    expect(opened.locator("#cell-title")).to_have_text("tf.keras in 2.15")


def test_back_closes_and_forward_reopens_dialog(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "cases/hostile.html")
    page.locator("[id='tf215:keras']").click()
    expect(page.locator("dialog")).to_be_visible()
    page.go_back()
    expect(page.locator("dialog")).to_be_hidden()
    page.go_forward()
    expect(page.locator("#cell-title")).to_have_text("keras in 2.15")


def test_the_focus_stays_in_open_dialog(opened: Page) -> None:
    for _ in range(12):
        opened.keyboard.press("Tab")
        where = "document.activeElement.closest('dialog') !== null || document.activeElement === document.body"
        assert opened.evaluate(where)


def test_what_was_not_run_says_so(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, f"cases/hostile.html#{NOT_RUN}:keras")
    expect(page.locator("dialog .body h3")).to_contain_text("not run")
    page.get_by_text("The packages").click()
    expect(page.locator("dialog details p")).to_have_text("none are known")


def test_encoded_link_opens_the_dialog(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "cases/hostile.html#tf216%3Akeras")
    expect(page.locator("#cell-title")).to_have_text("keras in 2.16")


@pytest.mark.parametrize("anchor", ["#%", "#tf999:keras", "#nothing", "#a:b:c"])
def test_link_to_unknown_cell_shows_page(reader: Reader, hostile: Site, anchor: str) -> None:
    page = reader.open(hostile, f"cases/hostile.html{anchor}")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("dialog")).to_be_hidden()
