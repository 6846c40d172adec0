from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree

from harness.controller.site.chart import chart
from tests.support.languages import LANGUAGE

LABELS = ["2.15", "2.16", "2.17"]


def drawn(**shares: list[float | None]) -> ElementTree.Element:
    return ElementTree.fromstring(chart(shares, LABELS, LANGUAGE.subject))


def test_the_chart_names_every_line_and_release() -> None:
    texts = [element.text for element in drawn(keras=[10, 20, 30], tf_keras=[0, 50, 100]).iter("text")]
    assert {"keras", "tf_keras", *LABELS, "passing cells, percent"} <= set(texts)


def test_chart_uses_no_policy_forbidden_styles() -> None:
    root = drawn(keras=[10, 20, 30])
    assert [element.tag for element in root.iter() if element.tag in ("style", "script", "metadata")] == []
    assert [element for element in root.iter() if "style" in element.attrib] == []
    text = chart({"keras": [10, 20, 30]}, LABELS, LANGUAGE.subject)
    assert "#000000" not in text
    assert "http" not in text


def test_same_numbers_give_same_chart() -> None:
    assert chart({"keras": [10, 20, 30]}, LABELS, LANGUAGE.subject) == chart(
        {"keras": [10, 20, 30]}, LABELS, LANGUAGE.subject
    )


def test_chart_has_gap_for_missing_value() -> None:
    whole = str(chart({"keras": [10, 20, 30]}, LABELS, LANGUAGE.subject))
    assert whole.count("<use") > str(chart({"keras": [10, None, 30]}, LABELS, LANGUAGE.subject)).count("<use")


def test_line_end_names_do_not_overlap() -> None:
    shares: dict[str, list[float | None]] = {f"path{n}": [0, 0, 50] for n in range(4)}
    root = ElementTree.fromstring(chart(shares, LABELS, LANGUAGE.subject))
    heights = sorted(float(text.attrib["y"]) for text in root.iter("text") if (text.text or "").startswith("path"))
    assert len(heights) == 4
    assert min(second - first for first, second in pairwise(heights)) > 8
