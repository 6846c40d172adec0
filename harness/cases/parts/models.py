"""A model in a document, shared by the kinds that build one: sequential, functional or subclassed, also nested."""

from __future__ import annotations

from typing import Any

from harness.cases.codegen.literals import bracketed, call, further, literal, shape
from harness.cases.codegen.script import MODULES, Script
from harness.cases.document import expressions
from harness.cases.document.containers import Call, Expression, Items, Mapping, Named, OneOf, Value, fallback, is_call
from harness.cases.document.fields import Field, Schema, Shape, Text, describe_value
from harness.cases.document.reader import Place
from harness.cases.document.suggestions import suggest
from harness.contract.statuses import Stage

FORMS = ("sequential", "functional", "subclass")
RESERVED = ("model", "inputs", "targets", "history", "prediction", "self", "training", "mask")

_CONTAINERS = {"sequential": "models.Sequential", "functional": "models.Model", "subclass": "models.Model"}
_CLASS = "CustomModel"
_OF_A_CALL = ("self", "inputs", "training", "mask")


def is_taken(name: str) -> bool:
    """Whether a script needs the name for what Python, a library or Keras means by it."""
    return name in (*MODULES, *expressions.KERAS, *expressions.BUILT_IN)


def is_nested(layer: Any) -> bool:
    """Whether a layer is written as a model: `{model: ...}`."""
    return isinstance(layer, dict) and list(layer) == ["model"]


class Layer(Field):
    """A layer by its name and arguments, or a nested model: `{model: {sequential: [...]}}`."""

    def check(self, value: Any, place: Place) -> None:
        if is_nested(value):
            MODEL.check(value["model"], place.at("model"))
        else:
            Call().check(value, place)

    def schema(self) -> Schema:
        return {"$ref": "#/definitions/layer"}

    def definition(self) -> Schema:
        """The schema that the others refer to."""
        name, called = Call().schema()["anyOf"]
        nested = Mapping({"model": MODEL}, ["model"]).schema()
        return {"anyOf": [name, dict(called, properties={"model": False}), nested]}


class Model(Field):
    """A model in one of its forms."""

    def check(self, value: Any, place: Place) -> None:
        before = len(place.document.faults)
        _FIELDS.check(value, place)
        if len(place.document.faults) > before:
            return
        forms = [form for form in FORMS if form in value]
        if len(forms) != 1:
            place.fault("must have one of the keys {}".format(", ".join(FORMS)))
        elif forms == ["functional"]:
            _check_functional(value["functional"], place.at("functional"))
        elif forms == ["subclass"]:
            _check_subclass(value["subclass"], place.at("subclass"))

    def schema(self) -> Schema:
        return {"$ref": "#/definitions/model"}

    def definition(self) -> Schema:
        """The schema that the others refer to."""
        return dict(_FIELDS.schema(), oneOf=[{"required": [form]} for form in FORMS])


MODEL = Model()

_INPUT = OneOf((list, Shape()), (dict, Call()))
_STEP = Mapping(
    {
        "apply": OneOf((str, Text()), (dict, Layer())),
        "to": OneOf((str, Text()), (list, Items(Text()))),
        "with": Named(Value()),
    },
    required=["apply", "to"],
)
_FUNCTIONAL = Mapping(
    {
        "inputs": Named(_INPUT),
        "layers": Named(Layer()),
        "tensors": Named(OneOf((str, Expression()), (dict, _STEP))),
        "outputs": OneOf((str, Text()), (list, Items(Text()))),
    },
    required=["inputs", "outputs"],
)
_FIELDS = Mapping(
    {
        "sequential": Items(Layer()),
        "functional": _FUNCTIONAL,
        "subclass": Mapping({"layers": Named(Layer()), "call": Expression()}, required=["layers", "call"]),
        "class": fallback(),
        "name": Text(),
    }
)


def _check_subclass(spec: dict[str, Any], place: Place) -> None:
    """Names are free, and the call speaks of what there is."""
    for name in spec["layers"]:
        if name in (*_OF_A_CALL, *expressions.LIBRARIES, *expressions.KERAS):
            place.at("layers").at(name).fault(f"the name {name!r} is taken: call it something else")
    for sentence in expressions.unknown_names(spec["call"], {*spec["layers"], *_OF_A_CALL[1:]}):
        place.at("call").fault(sentence)


