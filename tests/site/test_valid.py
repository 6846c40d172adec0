"""The pages are valid HTML, and axe-core finds nothing to mend in them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.browsing import Reader, Site

HERE = Path(__file__).parent
CHANGING = ("color-contrast", "link-in-text-block")  # what a colour scheme changes
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
# What is switched off of html-validate's recommended rules, none of which is about correctness:
STYLE = {
    "attr-quotes": "a class of one letter in each of 30,000 cells needs no quotes",
    "no-implicit-close": "as little needs its end tag: the standard has it end where the next cell begins",
    "attribute-boolean-style": "Jinja2 writes what is shortest",
    "doctype-style": "in lower case, as everything else",
    "void-style": "SVG inside a page is written as XML",
    "no-trailing-whitespace": "a message may end in a space",
    "wcag/h32": "the filters act as they are set: there is nothing to submit",
    "prefer-native-element": "a box that scrolls is a region so that it has a name, and no part of the text's outline",
    "long-title": "a title says for search engines which case it is",
}


# And what is let be otherwise than its strictest reading:
LOOSER = {
    "aria-label-misuse": "a list may have a name",
    "form-dup-name": "checkboxes of one name are one field with several values",
    "valid-id": "a cell's link is `tf215:tf.keras`; HTML forbids only white space in an id",
}


def violations(page: Page, rules: tuple[str, ...] = ()) -> list[tuple[str, list[Any]]]:
    """What axe-core finds, by all its rules or by some.

    A script element would be against the page's policy; what the tests evaluate is not.
    """
    page.evaluate(AXE.read_text(encoding="utf-8"))
    only = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
    found = page.evaluate("options => axe.run(options)", {"resultTypes": ["violations"], "preload": False, **only})
    return [(item["id"], [node["html"] for node in item["nodes"]][:3]) for item in found["violations"]]


@pytest.fixture(autouse=True, scope="session")
def _tools() -> None:
    if not AXE.is_file():
        pytest.fail("axe-core and html-validate are missing: npm ci --prefix tests/site installs them", pytrace=False)


def test_axe_finds_nothing(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "index.html")
    for file in (*hostile.pages(), "cases/hostile.html#tf216:keras"):
        page.goto(hostile.address(file))
        page.emulate_media(color_scheme="light")
        assert violations(page) == [], file
        page.emulate_media(color_scheme="dark")
        assert violations(page, CHANGING) == [], file  # by which nothing else changes


def test_axe_finds_nothing_in_the_real_site(reader: Reader, real: Site) -> None:
    """The pages that the small project does not have, or has without what it takes: no names, and no message often."""
    message = min(file.name for file in (real.folder / "errors").glob("importerror-*.html"))
    files = ("index.html?q=Adam", f"errors/{message}", "modules/keras.callbacks.html", "embed.html?case=adam-import")
    for file in files:
        page = reader.open(real, file)
        page.locator("#answers[aria-busy=false], #main:not(:has(#answers))").wait_for(state="attached")
        assert violations(page) == [], file
        page.emulate_media(color_scheme="dark")
        assert violations(page, CHANGING) == [], file


def test_axe_accepts_grid_during_keyboard_use(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "grid.html?fold=1")
    page.focus("#region")
    page.keyboard.press("ArrowDown")
    assert violations(page) == []


def test_the_pages_are_valid(real: Site, hostile: Site) -> None:
    own = ["index.html", "modules/keras.callbacks.html", "modules/index.html", "errors/index.html", "data.html"]
    files = [*(str(real.folder / page) for page in own), *(str(hostile.folder / page) for page in hostile.pages())]
    program = HERE / "node_modules" / ".bin" / "html-validate"
    command = [str(program), "--config", str(HERE / ".htmlvalidate.json"), "--formatter", "json", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = [
        f"{Path(file['filePath']).name}:{fault['line']}: {fault['ruleId']}: {fault['message']}"
        for file in json.loads(done.stdout)
        for fault in file["messages"]
    ]
    assert said[:20] == []
    assert done.returncode == 0, done.stderr


def test_what_is_switched_off_has_a_reason() -> None:
    rules = json.loads((HERE / ".htmlvalidate.json").read_text(encoding="utf-8"))["rules"]
    assert {name for name, level in rules.items() if level == "off"} == set(STYLE)
    assert {name for name, level in rules.items() if level not in ("off", "error")} == set(LOOSER)


def test_the_lock_names_no_registry() -> None:
    text = (HERE / "package-lock.json").read_text(encoding="utf-8")
    assert "registry" not in text
    lock = json.loads(text)
    assert lock["packages"]
    assert [name for name, item in lock["packages"].items() if "resolved" in item] == []
    assert [name for name, item in lock["packages"].items() if name and "integrity" not in item] == []
