"""All of a view is in its address."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import ADDRESSES, Reader, Site, columns, fields, hits, rows, search

VIEWS = [
    "q=Adam",
    "kind=symbol",
    "path=keras&path=tf.keras",
    "status=F",
    "from=tf214&to=tf215",
    "changed=tf216",
    "a=keras&b=tf.keras",
    "fold=1",
    "q=value+error&kind=snippet&status=F&changed=tf216&path=keras&fold=1",
]


def view(page: Page) -> object:
    return rows(page), columns(page) if rows(page) else {}, hits(page), page.inner_text("#found"), fields(page)


@pytest.mark.parametrize("how", ADDRESSES)
@pytest.mark.parametrize("state", VIEWS)
def test_a_link_gives_the_view_again(reader: Reader, hostile: Site, state: str, how: str) -> None:
    first = reader.open(hostile, f"grid.html?{state}", how)
    first.get_by_label("fold releases").click()
    first.get_by_label("fold releases").click()
    assert sorted(first.evaluate("location.search").lstrip("?").split("&")) == sorted(state.split("&"))
    again = reader.open(hostile, f"grid.html{first.evaluate('location.search')}", how)
    assert view(again) == view(first)


def test_what_is_chosen_stands_in_the_address(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "grid.html")
    page.get_by_label("Kind").select_option("snippet")
    page.get_by_label("tf.keras", exact=True).check()
    search(page, "a b&c")
    assert page.evaluate("location.search") == "?q=a+b%26c&kind=snippet&path=tf.keras"


@pytest.mark.parametrize("how", ADDRESSES)
def test_back_and_forward_go_through_the_views(reader: Reader, hostile: Site, how: str) -> None:
    page = reader.open(hostile, "grid.html", how)
    page.get_by_label("Kind").select_option("snippet")
    page.get_by_label("Status").select_option(label="crash")
    page.go_back()
    expect(page.get_by_label("Status")).to_have_value("")
    assert len(rows(page)) == 6
    page.go_back()
    assert len(rows(page)) == 9
    assert fields(page) == {}
    page.go_forward()
    page.go_forward()
    assert rows(page) == [("hostile", "keras")]


def test_typed_search_is_one_step_back(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "grid.html")
    page.get_by_label("Kind").select_option("symbol")
    page.get_by_label("Search").press_sequentially("Adam")
    page.go_back()
    expect(page.get_by_label("Search")).to_have_value("")
    expect(page.get_by_label("Kind")).to_have_value("symbol")


@pytest.mark.parametrize("how", ADDRESSES)
def test_back_from_details_restores_the_view(reader: Reader, hostile: Site, how: str) -> None:
    page = reader.open(hostile, "grid.html?status=C&fold=1", how)
    before = view(page)
    page.locator("td.c").click()
    expect(page.locator("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.go_back()
    page.wait_for_url("**/grid.html?*")
    expect(page.locator("#found")).to_contain_text("1 of 3")
    assert view(page) == before


@pytest.mark.parametrize("state", ["kind=nonsense", "status=Z&from=tf1&to=", "changed=%00&path=x&nothing=1", "q="])
def test_unknown_values_in_address_are_ignored(reader: Reader, hostile: Site, state: str) -> None:
    page = reader.open(hostile, f"grid.html?{state}")
    assert len(rows(page)) == 9
    assert len(columns(page)) == 7
    expect(page.get_by_label("Kind")).to_have_value("")


def test_the_anchor_of_a_section_is_kept(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "grid.html#symbol")
    page.get_by_label("fold releases").check()
    assert page.evaluate("location.search + location.hash") == "?fold=1#symbol"
