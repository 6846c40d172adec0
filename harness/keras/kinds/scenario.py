"""`scenario`: objects are built and called step by step, in the order written, and the result is checked."""

from __future__ import annotations

from typing import Any

from harness.cases.codegen.script import Script
from harness.cases.document.containers import Mapping
from harness.cases.document.fields import Field
from harness.cases.document.reader import Place
from harness.cases.kinds.base import Kind
from harness.cases.parts.expectations import OF_ALL, OF_MODEL, check_expectations, write_of_all, write_of_model
from harness.keras.parts.models import MODEL, STEPS
from harness.keras.parts.steps import COMPILE, write_compile
from harness.keras.parts.written_order import check_written_order, write_written_order

# What a model has after the steps; the results of its methods have the names that the steps give them.
_OF_MODEL = (
    "parameters",
    "trainable_weights",
    "non_trainable_weights",
    "output_shape",
    "layers",
    "weights",
    "tolerance",
)
FIELDS: dict[str, Field] = {
    "model": MODEL,
    "compile": COMPILE,
    "steps": STEPS,
    "expect": Mapping({**{key: OF_MODEL[key] for key in _OF_MODEL}, **OF_ALL}),
}

_STARTER = """\
steps:
  - weight: tf.Variable(1.0)
  - optimizer: {optimizers.SGD: {learning_rate: 0.25}}
  - optimizer.apply_gradients([(tf.constant(2.0), weight)])
expect:
  numbers:
    weight: 0.5  # 1 - 0.25 x 2
    optimizer.iterations: 1
"""


def check(body: dict[str, Any], place: Place) -> None:
    """A step uses only the model and names of steps above it."""
    if "compile" in body and "model" not in body:
        place.at("compile").fault("needs the key 'model', which is missing")
    for key in _OF_MODEL:
        if key in body["expect"] and "model" not in body:
            place.at("expect").at(key).fault("needs the key 'model', which is missing")
    given = ["model"] if "model" in body else []
    check_expectations(body, place, check_written_order(body["steps"], place.at("steps"), given))


def write(body: dict[str, Any], script: Script) -> None:
    """Write the model, the steps in order, each in its stage, and the checks."""
    given = ["model"] if "model" in body else []
    if "model" in body:
        body["model"].bind(script)
    if "compile" in body:
        write_compile(body["compile"], script)
    given = write_written_order(body["steps"], script, given)
    if "model" in body:
        write_of_model(body, script)
    write_of_all(body["expect"], script, given)


KIND = Kind(
    "scenario",
    FIELDS,
    ("steps", "expect"),
    write,
    _STARTER,
    check,
    summary="build and call objects step by step, in the order written",
)
"""The kind."""
