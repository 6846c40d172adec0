from __future__ import annotations

import pytest

from harness.controller.grid.issue_links import link
from tests.support.languages import LANGUAGE


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("tensorflow#59612", "https://github.com/tensorflow/tensorflow/issues/59612"),
        ("keras#11848", "https://github.com/keras-team/keras/issues/11848"),
        ("tf-keras#196", "https://github.com/keras-team/tf-keras/issues/196"),
        ("keras-tuner#1039", "https://github.com/keras-team/keras-tuner/issues/1039"),
        ("probability#1774", "https://github.com/tensorflow/probability/issues/1774"),
        ("addons#2865", "https://github.com/tensorflow/addons/issues/2865"),
        ("owner/na.me_1#1", "https://github.com/owner/na.me_1/issues/1"),
    ],
)
def test_an_issue_is_an_address(text: str, address: str) -> None:
    assert link(text, LANGUAGE.subject.repositories) == address


@pytest.mark.parametrize(
    "text",
    ["KeyBERT#101", "https://keras.io/x#1", "keras", "keras#", "keras#1 and keras#2", "a/b/c#1", "keras#1\n", "#1"],
)
def test_any_other_text_is_kept(text: str) -> None:
    assert link(text, LANGUAGE.subject.repositories) == text
