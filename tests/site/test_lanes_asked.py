"""What releases do with other packages is an answer too, which leads to its table on the first page."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.site.test_answers import ask, verdict
from tests.support.browsing import Reader, Site

DECODE = "model = load_model('model.h5')\nAttributeError: 'str' object has no attribute 'decode'"
PROTOBUF = (
    "TypeError: Descriptors cannot not be created directly.\nIf this call came from a _pb2.py file, your generated"
)


def test_answer_has_the_releases_and_the_versions_that_work(front: Page) -> None:
    assert ask(front, DECODE)[0] == ("case", "lane-h5py3")
    assert "This message in" in verdict(front)
    expect(front.locator("#answers .card .advice").first).to_contain_text("with h5py 2.10.0 it works in")
    strip = front.locator("#answers .card").first.locator(".strip li")
    assert "2.2" not in strip.all_inner_texts(), "no lane asks 2.2"
    assert "2.5" in strip.all_inner_texts()


def test_answer_has_the_bounds_that_were_verified(front: Page) -> None:
    assert ask(front, PROTOBUF)[0][1] in ("lane-today", "lane-oldest")
    expect(front.locator("#answers .card .advice").first).to_contain_text("with protobuf<4 it works in")
    expect(front.locator("#answers .card .why").first).to_contain_text("protobuf 4.21.1 and later break it")


def test_answer_leads_to_its_table(reader: Reader, real: Site) -> None:
    page = reader.open(real, "index.html")
    assert ask(page, DECODE)[0] == ("case", "lane-h5py3")
    page.get_by_role("link", name="Evidence: what each release does").first.click()
    page.wait_for_url("**/index.html#lane-h5py3")
    expect(page.locator("#lane-h5py3")).to_be_in_viewport()
    expect(page.locator("#lane-h5py3")).to_contain_text("Loads an HDF5 file with h5py 3")
