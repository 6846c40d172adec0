"""Without scripts, in the dark, on a phone, on paper."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import Reader, Site
from tests.support.hostile_project import NOT_RUN

_IDS = re.compile(r'\bid="?([^\s">]+)')
_TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
_COLOURS = """(selector) => { const style = getComputedStyle(document.querySelector(selector));
    return [style.color, style.backgroundColor] }"""


def brightness(colour: str) -> float:
    return sum(map(float, re.findall(r"[\d.]+", colour)[:3])) / 3


def test_without_scripts_the_grid_is_read(reader: Reader, real: Site) -> None:
    page = reader.open(real, "grid.html", java_script_enabled=False)
    expect(page.locator("#filters")).to_be_hidden()
    expect(page.locator("#region td")).to_have_count(len(real.data["cells"]))
    expect(page.locator("#region td").first).to_have_text(re.compile("^[PFAUTCIESN]$"))
    page.locator("#region .case a").first.click()
    page.wait_for_url("**/cases/*.html")
    expect(page.locator("h1")).to_be_visible()


def test_without_scripts_a_case_is_read(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "cases/hostile.html", java_script_enabled=False)
    expect(page.locator("dialog")).to_be_hidden()
    page.locator("[id='tf216:keras'] a").click()
    answer = page.locator(f"#{page.url.partition('#')[2]}")
    expect(answer).to_be_in_viewport()
    expect(answer).to_contain_text("the second line")
    page.get_by_text("under keras", exact=True).click()
    expect(page.locator("[id='script-keras'] pre")).to_contain_text("import keras")


def test_every_link_leads_somewhere(real: Site) -> None:
    texts = {os.path.relpath(file, real.folder): file.read_text("utf-8") for file in real.folder.rglob("*.html")}
    files = {os.path.relpath(file, real.folder) for file in real.folder.rglob("*")}
    anchors = {name: set(_IDS.findall(text)) for name, text in texts.items()}
    dead = set()
    for name, text in texts.items():
        for link in set(re.findall(r'(?:href|src)="([^"]+)"', text)):
            where, _, anchor = link.partition("#")
            where = where.partition("?")[0]
            if where.startswith(("http://", "https://")):
                continue
            target = os.path.normpath(os.path.join(os.path.dirname(name), where)) if where else name
            if anchor and target in files and target not in anchors:  # a picture
                anchors[target] = set(_IDS.findall((real.folder / target).read_text("utf-8")))
            if target not in files or (anchor and anchor not in anchors[target]):
                dead.add(f"{name}: {link}")
    assert len(texts) > 1000
    assert dead == set()


def test_site_keeps_its_limits(real: Site) -> None:
    files = [file for file in real.folder.rglob("*") if file.is_file()]
    assert sum(file.suffix == ".html" for file in files) <= 2000
    assert sum(file.stat().st_size for file in files) <= 60_000_000


def test_titles_hold_the_error_and_fit(real: Site) -> None:
    titles = {
        file: html.unescape(re.findall("<title>(.*)</title>", file.read_text("utf-8"))[0])
        for file in real.folder.rglob("*.html")
    }
    assert [title for title in titles.values() if not 0 < len(title) <= 65] == []
    assert "ImportError: cannot import name 'Adam' from 'keras.optimizers'" in titles.values()


def test_reader_colour_scheme_is_kept(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "index.html")
    for file in hostile.pages():
        page.goto(hostile.address(file))
        page.emulate_media(color_scheme="light")
        ink, ground = map(brightness, page.evaluate(_COLOURS, "body"))
        assert (ink < 50, ground > 200) == (True, True), file
        page.emulate_media(color_scheme="dark")
        ink, ground = map(brightness, page.evaluate(_COLOURS, "body"))
        assert (ink > 200, ground < 50) == (True, True), file


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_status_looks_like_no_other(reader: Reader, hostile: Site, scheme: str) -> None:
    page = reader.open(hostile, "grid.html", color_scheme=scheme)
    looks = page.eval_on_selector_all(
        ".legend .mark",
        """(marks) => marks.map((mark) => { const style = getComputedStyle(mark);
            return [mark.textContent, getComputedStyle(mark, "::before").content,
                style.backgroundColor + style.backgroundImage + style.borderStyle] })""",
    )
    assert len(looks) == 10
    for said in zip(*looks, strict=True):  # letters, symbols, colours
        assert len(set(said)) == 10
        assert all(said)


def test_failed_and_unrun_columns_look_different(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "grid.html")
    heads = page.locator("#region table").first.locator("thead")
    assert "gradient" in heads.locator("[data-env=tf212]").evaluate("head => getComputedStyle(head).backgroundImage")
    cell = page.locator(f"#region tbody tr:nth-child(2) td:nth-child({1 + 4})").first  # of NOT_RUN
    assert heads.locator("th").nth(4).get_attribute("data-env") == NOT_RUN
    assert cell.evaluate("cell => getComputedStyle(cell).borderRightStyle") == "dashed"


def test_no_page_is_wider_than_a_phone(reader: Reader, real: Site, hostile: Site) -> None:
    for site in (real, hostile):
        page = reader.open(site, "data.html")
        for file in site.pages():
            page.goto(site.address(file))
            for width in (320, 768):
                page.set_viewport_size({"width": width, "height": 640})
                assert page.evaluate(_TOO_WIDE) <= 0, f"{site.folder.name}/{file} at {width}"


def test_details_of_cell_fit_a_phone(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "cases/hostile.html#tf216:keras", viewport={"width": 320, "height": 640})
    box = page.locator("dialog").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    assert page.locator("dialog").evaluate("dialog => dialog.scrollWidth - dialog.clientWidth") <= 0


def test_head_and_first_column_stay_visible(reader: Reader, real: Site) -> None:
    page = reader.open(real, "grid.html", viewport={"width": 700, "height": 900})
    scroll = """async (region) => { region.scrollIntoView(); region.scrollTo(200, 900)
        const frame = () => new Promise(requestAnimationFrame)  // a table that comes into sight is laid out in the next
        await frame(); await frame()
        return [region.scrollLeft, region.scrollTop] }"""
    assert page.locator("#region").evaluate(scroll) == [200, 900]
    seen = """region => { const box = region.getBoundingClientRect();
        return [document.elementFromPoint(box.x + 400, box.y + 8), document.elementFromPoint(box.x + 20, box.y + 300)]
            .map((element) => element.closest("th")?.scope || "none") }"""
    head, first = page.locator("#region").evaluate(seen)
    assert head == "col"
    assert first.startswith("row")


def printed(page: Page) -> Callable[[str], bool]:
    page.emulate_media(media="print")
    return lambda selector: page.locator(selector).first.is_visible()


def test_print_has_whole_grid_without_controls(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "grid.html")
    is_seen = printed(page)
    assert not is_seen("#filters")
    assert not is_seen("nav")
    region = "region => [region.scrollHeight - region.clientHeight, getComputedStyle(region).maxHeight]"
    assert page.locator("#region").evaluate(region) == [0, "none"]
    assert is_seen(".legend")


def test_the_grid_fits_a_sheet(reader: Reader, real: Site) -> None:
    page = reader.open(real, "grid.html?kind=plot_model", viewport={"width": 1040, "height": 720})  # A4 across
    printed(page)
    assert page.locator("#region .grid:visible").evaluate("table => table.offsetWidth") <= 1040
