"""The pages of a package index about a project: the simple API as JSON or HTML, and the JSON API. No I/O."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from html.parser import HTMLParser
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag
from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version


class NoIndexPage(Exception):
    """The text is not a page of a package index."""


@dataclass(frozen=True)
class File:
    """One file of a project. A source package has no tags; `uploaded` is None where the page does not give it."""

    project: str
    version: Version
    tags: frozenset[Tag]
    uploaded: datetime | None
    yanked: bool
    requires_python: SpecifierSet


def read_simple_json(text: str) -> list[File]:
    """The files on a page of the simple API as JSON. Raises NoIndexPage."""
    try:
        rows = [
            _file(entry["filename"], entry.get("upload-time"), entry.get("yanked"), entry.get("requires-python"))
            for entry in json.loads(text)["files"]
        ]
    except _MALFORMED:
        raise NoIndexPage from None
    return _known(rows)


def read_simple_html(text: str) -> list[File]:
    """The files on a page of the simple API as HTML. Raises NoIndexPage, also for a page without any file."""
    page = _Page()
    page.feed(text)
    page.close()
    try:
        rows = [
            _file(
                name, link.get("data-upload-time"), "data-yanked" in link, link.get("data-requires-python")
            )  # yanked without a reason is yanked too
            for link, name in page.links
        ]
    except _MALFORMED:
        raise NoIndexPage from None
    if not _known(rows):
        raise NoIndexPage
    return _known(rows)


def read_json_api(text: str) -> list[File]:
    """The files in an answer of the JSON API, older than the simple API in JSON. Raises NoIndexPage."""
    try:
        rows = [
            _file(
                entry["filename"], entry.get("upload_time_iso_8601"), entry.get("yanked"), entry.get("requires_python")
            )
            for files in json.loads(text)["releases"].values()
            for entry in files
        ]
    except _MALFORMED:
        raise NoIndexPage from None
    return _known(rows)


_MALFORMED = (ValueError, LookupError, TypeError, AttributeError)


def _known(rows: Iterable[File | None]) -> list[File]:
    return [row for row in rows if row is not None]


def _file(name: Any, uploaded: str | None, yanked: object, requires_python: str | None) -> File | None:
    """None for files that no resolver uses: eggs, installers, invalid names."""
    tags: frozenset[Tag] = frozenset()
    try:
        if name.endswith(".whl"):
            project, version, _, tags = parse_wheel_filename(name)
        else:
            project, version = parse_sdist_filename(name)
    except (InvalidSdistFilename, InvalidWheelFilename):
        return None
    return File(project, version, tags, _time(uploaded), bool(yanked), _specifiers(requires_python))


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(re.sub(r"\.\d+", "", text).replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _specifiers(text: str | None) -> SpecifierSet:
    try:
        return SpecifierSet(text or "")
    except InvalidSpecifier:  # of old packages; pip ignores it too
        return SpecifierSet()


class _Page(HTMLParser):
    """Collects the links, each with its text."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[dict[str, str | None], str]] = []
        self.open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open = tag == "a"
        if self.open:
            self.links.append((dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        if self.open:
            attributes, name = self.links[-1]
            self.links[-1] = attributes, name + data.strip()

    def handle_endtag(self, tag: str) -> None:
        self.open = False
