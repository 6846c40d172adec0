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
_ABOUT = """() => [...document.querySelectorAll("#answers .card")].map(({ dataset: { case: id, name, unknown } }) =>
        id ? ["case", id] : name ? ["name", name] : ["unknown", unknown])"""

_ASK_ALL = """async (texts) => {
    const box = document.getElementById("search"), answers = document.getElementById("answers"), found = [];
    for (const text of texts) {
        box.value = oneLine(text);
        box.dispatchEvent(new Event("input"));
        while (answers.ariaBusy !== "false") await new Promise((done) => setTimeout(done));
        const cards = [...answers.querySelectorAll(".card")];
        found.push(cards.map(({ dataset: { case: id, name, unknown } }) => id || name || unknown));
    }
    return found
}"""


def ask(page: Page, text: str) -> list[tuple[str, str]]:
    """Paste into the box. Gives the kind of each answer, and what it is about."""
    page.locator("#search").fill(text)
    page.locator("#answers[aria-busy=false]").wait_for(state="attached")
    return [(kind, about) for kind, about in page.evaluate(_ABOUT)]


def verdict(page: Page) -> str:
    return str(page.locator(".card .verdict").first.inner_text())


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
        assert (kind, about) == ("unknown", item["first"][0])
        assert about in verdict(front)
        assert re.match("No measured release has|Not covered", verdict(front))


def test_misspelt_name_has_nearest_to_click(front: Page) -> None:
    ask(front, "tf.keras.layers.Dence")
    front.get_by_role("button", name="tensorflow.keras.layers.Dense", exact=True).click()
    front.locator(".card.name, .card.case").first.wait_for()
    expect(front.locator("#search")).to_have_value("tensorflow.keras.layers.Dense")


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


def test_keys_alone_reach_the_evidence(reader: Reader, real: Site) -> None:
    front = reader.open(real, "index.html")
    front.evaluate("document.activeElement.blur()")
    front.keyboard.press("/")
    assert front.evaluate("document.activeElement.id") == "search"
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
    expect(front.locator("#search")).to_have_value(text)


def test_pasted_markup_stays_text(reader: Reader, hostile: Site) -> None:
    page = reader.open(hostile, "index.html")
    ask(page, f"{HOSTILE} `<b>` import x.<img>")
    ask(page, f"ValueError: {HOSTILE}")
    assert page.locator("[onerror], img[src=x]").count() == 0
    expect(page.locator(".card").first).to_be_visible()


TRACE = """Traceback (most recent call last):
  File "train.py", line 3, in <module>
    from keras.optimizers import Adam
ImportError: cannot import name 'Adam' from 'keras.optimizers' (/usr/lib/keras/optimizers.py)
"""


def test_pasted_traceback_keeps_its_lines(reader: Reader, real: Site) -> None:
    page = reader.open(real, "index.html", "served", permissions=["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", TRACE)
    page.locator("#search").focus()
    page.keyboard.press("Control+V")
    page.locator(".card").first.wait_for()
    assert page.locator("#search").input_value().count("\u23ce") == 3
    assert verdict(page).startswith("This message: keras 2.5 to 2.8.")


def test_joined_lines_of_a_traceback_are_understood(front: Page) -> None:
    ask(front, TRACE)  # a box of one line makes spaces of what ends a line
    assert verdict(front).startswith("This message: keras 2.5 to 2.8.")


def test_method_of_a_class_is_a_name(front: Page) -> None:
    assert ask(front, "keras.Model.fit_generator")[0] == ("name", "keras.Model.fit_generator")
    assert verdict(front).startswith("keras.Model.fit_generator can be imported, and reached as an attribute, in 1.13")


def test_unknown_name_comes_with_how_to_ask(front: Page) -> None:
    ask(front, "from keras.layers import LSTMX")
    expect(front.get_by_role("link", name="How to ask for it")).to_have_attribute("href", "ask.html")


def test_expected_error_is_found_and_said(front: Page, real: Site) -> None:
    ask(front, "plot_model: ImportError: You must install pydot")
    expect(front.locator(".card .expects").first).to_contain_text("where it passes, ImportError:")


def test_advice_stands_where_it_applies(front: Page) -> None:
    ask(front, "from tensorflow.keras.optimizers import Adam")
    assert verdict(front).startswith("tensorflow.keras: works from 1.13 on.")
    expect(front.locator(".card").first.locator(".advice")).to_have_count(0)


def test_terms_lead_to_their_view(front: Page, reader: Reader, real: Site) -> None:
    front.locator("#search").fill("status:fail path:keras kind:symbol")
    link = front.get_by_role("link", name="Open this view")
    expect(link).to_have_attribute("href", "grid.html?q=status%3Afail%20path%3Akeras%20kind%3Asymbol#region")


def test_strip_says_messages_under_the_pointer(front: Page) -> None:
    ask(front, ADAM)
    front.get_by_role("link", name="2.6: fail", exact=True).first.hover()
    expect(front.get_by_role("tooltip")).to_contain_text("keras in 2.6: fail")
    expect(front.get_by_role("tooltip")).to_contain_text("ImportError: cannot import name 'Adam'")


@pytest.mark.parametrize(
    ("query", "said"), [("case=adam-import", "Works: "), ("name=tf.keras.layers.Dense", "tensorflow")]
)
def test_card_for_frames_has_one_answer(reader: Reader, real: Site, query: str, said: str) -> None:
    page = reader.open(real, f"embed.html?{query}")
    expect(page.locator(".card")).to_have_count(1)
    expect(page.locator(".card .verdict")).to_contain_text(said)
    assert set(page.locator("a").evaluate_all("links => links.map((link) => link.target)")) == {"_top"}


def test_data_wait_for_the_box(reader: Reader, real: Site) -> None:
    page = reader.open(real, "index.html", viewport={"width": 390, "height": 800})  # a narrow page has no focus yet
    loaded = "() => [...document.scripts].map((script) => script.src.split('/').at(-1))"
    assert "answers.js" not in page.evaluate(loaded)
    page.locator("#search").focus()
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
