"""The fields of a model, shared by the kinds that build one: sequential, functional or subclassed, also nested."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.cases.codegen.nodes import Call, Expression
from harness.cases.codegen.script import MODULES
from harness.cases.document import expressions
from harness.cases.document.containers import (
    CallField,
    ExpressionField,
    Items,
    Mapping,
    Named,
    OneOf,
    Value,
    fallback,
    is_call,
)
from harness.cases.document.fields import Field, Schema, Shape, Text, describe_value
from harness.cases.document.reader import Place
from harness.cases.document.suggestions import suggest
from harness.cases.subject import Subject
from harness.keras.parts.model_nodes import Functional, Model, Sequential, Step, Subclass
from harness.keras.parts.statements import Checker, Steps

FORMS = ("sequential", "functional", "subclass")
RESERVED = ("model", "inputs", "targets", "history", "prediction", "self", "training", "mask")

_OF_A_CALL = ("self", "inputs", "training", "mask")


def taken_names(subject: Subject) -> frozenset[str]:
    """The names to which Python, a library or the subject gives a meaning that scripts need."""
    return frozenset((*MODULES, *subject.aliases, *subject.names, *expressions.BUILT_IN))


class LayerField(Field):
    """A layer by its name and arguments, or a nested model: `{model: {sequential: [...]}}`.

    Gives a `Call` or a `Model`.
    """

    def read(self, value: Any, place: Place) -> Any:
        if isinstance(value, dict) and list(value) == ["model"]:
            return MODEL.read(value["model"], place.at("model"))
        return CallField().read(value, place)

    def schema(self) -> Schema:
        return {"$ref": "#/definitions/layer"}

    def definition(self) -> Schema:
        """The schema that the others refer to."""
        name, called = CallField().schema()["anyOf"]
        nested = Mapping({"model": MODEL}, ["model"]).schema()
        return {"anyOf": [name, dict(called, properties={"model": False}), nested]}


class ModelField(Field):
    """A model in one of its forms. Gives a `Model`."""

    def read(self, value: Any, place: Place) -> Any:
        before = len(place.document.faults)
        spec = _FIELDS.read(value, place)
        if len(place.document.faults) > before:
            return None
        forms = [form for form in FORMS if form in spec]
        if len(forms) != 1:
            place.fault("needs exactly one of the keys {}".format(", ".join(FORMS)))
            return None
        (form,) = forms
        return Model(_READERS[form](spec[form], place.at(form)), spec.get("class"), spec.get("name"))

    def schema(self) -> Schema:
        return {"$ref": "#/definitions/model"}

    def definition(self) -> Schema:
        """The schema that the others refer to."""
        return dict(_FIELDS.schema(), oneOf=[{"required": [form]} for form in FORMS])


MODEL = ModelField()
STEPS = Steps(LayerField())
METHOD_FIELDS = Named(STEPS.function)

_INPUT = OneOf((list, Shape()), (dict, CallField()))
_STEP = Mapping(
    {
        "apply": OneOf((str, Text()), (dict, LayerField())),
        "to": OneOf((str, Text()), (list, Items(Text()))),
        "with": Named(Value()),
    },
    required=["apply", "to"],
)
_FUNCTIONAL = Mapping(
    {
        "inputs": Named(_INPUT),
        "layers": Named(LayerField()),
        "tensors": Named(OneOf((str, ExpressionField()), (dict, _STEP))),
        "outputs": OneOf((str, Text()), (list, Items(Text()))),
    },
    required=["inputs", "outputs"],
)
_SUBCLASS = Mapping(
    {"layers": Named(LayerField()), "call": ExpressionField(), "methods": METHOD_FIELDS}, required=["layers", "call"]
)
_FIELDS = Mapping(
    {
        "sequential": Items(LayerField()),
        "functional": _FUNCTIONAL,
        "subclass": _SUBCLASS,
        "class": fallback(),
        "name": Text(),
    }
)


def _read_sequential(layers: list[Any], place: Place) -> Sequential:
    return Sequential(layers)


def _read_subclass(spec: dict[str, Any], place: Place) -> Subclass:
    """The names of layers are free, and the call knows every name in it."""
    for name in spec["layers"]:
        if name in (*_OF_A_CALL, *place.subject.libraries, *place.subject.names):
            place.at("layers").at(name).fault(f"the name {name!r} is taken: call it something else")
    for sentence in expressions.unknown_names(spec["call"].text, {*spec["layers"], *_OF_A_CALL[1:]}, place.subject):
        place.at("call").fault(sentence)
    methods = spec.get("methods", {})
    checker = Checker(place.subject, taken_names(place.subject))
    checker.methods(methods, place.at("methods"), [], list(spec["layers"]))
    return Subclass(spec["layers"], spec["call"], methods)


def _read_functional(spec: dict[str, Any], place: Place) -> Functional:
    """Names are free, and each tensor is made by a known layer from inputs and tensors above it."""
    layers, steps = spec.get("layers", {}), spec.get("tensors", {})
    seen: list[str] = []
    for group in ("inputs", "layers", "tensors"):
        for name in spec.get(group, {}):
            if name in RESERVED or name in seen or name in taken_names(place.subject):
                place.at(group).at(name).fault(f"the name {name!r} is taken: call it something else")
            seen.append(name)

    known = list(spec["inputs"])
    tensors: dict[str, Expression | Step] = {}
    for name, step in steps.items():
        tensors[name] = _read_tensor(step, known, list(layers), place.at("tensors").at(name))
        known.append(name)
    _check_known(spec["outputs"], known, "tensor", place.at("outputs"))
    return Functional(spec["inputs"], layers, tensors, spec["outputs"])


def _read_tensor(
    step: Expression | dict[str, Any], known: list[str], layers: list[str], place: Place
) -> Expression | Step:
    if isinstance(step, Expression):
        for sentence in expressions.unknown_names(step.text, {*known, *layers}, place.subject):
            place.fault(sentence)
        return step
    _check_known(step["to"], known, "tensor", place.at("to"))
    layer = step["apply"]
    if isinstance(layer, str) and layer not in layers:
        if _is_imported(layer):
            layer = Call(layer, {})
        else:
            _check_known(layer, layers, "layer", place.at("apply"))
    for name, value in step.get("with", {}).items():
        if isinstance(value, Expression):
            for sentence in expressions.unknown_names(value.text, {*known, *layers}, place.subject):
                place.at("with").at(name).fault(sentence)
    return Step(layer, step["to"], step.get("with", {}))


_READERS: dict[str, Callable[[Any, Place], Sequential | Functional | Subclass]] = {
    "sequential": _read_sequential,
    "functional": _read_functional,
    "subclass": _read_subclass,
}


def _is_imported(name: str) -> bool:
    """Whether a name is that of an importable layer, not of the model's own: `layers.Add`, `CustomLayer`."""
    return is_call({name: None})


def _check_known(names: str | list[str], known: list[str], what: str, place: Place) -> None:
    for name in [names] if isinstance(names, str) else names:
        if name not in known:
            place.fault(f"unknown {what} {describe_value(name)}{suggest(name, known)}")
