"""`interop`: objects of several paths are combined step by step, and the result is checked."""

from __future__ import annotations

from typing import Any

from harness.cases.codegen.literals import Node
from harness.cases.codegen.nodes import Expression
from harness.cases.codegen.script import Script
from harness.cases.document import expressions
from harness.cases.document.containers import ExpressionField, Items, Mapping, OneOf, Single
from harness.cases.document.fields import Field, Schema
from harness.cases.document.reader import Place
from harness.cases.kinds.base import Kind
from harness.cases.parts.arrays import ArrayField, is_array
from harness.cases.parts.expectations import OF_ALL, check_expectations, write_of_all
from harness.contract.statuses import Stage
from harness.keras.parts.model_nodes import Model
from harness.keras.parts.models import LayerField, is_taken

# The stage of a step by the name of the function that it calls; any other call is in the stage `call`.
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


class _StepValue(Field):
    """An expression, an array, a call or a model."""

    def read(self, value: Any, place: Place) -> Any:
        if isinstance(value, str):
            return ExpressionField().read(value, place)
        return (ArrayField() if is_array(value) else LayerField()).read(value, place)

    def schema(self) -> Schema:
        return {"anyOf": [ExpressionField().schema(), ArrayField().schema(), LayerField().schema()]}


FIELDS: dict[str, Field] = {
    "steps": Items(OneOf((str, ExpressionField()), (dict, Single(_StepValue(), "one name with its value")))),
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
    """A step uses only names of steps above it."""
    known: list[str] = []
    for index, step in enumerate(body["steps"]):
        at = place.at("steps").at(index)
        name, value = _named(step)
        if isinstance(value, Expression):
            for sentence in expressions.unknown_names(value.text, known, place.subject):
                at.fault(sentence)
        if name is not None and is_taken(name, place.subject):
            at.at(name).fault(f"the name {name!r} is taken: call it something else")
        for inner in value.variables if isinstance(value, Model) else ():
            if inner in known:
                at.fault(f"the name {inner!r} is taken: call it something else in the model")
        known += [name] if name else []
    check_expectations(body, place, known)


def _named(step: Expression | dict[str, Node]) -> tuple[str | None, Node]:
    """The name that a step binds, if any, and its value."""
    return (None, step) if isinstance(step, Expression) else next(iter(step.items()))


def write(body: dict[str, Any], script: Script) -> None:
    """Write the steps in order, each in its stage, and the checks."""
    steps = [_named(step) for step in body["steps"]]
    given = [name for name, _ in steps if name]
    for bound in given:
        script.define(bound)
    for name, value in steps:
        if isinstance(value, Model):
            assert name, "only an expression needs no name"
            value.bind(script, name)
            continue
        if isinstance(value, Expression):
            stage, text = _stage(value.text), script.expression(value.text, given=given)
        else:
            stage, text = Stage.BUILD, value.write(script)
        script.add(stage, f"{name} = {text}" if name else text)
    write_of_all(body["expect"], script, given)


def _stage(text: str) -> Stage:
    """The stage of an expression, by the function of its outermost call; a class belongs to `build`."""
    called = expressions.called_name(text)
    return _STAGES.get(called, Stage.BUILD if called[:1].isupper() else Stage.CALL)


KIND = Kind(
    "interop", FIELDS, ("steps", "expect"), write, _STARTER, check, summary="pass objects of one import path to another"
)
"""The kind."""