def _check_functional(spec: dict[str, Any], place: Place) -> None:
    """Tensors are made of inputs and tensors above them, by layers that there are."""
    layers = list(spec.get("layers", {}))
    known = list(spec["inputs"])
    seen: list[str] = []
    for group in ("inputs", "layers", "tensors"):
        for name in spec.get(group, {}):
            if name in RESERVED or name in seen or is_taken(name):
                place.at(group).at(name).fault(f"the name {name!r} is taken: call it something else")
            seen.append(name)
    for name, step in spec.get("tensors", {}).items():
        at = place.at("tensors").at(name)
        if isinstance(step, str):
            for sentence in expressions.unknown_names(step, {*known, *layers}):
                at.fault(sentence)
        else:
            _check_known(step["to"], known, "tensor", at.at("to"))
            if isinstance(step["apply"], str) and not _is_imported(step["apply"]):
                _check_known(step["apply"], layers, "layer", at.at("apply"))
        known.append(name)
    _check_known(spec["outputs"], known, "tensor", place.at("outputs"))


def _is_imported(name: str) -> bool:
    """Whether a layer is named where it comes from, and not one of the model's own: `layers.Add`, `CustomLayer`."""
    return is_call({name: None})


def _check_known(names: str | list[str], known: list[str], what: str, place: Place) -> None:
    for name in [names] if isinstance(names, str) else names:
        if name not in known:
            place.fault(f"unknown {what} {describe_value(name)}{suggest(name, known)}")


def write_model(script: Script, spec: dict[str, Any], name: str = "model") -> None:
    """Write the building of a checked model, bound to `name`."""
    form = next(form for form in FORMS if form in spec)
    container = script.use(spec.get("class", _CONTAINERS[form]))
    named = [f"name={literal(spec['name'], script)}"] if "name" in spec else []
    if form == "sequential":
        layers = [layer_text(script, layer) for layer in spec["sequential"]]
        after = "])" if not named else f"], {named[0]})"
        script.add(Stage.BUILD, *bracketed(f"{name} = {container}([", layers, after))
    elif form == "functional":
        _write_functional(script, spec["functional"])
        ends = [f"{key}={_names(spec['functional'][key])}" for key in ("inputs", "outputs")]
        script.add(Stage.BUILD, *bracketed(f"{name} = {container}(", ends + named, ")"))
    else:
        script.add(Stage.BUILD, *_subclass(script, spec["subclass"], container), "", "")
        script.add(Stage.BUILD, f"{name} = {_CLASS}({', '.join(named)})")


def layer_text(script: Script, layer: Any) -> str:
    """The expression of a layer; a nested model is written first, under a name of its own."""
    if is_nested(layer):
        name = script.fresh("inner")
        write_model(script, layer["model"], name)
        return name
    return call(layer, script)


def _write_functional(script: Script, spec: dict[str, Any]) -> None:
    steps = spec.get("tensors", {})
    for name in [*spec["inputs"], *spec.get("layers", {}), *steps]:
        script.define(name)
    inner = {
        name: layer_text(script, step["apply"])
        for name, step in steps.items()
        if isinstance(step, dict) and step["apply"] not in list(spec.get("layers", {}))
    }
    shared = {name: layer_text(script, layer) for name, layer in spec.get("layers", {}).items()}
    for name, value in spec["inputs"].items():
        made = f"{script.use('layers.Input')}(shape={shape(value)})" if isinstance(value, list) else call(value, script)
        script.add(Stage.BUILD, f"{name} = {made}")
    script.add(Stage.BUILD, *(f"{name} = {made}" for name, made in shared.items()))
    given = [*spec["inputs"], *shared, *steps]
    for name, step in steps.items():
        if isinstance(step, str):
            script.add(Stage.BUILD, f"{name} = {script.expression(step, given=given)}")
        else:
            made = inner.get(name, step["apply"])
            more = further(step.get("with", {}), script)
            script.add(Stage.BUILD, f"{name} = {made}({_names(step['to'])}{more})")


def _names(names: Any) -> str:
    words = [names] if isinstance(names, str) else list(names)
    return words[0] if isinstance(names, str) or len(words) == 1 else "[{}]".format(", ".join(words))


def _subclass(script: Script, spec: dict[str, Any], base: str) -> list[str]:
    script.define(_CLASS)
    layers = {name: layer_text(script, layer) for name, layer in spec["layers"].items()}
    words = expressions.names_read(spec["call"])
    more = "".join(f", {word}=None" for word in ("training", "mask") if word in words)
    body = script.expression(spec["call"], own=list(layers), given=["inputs", "training", "mask"])
    return [
        f"class {_CLASS}({base}):",
        "    def __init__(self, **kwargs):",
        "        super().__init__(**kwargs)",
        *(f"        self.{name} = {made}" for name, made in layers.items()),
        "",
        f"    def call(self, inputs{more}):",
        f"        return {body}",
    ]
