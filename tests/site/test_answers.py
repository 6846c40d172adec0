"""What people paste, and the answer that comes first."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import ADDRESSES, Reader, Site
from tests.support.hostile_project import HOSTILE

QUESTIONS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("questions.json").read_text(encoding="utf-8"))
ADAM = "from keras.optimizers import Adam"
_ABOUT = (
    """() => [...document.querySelectorAll("#answers .card")].map((card) => [card.dataset.kind, card.dataset.about])"""
)

_ASK_ALL = """async (texts) => {
    const box = document.getElementById("ask"), answers = document.getElementById("answers"), found = [];
    for (const text of texts) {
        box.value = text;
        box.dispatchEvent(new Event("input"));
        while (answers.ariaBusy !== "false") await new Promise((done) => setTimeout(done));
        found.push([...answers.querySelectorAll(".card")].map((card) => card.dataset.about));
    }
    return found
}"""


def ask(page: Page, text: str) -> list[tuple[str, str]]:
    """Paste into the box. Gives the kind of each answer, and what it is about."""
    page.locator("#ask").fill(text)
    page.locator("#answers[aria-busy=false]").wait_for(state="attached")
    return [(kind, about) for kind, about in page.evaluate(_ABOUT)]


def verdict(page: Page) -> str:
    return str(page.locator(".card .verdict").first.inner_text())


@pytest.fixture
def front(reader: Reader, real: Site) -> Page:
    return reader.open(real, "index.html")


def test_right_answers_come_first(front: Page) -> None:
    texts = [item["ask"] for item in QUESTIONS]
    found = dict(zip(texts, front.evaluate(_ASK_ALL, texts), strict=True))
    first = [text for text, abouts in found.items() if not set(abouts[:1]) & set(_wanted(text))]
    three = [text for text, abouts in found.items() if not set(abouts[:3]) & set(_wanted(text))]
    assert len(first) <= 0.1 * len(QUESTIONS), {text: found[text] for text in first}
    assert len(three) <= 0.03 * len(QUESTIONS), {text: found[text] for text in three}


def _wanted(text: str) -> list[str]:
    return next(item["first"] for item in QUESTIONS if item["ask"] == text)


def test_unknown_names_are_said_to_be_unknown(front: Page) -> None:
    asked = [item for item in QUESTIONS if item.get("unknown")]
    assert len(asked) >= 15
    for item in asked:
        kind, about = ask(front, item["ask"])[0]
        assert (kind in ("unknown", "outside"), about) == (True, item["first"][0])
        assert about in verdict(front)
        assert re.match("No measured release has|Not covered", verdict(front))


def test_misspelt_name_has_nearest_to_click(front: Page) -> None:
    ask(front, "tf.keras.layers.Dence")
    front.get_by_role("button", name="tensorflow.keras.layers.Dense", exact=True).click()
    front.locator(".card.name, .card.case").first.wait_for()
    expect(front.locator("#ask")).to_have_value("tensorflow.keras.layers.Dense")


def test_verdict_of_line_is_that_of_its_path(front: Page) -> None:
    ask(front, ADAM)
    assert verdict(front).startswith("keras: works 1.13 to 2.4, fails 2.5 to 2.8 at import, works from 2.9 on. Works: ")
    assert "tensorflow.keras" in verdict(front)
    expect(front.locator(".card .advice").first).to_have_text("Instead: Take Adam from tensorflow.keras.optimizers.")
    expect(front.locator(".card .why").first).to_contain_text("keras.optimizer_v2")


def test_verdict_of_message_is_where_it_was_said(front: Page, real: Site) -> None:
    message = "cannot import name 'Adam' from 'keras.optimizers'"
    ask(front, f"ImportError: {message} (/usr/lib/python3/keras/optimizers.py)")
    said = {cell["environment"] for cell in real.data["cells"] if message in (cell["message"] or "")}
    assert said == {"tf25", "tf26", "tf27", "tf28"}
    assert verdict(front).startswith("This message: keras 2.5 to 2.8. Works: tensorflow.keras")


def test_strip_has_the_cells_of_the_grid(front: Page, real: Site) -> None:
    ask(front, ADAM)
    row = front.locator(".card .row").first
    expect(row.locator(".paths")).to_have_text("keras")
    shown = dict(row.locator(".strip a").evaluate_all("links => links.map((a) => [a.hash.slice(1), a.ariaLabel])"))
    cells = real.rows["adam-import", "keras"]
    assert {name.partition(":")[0]: label.partition(": ")[2] for name, label in shown.items()} == {
        name: cell["status"] for name, cell in cells.items()
    }


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1440, 900)])
def test_verdict_is_seen_without_scrolling(reader: Reader, real: Site, width: int, height: int) -> None:
    page = reader.open(real, "index.html", viewport={"width": width, "height": height})
    for item in QUESTIONS[:20]:
        ask(page, item["ask"])
        box = page.locator(".card .verdict").first.bounding_box()
        assert box is not None
        assert page.evaluate("scrollY") == 0
        assert box["y"] + box["height"] <= height, item["ask"]
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, item["ask"]


@pytest.mark.parametrize("how", ADDRESSES)
def test_address_gives_the_answer_again(reader: Reader, real: Site, how: str) -> None:
    page = reader.open(real, "index.html", how)
    ask(page, ADAM)
    again = reader.open(real, f"index.html{page.evaluate('location.search')}", how)
    again.locator(".card").first.wait_for()
    assert again.evaluate(_ABOUT) == page.evaluate(_ABOUT)


def test_address_of_old_view_leads_to_grid(reader: Reader, real: Site) -> None:
    page = reader.open(real, "index.html?kind=symbol&fold=1")
    page.wait_for_url("**/grid.html?kind=symbol&fold=1")


def test_keys_alone_reach_the_evidence(front: Page) -> None:
    front.evaluate("document.activeElement.blur()")
    front.keyboard.press("/")
    assert front.evaluate("document.activeElement.id") == "ask"
    front.keyboard.insert_text(ADAM)
    front.locator(".card").first.wait_for()
    for key in ("Enter", "Tab", "Enter"):
        front.keyboard.press(key)
    front.wait_for_url("**/cases/adam-import.html")


def test_example_is_asked_by_a_click(front: Page) -> None:
    examples = front.locator(".examples button")
    expect(examples).to_have_count(3)
    text = examples.first.inner_text()
    examples.first.click()
    front.locator(".card").first.wait_for()
    expect(front.locator("#ask")).to_have_value(text)


def test_pasted_markup_stays_text(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "index.html")
    ask(page, f"{HOSTILE} `<b>` import x.<img>")
    ask(page, f"ValueError: {HOSTILE}")
    assert page.locator("[onerror], img[src=x]").count() == 0
    expect(page.locator(".card").first).to_be_visible()


def test_data_wait_for_the_box(reader: Reader, real: Site) -> None:
    page = reader.open(real, "index.html", viewport={"width": 390, "height": 800})  # a narrow page has no focus yet
    loaded = "() => [...document.scripts].map((script) => script.src.split('/').at(-1))"
    assert "answers.js" not in page.evaluate(loaded)
    page.locator("#ask").focus()
    assert {"answers.js", "names-public.js", "minisearch.js"} <= set(page.evaluate(loaded))


def test_first_page_and_its_data_are_small(real: Site) -> None:
    page = (real.folder / "index.html").read_text(encoding="utf-8")
    first = ["index.html", *re.findall(r'(?:src|href)="(static/[^"]+)"', page)]
    assert sum(map(real_size(real), first)) < 120_000
    data = ["static/answers.js", "static/names-public.js", "static/minisearch.js"]
    assert sum(map(real_size(real), data)) < 250_000
    assert real_size(real)("static/names-public.js") < 60_000


def real_size(site: Site) -> Any:
    return lambda name: len(gzip.compress((site.folder / name).read_bytes()))


def test_without_scripts_the_paths_are_read(reader: Reader, real: Site) -> None:
    page = reader.open(real, "index.html", java_script_enabled=False)
    expect(page.locator("#asking")).to_be_hidden()
    expect(page.locator(".verdicts tbody tr")).to_have_count(len({path for _, path in real.rows}))
    expect(page.get_by_role("link", name="The grid").first).to_be_visible()
