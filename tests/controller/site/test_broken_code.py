from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.controller.errors import HarnessError
from harness.controller.results.broken_code import (
    BrokenName,
    BrokenPackage,
    broken_code_file,
    broken_code_text,
    read_broken_code,
)
from harness.controller.site.data import SiteData
from harness.controller.site.pages import Pages
from tests.support import ROOT

NAME = BrokenName("keras.engine", "import", "a/b.py:3", 2, ("tf215", "tf216"), "")
PACKAGE = BrokenPackage("rl", "1.0", ">=2", 7, (NAME,))


def test_the_document_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = broken_code_file(tmp_path)
    assert read_broken_code(file) == ()
    file.write_text(broken_code_text([PACKAGE]), encoding="utf-8")
    assert read_broken_code(file) == [PACKAGE]


@pytest.mark.parametrize("text", ["", "[]", '{"schema": 2}', '{"schema": 1, "packages": [{}]}'])
def test_another_document_is_one_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(HarnessError, match=r"x\.json: (not a document of broken code|schema 2)"):
        read_broken_code(file)


def test_the_page_counts_broken_names_by_release(site: Callable[..., SiteData]) -> None:
    text = dict(Pages(site(broken_code=[PACKAGE])).all_pages())["code.html"]
    assert '<a href="#rl-1.0">rl 1.0</a></th><td>&gt;=2</td><td></td><td>1</td><td>1</td>' in text
    assert "breaks from 2.15 on: <code>a/b.py:3</code>, and the name in 1 more place" in text


def test_without_the_document_no_page_exists(site: Callable[..., SiteData]) -> None:
    assert "code.html" not in dict(Pages(site()).all_pages())


def test_the_published_document_has_packages() -> None:
    packages = read_broken_code(broken_code_file(ROOT / "results"))
    assert len({package.name for package in packages}) >= 30
    assert all(name.breaks and name.lines for package in packages for name in package.broken)
