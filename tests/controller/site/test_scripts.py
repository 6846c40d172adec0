"""The scripts of a page share their names: one that two of them define is wrong in one of them."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.support import ROOT

SITE = ROOT / "harness" / "controller" / "site"
DEFINED = re.compile(r"^(?:async )?(?:function|const|let) (\w+)", re.MULTILINE)
PAGES = [page for page in sorted((SITE / "templates").glob("*.html")) if "<script src" in page.read_text("utf-8")]


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_scripts_of_a_page_define_each_name_once(page: Path) -> None:
    text = page.read_text("utf-8")
    names = re.findall(r'<script src="[./]*static/([\w.]+)"', text)
    for loop in re.findall(r"for name in \((.*?)\)", text):
        names += [f"{name}.js" for name in re.findall(r'"([\w-]+)"', loop)]
    texts = [(SITE / "static" / name).read_text("utf-8") for name in names if (SITE / "static" / name).exists()]
    counts = Counter(name for text in texts for name in DEFINED.findall(text))
    assert counts
    assert [name for name, count in counts.items() if count > 1] == []
