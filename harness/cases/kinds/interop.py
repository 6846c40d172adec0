"""`interop`: things of one path are handed to things of another, step by step, and what that gives is checked."""

from __future__ import annotations

from typing import Any

from harness.cases.codegen.literals import call
from harness.cases.codegen.script import Script
from harness.cases.document import expressions
from harness.cases.document.containers import Expression, Items, Mapping, OneOf, Single
from harness.cases.document.fields import Field, Schema
from harness.cases.document.reader import Place
from harness.cases.kinds.base import Kind
from harness.cases.parts.arrays import Array, array, is_array
from harness.cases.parts.expectations import OF_ALL, check_expectations, write_of_all
from harness.cases.parts.models import Layer, is_nested, is_taken, write_model
from harness.contract.statuses import Stage

# The stage of a step that calls something of this name; of any other call it is `call`.
_STAGES = {
    "compile": Stage.COMPILE,
    "fit": Stage.FIT,
    "train_on_batch": Stage.FIT,
    "save": Stage.SAVE,
    "save_model": Stage.SAVE,
    "save_weights": Stage.SAVE,
    "load_model": Stage.LOAD,
    "load_weights": Stage.LOAD,
    "plot_model": Stage.PLOT,
}


class _Made(Field):
    """An expression, an array, a call or a model."""

    def check(self, value: Any, place: Place) -> None:
        if isinstance(value, str):
            Expression().check(value, place)
        else:
            (Array() if is_array(value) else Layer()).check(value, place)

    def schema(self) -> Schema:
        return {"anyOf": [Expression().schema(), Array().schema(), Layer().schema()]}


FIELDS: dict[str, Field] = {
    "steps": Items(OneOf((str, Expression()), (dict, Single(_Made(), "one name and what it stands for")))),
    "expect": Mapping(OF_ALL),
}

_STARTER = """\
steps:
  - x: {tf.keras::layers.Input: {shape: [4]}}
  - y: layers.Dense(2)(x)
  - network: tf.keras::models.Model(x, y)
expect:
  silent:
    - len(network.trainable_weights) == 2  # kernel and bias
"""


def check(body: dict[str, Any], place: Place) -> None:
    """Steps speak of what is above them."""
    known: list[str] = []
    for index, step in enumerate(body["steps"]):
        at = place.at("steps").at(index)
        name, value = (None, step) if isinstance(step, str) else next(iter(step.items()))
        if isinstance(value, str):
            for sentence in expressions.unknown_names(value, known):
                at.fault(sentence)
        if name is not None and is_taken(name):
            at.at(name).fault(f"the name {name!r} is taken: call it something else")
        for inner in _variables(value):
            if inner in known:
                at.fault(f"the name {inner!r} is taken: call it something else in the model")
        known += [name] if name else []
    check_expectations(body, place, known)


def _variables(value: Any) -> list[str]:
    """The names that the building of a functional model binds."""
    spec = value["model"].get("functional", {}) if is_nested(value) else {}
    return [name for group in ("inputs", "layers", "tensors") for name in spec.get(group, {})]


def write(body: dict[str, Any], script: Script) -> None:
    """Write the steps in order, each in its stage, and the checks."""
    given = [name for step in body["steps"] if isinstance(step, dict) for name in step]
    for name in given:
        script.define(name)
    for step in body["steps"]:
        if isinstance(step, str):
            script.add(_stage(step), script.expression(step, given=given))
            continue
        ((name, value),) = step.items()
        if isinstance(value, str):
            script.add(_stage(value), f"{name} = {script.expression(value, given=given)}")
        elif is_array(value):
            script.add(Stage.BUILD, f"{name} = {array(script, value)}")
        elif is_nested(value):
            write_model(script, value["model"], name)
        else:
            script.add(Stage.BUILD, f"{name} = {call(value, script)}")
    write_of_all(body["expect"], script, given)


def _stage(text: str) -> Stage:
    """The stage of an expression, by the function that its outermost call names: a class builds something."""
    called = expressions.called_name(text)
    return _STAGES.get(called, Stage.BUILD if called[:1].isupper() else Stage.CALL)


KIND = Kind("interop", FIELDS, ("steps", "expect"), write, _STARTER, check)
"""The kind."""
