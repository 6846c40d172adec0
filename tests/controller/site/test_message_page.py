from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.controller.site import message_page
from harness.controller.site.data import SiteData
from harness.controller.site.message_page import message_pages
from harness.controller.site.pages import Pages

Make = Callable[..., SiteData]


def test_shared_messages_have_a_page(site: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_page, "LEAST_CELLS", 1)
    found = site()
    (page,) = message_pages(found, Pages(found).answers)
    assert (page.text, page.cells) == ("ValueError: no `layer`", 1)  # what is absent has a message of its import path
    assert [case.id for case, _ in page.places] == ["dense"]
    assert page.name.startswith("valueerror-no-layer-")


def test_rare_messages_have_none(site: Make) -> None:
    found = site()
    assert message_pages(found, Pages(found).answers) == []
