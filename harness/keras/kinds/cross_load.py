"""`cross_load`: what one environment wrote is read in another, and the prediction is checked.

The script of a cell reads the file that is its argument. Which releases write is for the matrix.
"""

from __future__ import annotations

import json
from typing import Any

from harness.cases.codegen.literals import further
from harness.cases.codegen.script import Script
from harness.cases.document.containers import Mapping, Named, Value
from harness.cases.document.fields import Field, Text
from harness.cases.document.reader import Place
from harness.cases.kinds.base import Kind, Writing
from harness.cases.parts.arrays import data
from harness.cases.parts.expectations import OF_ALL, OF_MODEL, check_expectations, write_of_all, write_of_model
from harness.cases.subject import Subject
from harness.contract.statuses import Stage
from harness.keras.kinds.save_load import FILE_NAME, SavingOrLoading, saving_function, write_save
from harness.keras.parts.layer_class import CLASS, LAYER, check_layer, write_layer
from harness.keras.parts.models import MODEL
from harness.keras.parts.steps import COMPILE, FIT, check_steps, write_predict, write_steps

_PATH = "tensorflow.keras"  # writes where a case names no path
_GIVEN = "sys.argv[1]"
_OPTIONS = Named(Value())
_OF_MODEL = {key: field for key, field in OF_MODEL.items() if key not in ("loss", "history", "evaluation")}
FIELDS: dict[str, Field] = {
    "write": Mapping(
        {
            "path": Text(),
            "layer": LAYER,
            "model": MODEL,
            "compile": COMPILE,
            "fit": FIT,
            "save": Mapping(
                {"with": SavingOrLoading("to_json"), "file": FILE_NAME, "options": _OPTIONS}, required=["with", "file"]
            ),
        },
        required=["model", "save"],
    ),
    "load": Mapping({"with": SavingOrLoading(), "options": _OPTIONS}, required=["with"]),
    "input": data(),
    "expect": Mapping({**_OF_MODEL, **OF_ALL}),
}

_STARTER = """\
write:
  model:
    sequential:
      - layers.Dense: {units: 2, kernel_initializer: ones, input_shape: [4]}
  save: {with: save, file: model.h5}
load: {with: models.load_model}
input: {ones: [3, 4]}
expect:
  prediction:
    equals: {full: [3, 2], value: 4.0}  # 4 ones summed
"""


def check(body: dict[str, Any], place: Place) -> None:
    """One way saves, and another loads."""
    written, at = body["write"], place.at("write")
    if "layer" in written:
        check_layer(written["layer"], at.at("layer"))
    check_steps(written, at)
    if written["save"]["with"] == "load_weights":
        at.at("save").at("with").fault("load_weights saves nothing")
    if body["load"]["with"] in ("save", "save_weights", "export"):
        place.at("load").at("with").fault(f"{body['load']['with']} loads nothing")
    check_expectations(body, place, _names(body), fed_by="input")


def _names(body: dict[str, Any]) -> list[str]:
    """What expressions know."""
    return [_restored(body), "prediction", *([CLASS] if "layer" in body["write"] else [])]


def _restored(body: dict[str, Any]) -> str:
    """The variable of what was read: weights are read into a model of the script's own."""
    return "model" if body["load"]["with"] == "load_weights" else "restored"


def write(body: dict[str, Any], script: Script) -> None:
    """Write what reads: the layer, the model if only its weights are read, loading, the prediction and the checks."""
    script.plain("import sys")
    written = body["write"]
    if "layer" in written:
        write_layer(written["layer"], script)
    restored = _restored(body)
    if restored == "model":
        written["model"].bind(script)
    _write_load(body["load"], written["save"]["with"] == "to_json", script)
    if "input" in body:
        write_predict(body["input"], script, model=restored)
    write_of_model({**body, "predict": body.get("input")}, script, restored)
    write_of_all(body["expect"], script, _names(body))


def _write_load(load: dict[str, Any], is_text: bool, script: Script) -> None:
    more = further(load.get("options", {}), script)
    if load["with"] == "load_weights":
        script.add(Stage.LOAD, f"model.load_weights({_GIVEN}{more})")
        return
    source = _GIVEN
    if is_text:
        script.add(Stage.LOAD, f"with open({_GIVEN}) as file:", "    text = file.read()")
        source = "text"
    script.add(Stage.LOAD, f"restored = {saving_function(load['with'], script)}({source}{more})")


def writing(body: dict[str, Any], subject: Subject) -> Writing:
    """The script that writes the file."""
    written = body["write"]
    path = subject.path(written.get("path", _PATH))
    script = Script(path, subject)
    if "layer" in written:
        write_layer(written["layer"], script)
    written["model"].bind(script)
    write_steps(written, script)
    save = written["save"]
    if save["with"] == "to_json":
        file = json.dumps(save["file"])
        script.add(Stage.SAVE, f'with open({file}, "w") as file:', "    file.write(model.to_json())")
    else:
        write_save(save, script)
    return Writing(path.id, save["file"], script.text())


KIND = Kind(
    "cross_load",
    FIELDS,
    ("write", "load", "expect"),
    write,
    _STARTER,
    check,
    summary="read what another release or import path wrote",
    writing=writing,
)
"""The kind."""
