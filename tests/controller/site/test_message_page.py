from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

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


def test_messages_of_one_case_are_read_there(site: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_page, "LEAST_CELLS", 1)
    pages = Pages(site())
    (page,) = pages.messages
    (answer,) = [answer for answer in pages.answers["dense"] if answer.result.error == "ValueError"]
    assert page.link == f"../cases/dense.html#{answer.anchor}"
    files = dict(pages.all_pages())
    assert f'id="{answer.anchor}"' in files["cases/dense.html"]
    assert f'href="{page.link}"' in files["errors/index.html"]
    assert f"errors/{page.name}.html" not in files


def test_messages_of_several_cases_have_a_page(site: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_page, "LEAST_CELLS", 1)
    pages = Pages(site())
    (page,) = pages.messages
    page.places += [(replace(case, id="other"), answer) for case, answer in page.places]
    assert page.link == f"{page.name}.html"
    assert page.title in dict(pages.all_pages())[f"errors/{page.link}"]


def test_rare_messages_have_none(site: Make) -> None:
    found = site()
    assert message_pages(found, Pages(found).answers) == []
