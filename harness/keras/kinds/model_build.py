"""`model_build`: a model is built, compiled, trained and copied, and its predictions are checked."""

from __future__ import annotations

from typing import Any

from harness.cases.codegen.script import Script
from harness.cases.document.containers import Mapping
from harness.cases.document.fields import Field
from harness.cases.document.reader import Place
from harness.cases.kinds.base import Kind
from harness.cases.parts.arrays import data
from harness.cases.parts.expectations import OF_ALL, OF_MODEL, check_expectations, write_of_all, write_of_model
from harness.keras.parts.models import MODEL
from harness.keras.parts.steps import COMPILE, COPY, EVALUATE, FIT, check_steps, write_copy, write_steps

FIELDS: dict[str, Field] = {
    "model": MODEL,
    "compile": COMPILE,
    "fit": FIT,
    "evaluate": EVALUATE,
    "predict": data(),
    "copy": COPY,
    "expect": Mapping({**OF_MODEL, **OF_ALL}),
}
_NAMES = ["model", "inputs", "targets", "history", "evaluation", "prediction", "copy", "copied"]

_STARTER = """\
model:
  sequential:
    - layers.Dense: {units: 3, kernel_initializer: ones, input_shape: [4]}
    - layers.Dense: {units: 2, kernel_initializer: ones}
predict: {ones: [5, 4]}
expect:
  parameters: 23  # 4 x 3 + 3 + 3 x 2 + 2
  prediction:
    equals: {full: [5, 2], value: 12.0}  # 4 ones summed into each of 3 units, summed again
"""


def check(body: dict[str, Any], place: Place) -> None:
    """Expectations need their steps."""
    check_steps(body, place)
    check_expectations(body, place, _NAMES)


def write(body: dict[str, Any], script: Script) -> None:
    """Write the steps of the body, and the checks."""
    body["model"].bind(script)
    write_steps(body, script)
    if "copy" in body:
        several = isinstance(body["expect"].get("prediction"), list)
        write_copy(body["copy"], script, body.get("predict"), "prediction", several)
    write_of_model(body, script)
    write_of_all(body["expect"], script, _NAMES)


KIND = Kind(
    "model_build",
    FIELDS,
    ("model", "expect"),
    write,
    _STARTER,
    check,
    summary="build, compile, train, predict with and copy a model",
)
"""The kind."""
