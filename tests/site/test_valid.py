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


def violations(page: Page) -> list[tuple[str, list[Any]]]:
    """A script element would be against the page's policy; what the tests evaluate is not."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({resultTypes: ['violations'], preload: false})")
    return [(item["id"], [node["html"] for node in item["nodes"]][:3]) for item in found["violations"]]


@pytest.fixture(autouse=True, scope="session")
def _tools() -> None:
    if not AXE.is_file():
        pytest.fail("axe-core and html-validate are missing: npm ci --prefix tests/site installs them", pytrace=False)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(reader: Reader, hostile: Site, scheme: str) -> None:
    for file in (*hostile.pages(), "cases/hostile.html#tf216:keras"):
        assert violations(reader.open(hostile, file, color_scheme=scheme)) == [], file


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_real_site(reader: Reader, real: Site, scheme: str) -> None:
    cell = next(cell for cell in real.data["cells"] if cell["status"] == "fail")
    address = f"cases/{cell['case']}.html#{cell['environment']}:{cell['path']}"
    for file in (*real.pages(), address, "grid.html?q=Adam&fold=1", "index.html?q=Adam"):
        if file != "grid.html":  # ten thousand times the same: the page with a search has it all
            assert violations(reader.open(real, file, color_scheme=scheme)) == [], file


def test_axe_accepts_grid_during_keyboard_use(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "grid.html?fold=1")
    page.focus("#region")
    page.keyboard.press("ArrowDown")
    assert violations(page) == []


def test_the_pages_are_valid(real: Site, hostile: Site) -> None:
    files = [str(site.folder / page) for site in (real, hostile) for page in site.pages()]
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
