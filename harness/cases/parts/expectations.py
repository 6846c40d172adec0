"""Expectations, and the checks that they become. Each kind chooses from them."""

from __future__ import annotations

import builtins
from typing import Any

from harness.cases.codegen import assertions
from harness.cases.codegen.literals import literal, shape, shapes
from harness.cases.codegen.script import Script
from harness.cases.document import expressions
from harness.cases.document.containers import ExpressionField, Items, Mapping, OneOf
from harness.cases.document.fields import (
    Choice,
    Field,
    Matching,
    Number,
    Pattern,
    Positive,
    Shape,
    Text,
    Whole,
    is_reference,
)
from harness.cases.document.reader import Place
from harness.cases.document.suggestions import suggest
from harness.cases.parts.arrays import ArrayField, rows
from harness.cases.parts.numbers import NumbersField, write_numbers
from harness.contract.statuses import Stage

_RAISED = [stage.value for stage in Stage if stage not in (Stage.PATH, Stage.IMPORT, Stage.CHECK)]


class _Exception(Matching):
    """The name of a built-in exception, or the dotted one of an exception of the subject."""

    base: type = BaseException

    def __init__(self) -> None:
        super().__init__(r"[A-Z]\w*|[a-z]\w*(\.\w+)+", "an exception such as ValueError or tf.errors.NotFoundError")

    def read(self, value: Any, place: Place) -> Any:
        first, dot, _ = value.partition(".") if self.fits(value) else ("", "", "")
        known = [place.subject.package.split(".")[0], *place.subject.libraries]
        if dot and first not in known:
            place.fault(f"unknown package {first!r}{suggest(first, known)}")
        return super().read(value, place)

    def fits(self, value: Any) -> bool:
        if not super().fits(value):
            return False
        found = getattr(builtins, value, None)
        return is_reference(value) if "." in value else isinstance(found, type) and issubclass(found, self.base)


class _Category(_Exception):
    """The name of a built-in warning."""

    base = Warning

    def __init__(self) -> None:
        Matching.__init__(self, r"[A-Z]\w*", "a warning such as UserWarning")


# Expressions that must be true, and the lines that assert one.
_CONDITIONS = {"silent": assertions.asserted, "holds": assertions.asserted_by_name}

# For every kind but snippet.
OF_ALL: dict[str, Field] = {
    **dict.fromkeys(_CONDITIONS, Items(ExpressionField())),
    "numbers": NumbersField(),
    "raises": Mapping(
        {"at": Choice(*_RAISED), "type": _Exception(), "match": Pattern()}, required=["at", "type", "match"]
    ),
    "warns": Mapping(
        {"at": Choice(*_RAISED), "category": _Category(), "match": Pattern()}, required=["at", "category", "match"]
    ),
}


class _OutputShape(Field):
    """A shape, or a list of them for several outputs."""

    wanted = "a shape such as [null, 10], or a list of them"

    def fits(self, value: Any) -> bool:
        one = Shape()
        if isinstance(value, list) and value and all(isinstance(item, list) for item in value):
            return all(one.fits(item) for item in value)
        return one.fits(value)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [Shape().schema(), {"type": "array", "items": Shape().schema(), "minItems": 1}]}


PREDICTION = Mapping({"shape": Shape(), "rows_sum_to": Number(), "equals": ArrayField(), "tolerance": Positive()})

# For every kind with a model.
OF_MODEL: dict[str, Field] = {
    "parameters": Whole(),
    "trainable_parameters": Whole(),
    "trainable_weights": Whole(),
    "non_trainable_weights": Whole(),
    "output_shape": _OutputShape(),
    "layers": Items(Text()),
    "layer_names": Items(Text()),
    "loss": Choice("finite", "falls"),
    "history": Items(Text()),
    "evaluation": OneOf((int, Number()), (float, Number()), (list, Items(Number()))),
    "prediction": OneOf((dict, PREDICTION), (list, Items(PREDICTION))),
    "weights": Items(ArrayField()),
    "tolerance": Positive(),
}

_NEEDS = {
    "loss": ("fit", "train"),
    "history": ("fit", "train"),
    "evaluation": ("evaluate",),
}

