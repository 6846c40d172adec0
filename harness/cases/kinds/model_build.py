"""`model_build`: a model is built, compiled, trained and asked for predictions, and what it gives is checked."""

from __future__ import annotations

from typing import Any

from harness.cases.arrays import Array, array, rows
from harness.cases.documents import Place
from harness.cases.fields import Call, Choice, Field, Flag, Items, Mapping, Number, OneOf, Shape, Text, Whole
from harness.cases.kinds.base import Kind
from harness.cases.literals import keywords, shape
from harness.cases.models import MODEL, write_model
from harness.cases.script import Script
from harness.contract.statuses import Stage

_PART = OneOf((str, Text()), (dict, Call()))  # "adam", or {optimizers.Adam: {...}}

FIELDS: dict[str, Field] = {
    "model": MODEL,
    "compile": Mapping({"optimizer": _PART, "loss": _PART, "metrics": Items(_PART)}, required=["optimizer", "loss"]),
    "fit": Mapping(
        {"inputs": Array(), "targets": Array(), "epochs": Whole(1), "batch_size": Whole(1), "shuffle": Flag()},
        required=["inputs", "targets"],
    ),
    "predict": Array(),
    "expect": Mapping(
        {
            "parameters": Whole(),
            "output_shape": Shape(),
            "loss": Choice("finite"),
            "prediction": Mapping({"shape": Shape(), "rows_sum_to": Number(), "equals": Array()}),
        }
    ),
}


def check(body: dict[str, Any], place: Place) -> None:
    """Expectations need the step that they speak of."""
    if "fit" in body and "compile" not in body:
        place.at("fit").fault("a model is compiled before it is trained: the key 'compile' is missing")
    expect = place.at("expect")
    if not body["expect"]:
        expect.fault("expects nothing: say what must hold")
    if "loss" in body["expect"] and "fit" not in body:
        expect.at("loss").fault("speaks of training: the key 'fit' is missing")
    if "prediction" in body["expect"]:
        if "predict" not in body:
            expect.at("prediction").fault("speaks of a prediction: the key 'predict' is missing")
        if not body["expect"]["prediction"]:
            expect.at("prediction").fault("expects nothing: say what must hold")


def write(body: dict[str, Any], script: Script) -> None:
    """Write the steps that the body names, and the checks."""
    write_model(script, body["model"])
    if "compile" in body:
        script.add(Stage.COMPILE, "model.compile({})".format(keywords(body["compile"], script.use)))
    if "fit" in body:
        _write_fit(body["fit"], script)
    if "predict" in body:
        script.add(Stage.CALL, "prediction = model.predict({})".format(array(script, body["predict"])))
    _write_checks(body, script)


def _write_fit(fit: dict[str, Any], script: Script) -> None:
    settings = {key: value for key, value in fit.items() if key not in ("inputs", "targets")}
    arguments = "inputs, targets" + "".join(", {}={!r}".format(*item) for item in settings.items())
    script.add(
        Stage.FIT,
        "inputs = {}".format(array(script, fit["inputs"])),
        "targets = {}".format(array(script, fit["targets"])),
        f"history = model.fit({arguments})",
    )


def _write_checks(body: dict[str, Any], script: Script) -> None:
    expect = body["expect"]
    if "parameters" in expect:
        line = 'assert model.count_params() == {}, f"{{model.count_params()}} parameters"'
        script.add(Stage.CHECK, line.format(expect["parameters"]))
    if "output_shape" in expect:
        line = 'assert model.output_shape == {}, f"output shape {{model.output_shape}}"'
        script.add(Stage.CHECK, line.format(shape(expect["output_shape"])))
    if "loss" in expect:
        script.plain("import numpy as np")
        script.add(
            Stage.CHECK,
            'loss = history.history["loss"]',
            'assert len(loss) == {} and np.all(np.isfinite(loss)), f"loss {{loss}}"'.format(
                body["fit"].get("epochs", 1)
            ),
        )
    _write_prediction_checks(expect.get("prediction", {}), body, script)


def _write_prediction_checks(expect: dict[str, Any], body: dict[str, Any], script: Script) -> None:
    if "shape" in expect:
        line = 'assert prediction.shape == {}, f"prediction of shape {{prediction.shape}}"'
        script.add(Stage.CHECK, line.format(shape(expect["shape"])))
    if "rows_sum_to" in expect:
        script.plain("import numpy as np")
        sums = "np.full({}, {!r})".format(rows(body["predict"]), float(expect["rows_sum_to"]))
        script.add(Stage.CHECK, f"np.testing.assert_allclose(prediction.sum(axis=1), {sums}, rtol=1e-5)")
    if "equals" in expect:
        line = "np.testing.assert_allclose(prediction, {}, rtol=1e-5)"
        script.add(Stage.CHECK, line.format(array(script, expect["equals"])))


KIND = Kind("model_build", FIELDS, ("model", "expect"), write, check)
