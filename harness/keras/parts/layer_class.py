"""A Layer subclass in a document: declared by its arguments, sublayers, weights and call."""

from __future__ import annotations

from typing import Any

from harness.cases.codegen.literals import bracketed, literal, tupled
from harness.cases.codegen.script import Script
from harness.cases.document import expressions
from harness.cases.document.containers import CallField, ExpressionField, Items, Mapping, Named, OneOf, Value, fallback
from harness.cases.document.fields import Choice, Field, Flag, Schema, Text, Whole, describe_value
from harness.cases.document.reader import Place
from harness.cases.document.suggestions import suggest
from harness.contract.statuses import Stage
from harness.keras.parts.models import METHOD_FIELDS, LayerField, taken_names
from harness.keras.parts.statement_nodes import NameScope, method_lines, names_inside
from harness.keras.parts.statements import Checker

CLASS = "CustomLayer"
INPUT_DIM = "input_dim"  # in a shape: the size of the input's last dimension
_GIVEN = ("inputs", "training", "mask")
_RESERVED = ("self", "kwargs", "input_shape", "config", "outputs", INPUT_DIM, *_GIVEN)
_HOOKS = ("add_loss", "call")
_GROUPS = ("arguments", "sublayers", "weights")  # whose names are attributes of the layer


class _Sizes(Field):
    """Sizes, some of them by name; null is the batch."""

    def read(self, value: Any, place: Place) -> Any:
        if not isinstance(value, list):
            place.fault(f"must be a list such as [input_dim, units], not {describe_value(value)}")
            return None
        for index, size in enumerate(value):
            if size is not None and not Whole(1).fits(size) and not Text().fits(size):
                place.at(index).fault(
                    "must be a size, input_dim or an argument of the layer, not " + describe_value(size)
                )
        return value

    def schema(self) -> Schema:
        return {"type": "array", "items": {"anyOf": [Whole(1).schema(), Text().schema(), {"type": "null"}]}}


_PART = OneOf((str, Text()), (dict, Value()))
_WEIGHT = Mapping(
    {
        "shape": _Sizes(),
        "initializer": _PART,
        "regularizer": _PART,
        "constraint": _PART,
        "trainable": Flag(),
        "positional_name": Flag(),
        "positional": Items(Choice("name", "shape", "initializer")),
    },
    required=["shape", "initializer"],
)
LAYER = Mapping(
    {
        "base": fallback(),
        "register": CallField(),
        "arguments": Named(Value()),
        "sublayers": Named(LayerField()),
        "weights": Named(_WEIGHT),
        "call": ExpressionField(),
        "call_arguments": Named(Value()),
        "methods": METHOD_FIELDS,
        "add_loss": ExpressionField(),
        "output_shape": _Sizes(),
        "get_config": Flag(),
    },
    required=["base", "call"],
)


def check_layer(layer: dict[str, Any], place: Place) -> None:
    """Names are free, and sizes and expressions use only known names."""
    _check_names(layer, place)
    for name, weight in layer.get("weights", {}).items():
        _check_positional(weight, place.at("weights").at(name))
        _check_sizes(weight["shape"], layer, place.at("weights").at(name).at("shape"))
    if "output_shape" in layer:
        _check_sizes(layer["output_shape"], layer, place.at("output_shape"))
    own = _own_names(layer)
    checker = Checker(place.subject, taken_names(place.subject))
    for hook in _HOOKS:
        if hook in layer:
            checker.expression(layer[hook], place.at(hook), [*own, *_GIVEN, *layer.get("call_arguments", {})])
    checker.methods(layer.get("methods", {}), place.at("methods"), [], own)


def _check_names(layer: dict[str, Any], place: Place) -> None:
    """Report names of arguments, sublayers and weights that have another meaning."""
    taken = {*_RESERVED, *place.subject.libraries, *place.subject.names}
    seen: list[str] = []
    for group in (*_GROUPS, "call_arguments"):
        what = group.rpartition("_")[2][:-1]
        for name in layer.get(group, {}):
            if name in seen or name in taken:
                place.at(group).at(name).fault(f"the name {name!r} is taken: call the {what} something else")
            seen.append(name)


def _own_names(layer: dict[str, Any]) -> list[str]:
    """The attributes of the layer."""
    return [name for group in _GROUPS for name in layer.get(group, {})]