# Names that expressions know only if the case has one of these steps.
_BOUND_BY = {
    **dict.fromkeys(("inputs", "targets", "history"), ("fit", "train")),
    **dict.fromkeys(("copy", "copied"), ("copy",)),
    **dict.fromkeys(("restored", "again"), ("load",)),
    "evaluation": ("evaluate",),
    "prediction": ("predict", "input"),
    "output": ("input",),
    "made": ("object", "call"),
}


def check_expectations(body: dict[str, Any], place: Place, known: list[str], fed_by: str = "predict") -> None:
    """Something is expected, of steps that the case has, with `known` names; predictions need the step `fed_by`."""
    expect, at = body["expect"], place.at("expect")
    if "steps" not in body:
        known = [name for name in known if any(step in body for step in _BOUND_BY.get(name, body))]
    if not set(expect) - {"tolerance"}:
        at.fault("no expectations: add at least one")
    for key, steps in [*_NEEDS.items(), ("prediction", (fed_by,))]:
        if key in expect and not any(step in body for step in steps):
            at.at(key).fault(f"needs the key {steps[0]!r}, which is missing")
    for index, item in enumerate(_listed(expect.get("prediction"))):
        if not set(item) - {"tolerance"}:
            at.at("prediction").at(index).fault("no expectations: add at least one")
    for key in _CONDITIONS:
        _check_conditions(expect.get(key, []), at.at(key), known)
    for expression, _ in expect.get("numbers", []):
        for sentence in expressions.unknown_names(expression.text, known, place.subject):
            at.at("numbers").at(expression.text).fault(sentence)


def _check_conditions(conditions: list[Any], place: Place, known: list[str]) -> None:
    for index, condition in enumerate(conditions):
        for sentence in expressions.unknown_names(condition.text, known, place.subject):
            place.at(index).fault(sentence)
        if expressions.is_tuple(condition.text):
            place.at(index).fault("a tuple is always true: put brackets around the part that is one")


def check_stages(expect: dict[str, Any], script: Script, place: Place) -> None:
    """An error ends the case, and a warning comes from a stage of the case."""
    before = [stage.value for stage in script.stages if stage is not Stage.CHECK]
    these = f"its stages are {', '.join(before)}" if before else "it has only imports"
    if "raises" in expect and [expect["raises"]["at"]] != before[-1:]:
        place.at("raises").at("at").fault(f"must be the last stage of the case: {these}")
    if "raises" in expect and set(expect) - {"raises", "warns", "numbers", *_CONDITIONS}:
        place.at("raises").fault("with raises, only silent, holds, numbers and warns can be expected")
    if "warns" in expect and expect["warns"]["at"] not in before:
        place.at("warns").at("at").fault(f"the case has no such stage: {these}")


def write_of_all(expect: dict[str, Any], script: Script, given: list[str]) -> None:
    """Write the expectations of every kind; `given` are the variables that expressions know."""
    if "raises" in expect:
        wanted = expect["raises"]
        package, dot, _ = wanted["type"].partition(".")
        if dot:
            script.plain(script.subject.import_statement(package))
        script.expect_error(Stage(wanted["at"]), wanted["type"], wanted["match"])
    if "warns" in expect:
        wanted = expect["warns"]
        script.expect_warning(Stage(wanted["at"]), wanted["category"], wanted["match"])
    for key, lines_of in _CONDITIONS.items():
        for condition in expect.get(key, []):
            written = script.expression(condition.text, given=given)
            script.add(Stage.CHECK, *lines_of(condition.text, written, script.fresh))
    write_numbers(expect.get("numbers", []), script, given)


