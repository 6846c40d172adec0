"""`custom_layer`: a Layer subclass, declared by its arguments, weights and call, inside a model."""

from __future__ import annotations

from typing import Any

from harness.cases.codegen.literals import bracketed, keywords, literal
from harness.cases.codegen.script import Script
from harness.cases.document.containers import Items, Mapping, fallback
from harness.cases.document.fields import Field
from harness.cases.document.reader import Place
from harness.cases.kinds.base import Kind
from harness.cases.parts.arrays import ArrayField
from harness.cases.parts.expectations import OF_ALL, OF_MODEL, check_expectations, close, write_of_all, write_of_model
from harness.contract.statuses import Stage
from harness.keras.parts.layer_class import CLASS, LAYER, check_layer, write_layer
from harness.keras.parts.models import MODEL, LayerField
from harness.keras.parts.steps import COMPILE, COPY, FIT, check_steps, write_copy, write_predict, write_steps

_OF_MODEL = {key: field for key, field in OF_MODEL.items() if key not in ("prediction", "evaluation")}
FIELDS: dict[str, Field] = {
    "layer": LAYER,
    "container": fallback(),
    "followed_by": Items(LayerField()),
    "model": MODEL,
    "compile": COMPILE,
    "fit": FIT,
    "input": ArrayField(),
    "copy": COPY,
    "expect": Mapping({"output": ArrayField(), **_OF_MODEL, **OF_ALL}),
}
_NAMES = ["model", CLASS, "inputs", "targets", "history", "output", "copy", "copied"]

_STARTER = """\
layer:
  base: layers.Layer
  arguments: {units: 3}
  weights:
    w: {shape: [input_dim, units], initializer: ones}
  call: tf.matmul(inputs, w)
input: {ones: [2, 4]}
expect:
  trainable_weights: 1
  output: {full: [2, 3], value: 4.0}  # 4 ones summed into each of 3 units
"""


def check(body: dict[str, Any], place: Place) -> None:
    """The layer is complete, its model is given in one way, and an output needs an input."""
    check_layer(body["layer"], place.at("layer"))
    check_steps(body, place)
    for key in ("container", "followed_by"):
        if key in body and "model" in body:
            place.at(key).fault("conflicts with 'model': remove one of them")
    if "output" in body["expect"] and "input" not in body:
        place.at("expect").at("output").fault("needs the key 'input', which is missing")
    check_expectations(body, place, _NAMES)


def write(body: dict[str, Any], script: Script) -> None:
    """Write the class, the model around it, its steps and the checks."""
    write_layer(body["layer"], script)
    if "model" in body:
        body["model"].bind(script)
    else:
        layers = [f"{CLASS}({keywords(body['layer'].get('arguments', {}), script)})"]
        layers += [literal(layer, script) for layer in body.get("followed_by", [])]
        container = script.use(body.get("container", "models.Sequential"))
        script.add(Stage.BUILD, *bracketed(f"model = {container}([", layers, "])"))
    write_steps(body, script)
    if "input" in body:
        write_predict(body["input"], script, "output")
    if "copy" in body:
        write_copy(body["copy"], script, body.get("input"), "output", custom=CLASS)
    write_of_model(body, script)
    if "output" in body["expect"]:
        wanted = literal(body["expect"]["output"], script)
        script.add(Stage.CHECK, f"np.testing.assert_allclose(output, {wanted}, {close(body['expect'])})")
    write_of_all(body["expect"], script, _NAMES)


KIND = Kind(
    "custom_layer",
    FIELDS,
    ("layer", "expect"),
    write,
    _STARTER,
    check,
    summary="define a Layer subclass and use it in a model",
)
"""The kind."""
