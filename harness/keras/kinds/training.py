"""`training`: a model is trained in one of four ways, and checked afterwards."""

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
from harness.keras.parts.steps import COMPILE, EVALUATE, TRAIN, check_steps, write_steps

FIELDS: dict[str, Field] = {
    "model": MODEL,
    "compile": COMPILE,
    "train": TRAIN,
    "evaluate": EVALUATE,
    "predict": data(),
    "expect": Mapping({**OF_MODEL, **OF_ALL}),
}
_NAMES = ["model", "inputs", "targets", "history", "losses", "evaluation", "prediction"]

_STARTER = """\
model:
  sequential:
    - layers.Dense: {units: 1, use_bias: false, kernel_initializer: ones, input_shape: [1]}
compile:
  optimizer: {optimizers.SGD: {learning_rate: 0.25}}
  loss: mse
train:
  by: train_on_batch
  inputs: {ones: [1, 1]}
  targets: {zeros: [1, 1]}
expect:
  weights: [{values: [[0.5]]}]  # 1 - 0.25 x the gradient, 2 x (1 - 0) x 1
"""


def check(body: dict[str, Any], place: Place) -> None:
    """Expectations need their steps."""
    check_steps(body, place)
    by_fit = body["train"]["by"].startswith("fit")
    check_expectations(body, place, [name for name in _NAMES if name != ("losses" if by_fit else "history")])
    if "history" in body["expect"] and not by_fit:
        place.at("expect").at("history").fault(f"{body['train']['by']} gives no history")


def write(body: dict[str, Any], script: Script) -> None:
    """Write the model, its training, and the checks."""
    body["model"].bind(script)
    write_steps(body, script)
    write_of_model(body, script)
    write_of_all(body["expect"], script, _NAMES)


KIND = Kind(
    "training",
    FIELDS,
    ("model", "compile", "train", "expect"),
    write,
    _STARTER,
    check,
    summary="train a model and check the effect",
)
"""The kind."""
