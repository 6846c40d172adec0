"""A message is read with the line of code that it was said of."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.site.test_answers import ask

LOST = "AttributeError: module 'tensorflow' has no attribute 'python'"
TENSOR = (
    "ValueError: A KerasTensor cannot be used as input to a TensorFlow function. A KerasTensor is a symbolic "
    "placeholder for a shape and dtype, used when constructing Keras Functional models or Keras Functions."
)


@pytest.mark.parametrize("module", ["backend", "layers"])
def test_what_is_missing_is_asked_and_not_the_names_in_it(front: Page, module: str) -> None:
    text = f"import tensorflow.python.keras.{module} as K\n{LOST}"
    assert ask(front, text)[0] == ("case", "tf-python-keras-attribute")


def test_line_says_the_place_that_a_message_leaves_out(front: Page) -> None:
    text = "from keras._impl.keras.backend import abs\nImportError: cannot import name 'abs'"  # up to Python 3.6
    assert ask(front, text)[0][1] == "keras._impl.keras.backend.abs"


def test_of_cases_that_say_the_same_public_paths_come_first(front: Page) -> None:
    assert ask(front, f"output = tf.matmul(x, self.vars['weights'])\n{TENSOR}")[0] == ("case", "tf-op-on-input")