def write_of_model(body: dict[str, Any], script: Script, model: str = "model") -> None:
    """Write the expectations of the model, its training and its predictions."""
    expect = body["expect"]
    for key in ("trainable_weights", "non_trainable_weights"):
        if key in expect:
            script.add(Stage.CHECK, f"assert len({model}.{key}) == {expect[key]}, len({model}.{key})")
    _write_parameters(expect, script, model)
    if "output_shape" in expect:
        wanted = shapes(expect["output_shape"])
        script.add(Stage.CHECK, f"assert {model}.output_shape == {wanted}, {model}.output_shape")
    for key, attribute in (("layers", "__class__.__name__"), ("layer_names", "name")):
        if key in expect:
            found = script.fresh(key)
            script.add(
                Stage.CHECK,
                f"{found} = [layer.{attribute} for layer in {model}.layers]",
                f"assert {found} == {literal(expect[key], script)}, {found}",
            )
    _write_training(body, expect, script)
    _write_numbers(body, expect, script, model)


def _write_parameters(expect: dict[str, Any], script: Script, model: str) -> None:
    if "parameters" in expect:
        script.add(Stage.CHECK, f"assert {model}.count_params() == {expect['parameters']}, {model}.count_params()")
    if "trainable_parameters" in expect:
        script.plain("import numpy as np")
        script.add(
            Stage.CHECK,
            f"sizes = [np.prod([int(size) for size in weight.shape]) for weight in {model}.trainable_weights]",
            "assert sum(sizes) == {}, sizes".format(expect["trainable_parameters"]),
        )


def _write_training(body: dict[str, Any], expect: dict[str, Any], script: Script) -> None:
    by = body.get("train", {}).get("by", "fit")
    if "loss" in expect:
        script.plain("import numpy as np")
        if by.startswith("fit"):
            script.add(Stage.CHECK, 'losses = history.history["loss"]')
        settings = body.get("fit") or body["train"]
        count = settings.get("epochs", 1) - settings.get("initial_epoch", 0)
        script.add(Stage.CHECK, f"assert len(losses) == {count} and np.all(np.isfinite(losses)), losses")
        if expect["loss"] == "falls":
            script.add(Stage.CHECK, "assert losses[-1] < losses[0], losses")
    if "history" in expect:
        wanted = literal(sorted(expect["history"]), script)
        script.add(Stage.CHECK, f"assert sorted(history.history) == {wanted}, sorted(history.history)")


def _write_numbers(body: dict[str, Any], expect: dict[str, Any], script: Script, model: str) -> None:
    within = close(expect)
    if "evaluation" in expect:
        script.plain("import numpy as np")
        script.add(Stage.CHECK, f"np.testing.assert_allclose(evaluation, {expect['evaluation']!r}, {within})")
    prediction = expect.get("prediction")
    for index, item in enumerate(_listed(prediction)):
        actual = f"prediction[{index}]" if isinstance(prediction, list) else "prediction"
        _write_prediction(item, actual, body, script, close(item) if "tolerance" in item else within)
    if "weights" in expect:
        wanted = [literal(item, script) for item in expect["weights"]]
        script.add(
            Stage.CHECK, f"weights = {model}.get_weights()", f"assert len(weights) == {len(wanted)}, len(weights)"
        )
        for index, item in enumerate(wanted):
            script.add(Stage.CHECK, f"np.testing.assert_allclose(weights[{index}], {item}, {within})")


def close(expect: dict[str, Any]) -> str:
    """The tolerance as arguments: relative, and also absolute if the case sets one."""
    return "rtol={0!r}, atol={0!r}".format(expect["tolerance"]) if "tolerance" in expect else "rtol=1e-5"


def _write_prediction(expect: dict[str, Any], actual: str, body: dict[str, Any], script: Script, within: str) -> None:
    if "shape" in expect:
        script.add(Stage.CHECK, f"assert {actual}.shape == {shape(expect['shape'])}, {actual}.shape")
    if "rows_sum_to" in expect:
        script.plain("import numpy as np")
        sums = "np.full({}, {!r})".format(rows(body["predict"]), float(expect["rows_sum_to"]))
        script.add(Stage.CHECK, f"np.testing.assert_allclose({actual}.sum(axis=1), {sums}, {within})")
    if "equals" in expect:
        wanted = literal(expect["equals"], script)
        script.add(Stage.CHECK, f"np.testing.assert_allclose({actual}, {wanted}, {within})")


def _listed(prediction: Any) -> list[Any]:
    return prediction if isinstance(prediction, list) else [] if prediction is None else [prediction]
