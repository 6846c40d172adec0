"""`custom_layer`: a Layer subclass, declared by its arguments, weights and call, inside a Sequential container."""

from __future__ import annotations

from typing import Any

from harness.cases import expressions
from harness.cases.arrays import Array, array
from harness.cases.documents import Place, nearest
from harness.cases.fields import (
    Call,
    Field,
    Flag,
    Items,
    Mapping,
    Named,
    OneOf,
    Reference,
    Text,
    Value,
    Whole,
    describe,
)
from harness.cases.kinds.base import Kind
from harness.cases.literals import bracketed, call, keywords, literal
from harness.cases.script import Script
from harness.contract.statuses import Stage

INPUT_DIM = "input_dim"  # in a weight's shape: the size of the input's last dimension
_RESERVED = ("self", "kwargs", "inputs", "input_shape", INPUT_DIM, "tf", "np")
_LIBRARIES = {"tf": "import tensorflow as tf", "np": "import numpy as np"}


class _WeightShape(Field):
    def check(self, value: Any, place: Place) -> None:
        if not isinstance(value, list):
            place.fault(f"must be a list such as [input_dim, units], not {describe(value)}")
            return
        for index, size in enumerate(value):
            if not Whole(1).fits(size) and not Text().fits(size):
                place.at(index).fault("must be a size, input_dim or an argument of the layer, not " + describe(size))


_WEIGHT = Mapping(
    {"shape": _WeightShape(), "initializer": OneOf((str, Text()), (dict, Call())), "trainable": Flag()},
    required=["shape", "initializer"],
)

FIELDS: dict[str, Field] = {
    "layer": Mapping(
        {"base": Reference(), "arguments": Named(Value()), "weights": Named(_WEIGHT), "call": Text()},
        required=["base", "call"],
    ),
    "container": Reference(),
    "followed_by": Items(Call()),
    "input": Array(),
    "expect": Mapping({"trainable_weights": Whole(), "non_trainable_weights": Whole(), "output": Array()}),
}


def check(body: dict[str, Any], place: Place) -> None:
    """Names are free, and sizes and the call know only names that there are."""
    layer, at = body["layer"], place.at("layer")
    arguments, weights = layer.get("arguments", {}), layer.get("weights", {})
    for name in arguments:
        if name in weights or name in _RESERVED:
            at.at("arguments").at(name).fault(f"the name {name!r} is taken: call the argument something else")
    for name, weight in weights.items():
        _check_shape(weight["shape"], arguments, at.at("weights").at(name).at("shape"))
        if name in _RESERVED:
            at.at("weights").at(name).fault(f"the name {name!r} is taken: call the weight something else")
    _check_call(layer, at.at("call"))
    if not body["expect"]:
        place.at("expect").fault("expects nothing: say what must hold")


def _check_shape(sizes: list[Any], arguments: dict[str, Any], place: Place) -> None:
    known = [INPUT_DIM, *arguments]
    for index, size in enumerate(sizes):
        if isinstance(size, str) and size not in known:
            place.at(index).fault(f"unknown size {size!r}{nearest(size, known)}")


def _check_call(layer: dict[str, Any], place: Place) -> None:
    fault = expressions.fault(layer["call"])
    if fault:
        place.fault(fault)
        return
    known = ["inputs", *_LIBRARIES, *layer.get("arguments", {}), *layer.get("weights", {})]
    for name in expressions.names(layer["call"]):
        if name not in known:
            place.fault(f"unknown name {name!r}{nearest(name, known)}")


def write(body: dict[str, Any], script: Script) -> None:
    """Write the class, the model around it, one call and the checks."""
    arguments = body["layer"].get("arguments", {})
    script.add(Stage.BUILD, *_layer_class(body["layer"], script), "", "")
    custom = f"CustomLayer({keywords(arguments, script.use)})"
    layers = [custom] + [call(layer, script.use) for layer in body.get("followed_by", [])]
    container = script.use(body.get("container", "models.Sequential"))
    script.add(Stage.BUILD, *bracketed(f"model = {container}([", layers, "])"))
    script.add(Stage.CALL, "output = model.predict({})".format(array(script, body["input"])))
    for kind in ("trainable_weights", "non_trainable_weights"):
        if kind in body["expect"]:
            line = 'assert len(model.{0}) == {1}, f"{{len(model.{0})}} {2}"'
            script.add(
                Stage.CHECK, line.format(kind, body["expect"][kind], kind.replace("_", " ").replace("non ", "non-"))
            )
    if "output" in body["expect"]:
        expected = array(script, body["expect"]["output"])
        script.add(Stage.CHECK, f"np.testing.assert_allclose(output, {expected}, rtol=1e-5)")


def _layer_class(layer: dict[str, Any], script: Script) -> list[str]:
    arguments = layer.get("arguments", {})
    lines = ["class CustomLayer({}):".format(script.use(layer["base"]))]
    if arguments:
        signature = "".join(f"{name}={literal(value, script.use)}, " for name, value in arguments.items())
        lines += [f"    def __init__(self, {signature}**kwargs):", "        super().__init__(**kwargs)"]
        lines += [f"        self.{name} = {name}" for name in arguments] + [""]
    if layer.get("weights"):
        lines.append("    def build(self, input_shape):")
        lines += [line for item in layer["weights"].items() for line in _weight(item[0], item[1], script)]
        lines += ["        super().build(input_shape)", ""]
    for name in expressions.names(layer["call"]):
        if name in _LIBRARIES:
            script.plain(_LIBRARIES[name])
    own = [*arguments, *layer.get("weights", {})]
    return [*lines, "    def call(self, inputs):", "        return {}".format(expressions.of_self(layer["call"], own))]


def _weight(name: str, weight: dict[str, Any], script: Script) -> list[str]:
    sizes = [_size(size) for size in weight["shape"]]
    parts = [
        f'name="{name}"',
        "shape=({})".format(", ".join(sizes) + ("," if len(sizes) == 1 else "")),
        "initializer={}".format(literal(weight["initializer"], script.use)),
    ]
    if "trainable" in weight:
        parts.append("trainable={!r}".format(weight["trainable"]))
    lines = bracketed(f"self.{name} = self.add_weight(", parts, ")")
    return ["        " + line for line in lines]


def _size(size: Any) -> str:
    if size == INPUT_DIM:
        return "int(input_shape[-1])"
    return f"self.{size}" if isinstance(size, str) else repr(size)


KIND = Kind("custom_layer", FIELDS, ("layer", "input", "expect"), write, check)
