"""`save_load`: a model or its weights are written to a file and read back; predictions must stay the same."""

from __future__ import annotations

import json
from typing import Any

from harness.cases.codegen.literals import further
from harness.cases.codegen.script import Script
from harness.cases.document.containers import Items, Mapping, Named, Value
from harness.cases.document.fields import Field, Matching, is_reference
from harness.cases.document.reader import Place
from harness.cases.kinds.base import Kind
from harness.cases.parts.arrays import data
from harness.cases.parts.expectations import OF_ALL, OF_MODEL, check_expectations, write_of_all, write_of_model
from harness.contract.statuses import Stage
from harness.keras.parts.layer_class import CLASS, LAYER, check_layer, write_layer
from harness.keras.parts.models import MODEL
from harness.keras.parts.steps import COMPILE, FIT, check_steps, same, write_predict, write_steps

METHODS = ("save", "save_weights", "export", "load_weights")
_PART = r"(?!\.\.?(/|$))[\w.-]+"  # of a path that stays in the cell's own folder
FILE_NAME = Matching(rf"{_PART}(/{_PART})*", "a file name")


class SavingOrLoading(Matching):
    """A method or function that saves or loads; `more` are further methods."""

    def __init__(self, *more: str) -> None:
        self.methods = (*METHODS, *more)
        super().__init__(
            rf"{'|'.join(self.methods)}|([A-Za-z_][\w.]*::)?[A-Za-z_]\w*(\.\w+)+",
            "a method of the model ({}) or a function such as models.load_model".format(", ".join(self.methods)),
        )

    def fits(self, value: Any) -> bool:
        return super().fits(value) and (value in self.methods or is_reference(value))


FIELDS: dict[str, Field] = {
    "layer": LAYER,
    "model": MODEL,
    "compile": COMPILE,
    "fit": FIT,
    "input": data(),
    "save": Mapping(
        {"with": SavingOrLoading(), "file": FILE_NAME, "options": Named(Value())}, required=["with", "file"]
    ),
    "load": Mapping({"with": SavingOrLoading(), "file": FILE_NAME, "options": Named(Value())}, required=["with"]),
    "expect": Mapping({"files": Items(FILE_NAME), **OF_MODEL, **OF_ALL}),
}
_NAMES = ["model", "restored", CLASS, "inputs", "targets", "history", "prediction", "again"]

_STARTER = """\
model:
  sequential:
    - layers.Dense: {units: 2, kernel_initializer: ones, input_shape: [4]}
input: {ones: [3, 4]}
save: {with: save, file: model.h5}
load: {with: models.load_model}
expect:
  files: [model.h5]
  parameters: 10  # 4 x 2 + 2
  prediction:
    equals: {full: [3, 2], value: 4.0}  # 4 ones summed
"""


def check(body: dict[str, Any], place: Place) -> None:
    """One way saves, and another loads."""
    if "layer" in body:
        check_layer(body["layer"], place.at("layer"))
    if body["save"]["with"] == "load_weights":
        place.at("save").at("with").fault("load_weights saves nothing")
    if body.get("load", {}).get("with") in METHODS[:3]:
        place.at("load").at("with").fault(f"{body['load']['with']} loads nothing")
    check_steps(body, place)
    check_expectations(body, place, _NAMES, fed_by="input")


def write(body: dict[str, Any], script: Script) -> None:
    """Write the model, its predictions, saving, loading, the predictions after that, and the checks."""
    if "layer" in body:
        write_layer(body["layer"], script)
    body["model"].bind(script)
    write_steps(body, script)
    if "input" in body:
        write_predict(body["input"], script)
    write_save(body["save"], script)
    restored = "model"
    if "load" in body:
        restored = _write_load(body["load"], body["save"]["file"], script)
        if "input" in body:
            several = isinstance(body["expect"].get("prediction"), list)
            write_predict(body["input"], script, "again", restored)
            script.add(Stage.CHECK, *same("again", "prediction", several))
    for name in body["expect"].get("files", []):
        script.plain("import os")
        script.add(Stage.CHECK, f'assert os.path.exists("{name}"), sorted(os.listdir())')
    write_of_model({**body, "predict": body.get("input")}, script, restored)
    write_of_all(body["expect"], script, _NAMES)


def write_save(save: dict[str, Any], script: Script) -> None:
    """Write the statement that saves the variable `model`."""
    more = further(save.get("options", {}), script)
    file = json.dumps(save["file"])
    if save["with"] in METHODS:
        script.add(Stage.SAVE, f"model.{save['with']}({file}{more})")
    else:
        script.add(Stage.SAVE, f"{saving_function(save['with'], script)}(model, {file}{more})")


def _write_load(load: dict[str, Any], saved: str, script: Script) -> str:
    """Write the loading; the name of the loaded model."""
    more = further(load.get("options", {}), script)
    file = json.dumps(load.get("file", saved))
    if load["with"] in METHODS:
        script.plain("import numpy as np")
        zeros = "model.set_weights([np.zeros_like(weight) for weight in model.get_weights()])"
        script.add(Stage.LOAD, zeros, f"model.{load['with']}({file}{more})")
        return "model"
    script.add(Stage.LOAD, f"restored = {saving_function(load['with'], script)}({file}{more})")
    return "restored"


def saving_function(name: str, script: Script) -> str:
    """A function of Keras, or one of TensorFlow's own by its full name."""
    if name.startswith("tf.") and "::" not in name:
        script.plain("import tensorflow as tf")
        return name
    return script.use(name)


KIND = Kind(
    "save_load",
    FIELDS,
    ("model", "save", "expect"),
    write,
    _STARTER,
    check,
    summary="save a model or its weights and load them again",
)
"""The kind."""
