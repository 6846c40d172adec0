"""What the tests of the site do in a browser, and what they look at."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

PATIENCE = 60_000  # milliseconds, on a busy machine: what waits longer will not come
NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "these tests need a Chromium: install Debian's package `chromium`, or put google-chrome on the PATH"
PAGES = (
    "index.html",
    "grid.html",
    "summary.html",
    "data.html",
    "imports.html",
    "ask.html",
    "embed.html?case={case}",
    "cases/{case}.html",
    "paths/index.html",
    "paths/keras.html",
    "releases/index.html",
    "releases/tf216.html",
)
ADDRESSES = ("file", "served")

_WATCH = """addEventListener("securitypolicyviolation",
    (event) => console.error("policy:", event.violatedDirective, event.blockedURI))"""
_ROWS = """() => [...document.querySelectorAll("#region tbody")].flatMap((body) => [...body.rows]
    .filter((row) => !row.classList.contains("case") && row.checkVisibility())
    .map((row) => [body.dataset.case, row.cells[0].textContent]))"""
_COLUMNS = """() => [...document.querySelectorAll("#region .grid")]
    .find((table) => table.checkVisibility()).tHead.rows[0].querySelectorAll("th[data-env]")
    .values().filter((head) => head.checkVisibility())
    .map((head) => [head.dataset.env, head.querySelector("a").textContent]).toArray()"""
_HITS = """() => [...document.querySelectorAll("#region td.hit")].map((cell) => [
    cell.closest("tbody").dataset.case, cell.parentElement.cells[0].textContent,
    cell.closest("table").tHead.rows[0].cells[cell.cellIndex].dataset.env])"""
_FOCUSED = """() => { const cell = document.activeElement; return cell.tagName !== "TD" ? null : [
    cell.closest("tbody").dataset.case || null, cell.parentElement.cells[0].textContent,
    cell.closest("table").tHead.rows[0].cells[cell.cellIndex].dataset.env] }"""


def find_chromium() -> str:
    """The browser's program. Raises FileNotFoundError, which says what to install."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise FileNotFoundError(MISSING)
    return found


@dataclass(frozen=True)
class Site:
    """A published site, and its own data: what its pages are held against."""

    folder: Path
    host: str  # where it is served, below a path

    def address(self, page: str, how: str = "file") -> str:
        return f"{self.folder.as_uri()}/{page}" if how == "file" else f"{self.host}{page}"

    @cached_property
    def data(self) -> dict[str, Any]:
        """What is in grid.json: each cell by itself, with the keys that it leaves out."""
        found: dict[str, Any] = json.loads((self.folder / "grid.json").read_text(encoding="utf-8"))
        left_out: dict[str, Any] = {"stage": None, "error": None, "message": None, "warnings": []}
        places = {environment["id"]: place for place, environment in enumerate(found["environments"])}
        cells = [
            {**left_out, **cell, "environment": name} for cell in found["cells"] for name in cell.pop("environments")
        ]
        cells.sort(key=lambda cell: places.get(cell["environment"], len(places)))
        return {**found, "cells": cells}

    @cached_property
    def rows(self) -> dict[tuple[str, str], dict[str, dict[str, Any]]]:
        """The cells by environment of each row, by case and path."""
        rows: dict[tuple[str, str], dict[str, dict[str, Any]]] = defaultdict(dict)
        for cell in self.data["cells"]:
            rows[cell["case"], cell["path"]][cell["environment"]] = cell
        return rows

    @cached_property
    def kinds(self) -> dict[str, str]:
        return {case["id"]: case["kind"] for case in self.data["cases"]}

    def pages(self) -> Iterator[str]:
        """One page of each type."""
        yield from (page.format(case=self.data["cases"][0]["id"]) for page in PAGES)


@dataclass
class Reader:
    """Somebody with a browser, who minds whatever a page should not do."""

    browser: Browser

    def __post_init__(self) -> None:
        self.faults: list[str] = []
        self.contexts: list[BrowserContext] = []
        self.allowed: list[str] = []
        self.kept: dict[str, Page] = {}

    def open(self, site: Site, page: str, how: str = "file", **options: Any) -> Page:
        """Open a page of a site in a window of its own."""
        context = self.browser.new_context(**{"viewport": {"width": 1200, "height": 900}, **options})
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        self.allowed.append(site.address("", how))
        context.on("request", lambda request: self._mind_request(request.url))
        context.on("weberror", lambda error: self.faults.append(f"error: {error.error}"))
        context.on("console", lambda said: self._mind_console(said.type, said.text))
        opened = context.new_page()
        if options.get("java_script_enabled", True):
            opened.add_init_script(_WATCH)
        opened.goto(site.address(page, how))
        return opened

    def keep(self, site: Site, page: str) -> Page:
        """A page that stays open, so that the next test finds it as this one leaves it."""
        address = site.address(page)
        if address not in self.kept:
            self.kept[address] = self.open(site, page)
        return self.kept[address]

    def _mind_console(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.faults.append(text)

    def _mind_request(self, url: str) -> None:
        if not url.startswith(tuple(self.allowed)):
            self.faults.append(f"left the site: {url}")

    def close(self) -> None:
        for context in self.contexts:
            context.close()


def rows(page: Page) -> list[tuple[str, str]]:
    """The rows shown, by case and path."""
    return [(case, path) for case, path in page.evaluate(_ROWS)]


def columns(page: Page) -> dict[str, str]:
    """The columns shown: their environments and what stands in their heads."""
    return dict(page.evaluate(_COLUMNS))


def hits(page: Page) -> set[tuple[str, str, str]]:
    """The cells that are marked as what was looked for."""
    return {(case, path, environment) for case, path, environment in page.evaluate(_HITS)}


def focused(page: Page) -> tuple[str | None, str, str] | None:
    """The cell that has the focus: its case (on the grid's page), path and environment."""
    found = page.evaluate(_FOCUSED)
    return tuple(found) if found else None


def search(page: Page, text: str) -> str:
    """Paste into the search box. Gives what is announced."""
    page.get_by_label("Search").fill(text)
    return str(page.inner_text("#found"))


def set_view(page: Page, query: str) -> Page:
    """The grid's page at another address, without loading it again."""
    page.evaluate("query => { history.replaceState(null, '', location.pathname + query); readAddress() }", f"?{query}")
    return page


def fields(page: Page) -> dict[str, Any]:
    """What stands in the fields of the form of filters."""
    found: dict[str, Any] = page.evaluate("Object.fromEntries(new URLSearchParams(new FormData(document.forms[0])))")
    return {name: value for name, value in found.items() if value}
