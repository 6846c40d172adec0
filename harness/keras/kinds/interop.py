"""`interop`: objects of several paths are combined step by step, and the result is checked."""

from __future__ import annotations

from typing import Any

from harness.cases.codegen.script import Script
from harness.cases.document.containers import Mapping
from harness.cases.document.fields import Field
from harness.cases.document.reader import Place
from harness.cases.kinds.base import Kind
from harness.cases.parts.expectations import OF_ALL, check_expectations, write_of_all
from harness.keras.parts.models import STEPS
from harness.keras.parts.written_order import check_written_order, write_written_order

FIELDS: dict[str, Field] = {"steps": STEPS, "expect": Mapping(OF_ALL)}

_STARTER = """\
steps:
  - x: {tf.keras::layers.Input: {shape: [4]}}
  - y: layers.Dense(2)(x)
  - network: tf.keras::models.Model(x, y)
expect:
  silent:
    - len(network.trainable_weights) == 2  # kernel and bias
"""


def check(body: dict[str, Any], place: Place) -> None:
    """A step uses only names of steps above it."""
    check_expectations(body, place, check_written_order(body["steps"], place.at("steps")))


def write(body: dict[str, Any], script: Script) -> None:
    """Write the steps in order, each in its stage, and the checks."""
    write_of_all(body["expect"], script, write_written_order(body["steps"], script))


KIND = Kind(
    "interop", FIELDS, ("steps", "expect"), write, _STARTER, check, summary="pass objects of one import path to another"
)
"""The kind."""