def _check_positional(weight: dict[str, Any], place: Place) -> None:
    if "positional" in weight and "positional_name" in weight:
        place.at("positional_name").fault("conflicts with 'positional': remove one of them")
    if len(set(weight.get("positional", []))) < len(weight.get("positional", [])):
        place.at("positional").fault("names an argument twice")


def _check_sizes(sizes: list[Any], layer: dict[str, Any], place: Place) -> None:
    known = [INPUT_DIM, *layer.get("arguments", {})]
    for index, size in enumerate(sizes):
        if isinstance(size, str) and size not in known:
            place.at(index).fault(f"unknown size {size!r}{suggest(size, known)}")
        elif size is None and (index > 0 or place.keys[-1] == "shape"):
            place.at(index).fault("only the first size of an output, the batch, may be open")


def write_layer(layer: dict[str, Any], script: Script) -> None:
    """Write the class, by the name CustomLayer."""
    for name in (CLASS, *names_inside(layer.get("methods", {}).values())):
        script.define(name)
    head = [f"@{literal(layer['register'], script)}"] if "register" in layer else []
    head.append("class {}({}):".format(CLASS, script.use(layer["base"])))
    methods = [_init(layer, script), _build(layer, script), _call(layer, script), _shape(layer), _config(layer)]
    further = method_lines(layer.get("methods", {}), script, NameScope(), _own_names(layer))
    methods += [[f"    {line}" for line in method] for method in further]
    body = [line for method in methods if method for line in [*method, ""]]
    script.add(Stage.BUILD, *head, *body[:-1], "", "")


def _init(layer: dict[str, Any], script: Script) -> list[str]:
    arguments = layer.get("arguments", {})
    sublayers = {name: literal(value, script) for name, value in layer.get("sublayers", {}).items()}
    if not arguments and not sublayers:
        return []
    signature = "".join(f"{name}={literal(value, script)}, " for name, value in arguments.items())
    return [
        f"    def __init__(self, {signature}**kwargs):",
        "        super().__init__(**kwargs)",
        *(f"        self.{name} = {name}" for name in arguments),
        *(f"        self.{name} = {made}" for name, made in sublayers.items()),
    ]


def _build(layer: dict[str, Any], script: Script) -> list[str]:
    if not layer.get("weights"):
        return []
    weights = [line for item in layer["weights"].items() for line in _weight(item[0], item[1], script)]
    return ["    def build(self, input_shape):", *weights, "        super().build(input_shape)"]


def _weight(name: str, weight: dict[str, Any], script: Script) -> list[str]:
    values = {"name": f'"{name}"', "shape": tupled([_size(size) for size in weight["shape"]])}
    for key in ("initializer", "regularizer", "constraint", "trainable"):
        if key in weight:
            values[key] = literal(weight[key], script)
    first = weight.get("positional", ["name"] if weight.get("positional_name") else [])
    parts = [values.pop(key) for key in first] + [f"{key}={value}" for key, value in values.items()]
    lines = bracketed(f"self.{name} = self.add_weight(", parts, ")")
    return ["        " + line for line in lines]


def _call(layer: dict[str, Any], script: Script) -> list[str]:
    own = _own_names(layer)
    words = [word for hook in _HOOKS if hook in layer for word in expressions.names_read(layer[hook].text)]
    extra = layer.get("call_arguments", {})
    more = "".join(f", {name}={literal(value, script)}" for name, value in extra.items())
    more += "".join(f", {word}=None" for word in _GIVEN[1:] if word in words)
    hooks = {hook: script.expression(layer[hook].text, own, [*_GIVEN, *extra]) for hook in _HOOKS if hook in layer}
    loss = [f"        self.add_loss({hooks['add_loss']})"] if "add_loss" in hooks else []
    return [f"    def call(self, inputs{more}):", *loss, f"        return {hooks['call']}"]


def _shape(layer: dict[str, Any]) -> list[str]:
    if "output_shape" not in layer:
        return []
    sizes = ["input_shape[0]" if size is None else _size(size) for size in layer["output_shape"]]
    return ["    def compute_output_shape(self, input_shape):", f"        return {tupled(sizes)}"]


def _config(layer: dict[str, Any]) -> list[str]:
    if not layer.get("get_config"):
        return []
    own = [f'        config["{name}"] = self.{name}' for name in layer.get("arguments", {})]
    return ["    def get_config(self):", "        config = super().get_config()", *own, "        return config"]


def _size(size: Any) -> str:
    if size == INPUT_DIM:
        return "int(input_shape[-1])"
    return f"self.{size}" if isinstance(size, str) else repr(size)
