"""The steps after building a model, shared by several kinds: compile, train, evaluate, predict, copy."""

from __future__ import annotations

from typing import Any

from harness.cases.codegen.literals import bracketed, further, keywords, literal
from harness.cases.codegen.nodes import Call
from harness.cases.codegen.script import Script
from harness.cases.document.containers import Items, Mapping, OneOf, Value
from harness.cases.document.fields import Choice, Field, Flag, Number, Text, Whole
from harness.cases.document.reader import Place
from harness.cases.parts.arrays import data
from harness.contract.statuses import Stage

_PART = OneOf((str, Text()), (dict, Value()))  # "adam", {optimizers.Adam: {...}} or {python: ...}
_PARTS = OneOf((str, Text()), (dict, Value()), (list, Items(_PART)))

COMPILE = Mapping(
    {
        "optimizer": _PART,
        "loss": _PARTS,
        "metrics": Items(_PART),
        "loss_weights": Items(Number()),
        "weighted_metrics": Items(_PART),
        "run_eagerly": Flag(),
    },
    required=["optimizer", "loss"],
)
FIT_FIELDS: dict[str, Field] = {
    "inputs": data(),
    "targets": data(),
    "epochs": Whole(1),
    "batch_size": Whole(1),
    "shuffle": Flag(),
    "verbose": Whole(),
    "validation_split": Number(),
    "initial_epoch": Whole(),
    "callbacks": Items(_PART),
    "workers": Whole(),
    "use_multiprocessing": Flag(),
    "max_queue_size": Whole(1),
}
FIT = Mapping(FIT_FIELDS, required=["inputs", "targets"])
TRAIN = Mapping(
    dict(FIT_FIELDS, by=Choice("fit", "fit_generator", "train_on_batch", "gradient_tape")),
    required=["by", "inputs", "targets"],
)
EVALUATE = Mapping({"inputs": data(), "targets": data(), "batch_size": Whole(1)}, required=["inputs", "targets"])
COPY = Choice("get_config", "clone_model", "to_json")

_GENERATOR_ONLY = ("epochs", "workers", "use_multiprocessing", "max_queue_size", "callbacks", "verbose")


def check_steps(body: dict[str, Any], place: Place) -> None:
    """Training and evaluation need a compiled model, and each way to train has its own settings."""
    for step in ("fit", "train", "evaluate"):
        if step in body and "compile" not in body:
            place.at(step).fault("compile the model first: missing key 'compile'")
    train = body.get("train", {})
    if train.get("by") == "gradient_tape" and not isinstance(body.get("compile", {}).get("loss"), Call):
        place.at("train").at("by").fault("needs a loss such as {losses.MeanSquaredError: {}}, not a word")
    allowed = {"fit": tuple(FIT_FIELDS), "fit_generator": _GENERATOR_ONLY}.get(train.get("by", "fit"), ("epochs",))
    for key in train:
        if key not in ("by", "inputs", "targets", *allowed):
            place.at("train").at(key).fault(f"{train['by']} takes no {key!r}")


def write_compile(settings: dict[str, Any], script: Script) -> None:
    """Write `model.compile(...)`."""
    script.add(Stage.COMPILE, f"model.compile({keywords(settings, script)})")


def write_fit(fit: dict[str, Any], script: Script) -> None:
    """Write the data, and `history = model.fit(...)`."""
    _write_data(fit, script)
    script.add(Stage.FIT, f"history = model.fit(inputs, targets{_settings(fit, script)})")


def write_train(train: dict[str, Any], settings: dict[str, Any], script: Script) -> None:
    """Write the data, and the training in one of the four ways."""
    if train["by"] == "fit":
        write_fit({key: value for key, value in train.items() if key != "by"}, script)
        return
    _write_data(train, script)
    if train["by"] == "fit_generator":
        rest = _settings(train, script)
        batches = ["def batches():", "    while True:", "        yield inputs, targets", "", ""]
        script.add(Stage.FIT, *batches, f"history = model.fit_generator(batches(), steps_per_epoch=1{rest})")
        return
    script.add(Stage.FIT, "losses = []")
    body = _on_batch() if train["by"] == "train_on_batch" else _by_tape(settings, script)
    script.add(Stage.FIT, "for _ in range({}):".format(train.get("epochs", 1)), *(f"    {line}" for line in body))


def _on_batch() -> list[str]:
    return ["losses.append(model.train_on_batch(inputs, targets))"]


def _by_tape(settings: dict[str, Any], script: Script) -> list[str]:
    script.plain("import tensorflow as tf")
    script.add(Stage.FIT, f"compute_loss = {literal(settings['loss'], script)}")
    return [
        "with tf.GradientTape() as tape:",
        "    loss = compute_loss(targets, model(inputs, training=True))",
        "gradients = tape.gradient(loss, model.trainable_variables)",
        "model.optimizer.apply_gradients(zip(gradients, model.trainable_variables))",
        "losses.append(float(loss))",
    ]


def _write_data(fit: dict[str, Any], script: Script) -> None:
    for key in ("inputs", "targets"):
        script.add(Stage.FIT, f"{key} = {literal(fit[key], script)}")


def _settings(fit: dict[str, Any], script: Script) -> str:
    return further({key: value for key, value in fit.items() if key not in ("by", "inputs", "targets")}, script)


def write_evaluate(spec: dict[str, Any], script: Script) -> None:
    """Write `evaluation = model.evaluate(...)`."""
    parts = [literal(spec[key], script) for key in ("inputs", "targets")]
    parts += [f"{key}={spec[key]!r}" for key in ("batch_size",) if key in spec]
    script.add(Stage.CALL, *bracketed("evaluation = model.evaluate(", parts, ")"))


def write_predict(spec: Any, script: Script, name: str = "prediction", model: str = "model") -> None:
    """Write `prediction = model.predict(...)`."""
    script.add(Stage.CALL, f"{name} = {model}.predict({literal(spec, script)})")


def write_steps(body: dict[str, Any], script: Script) -> None:
    """Write the steps of the body: compile, fit or train, evaluate, predict."""
    if "compile" in body:
        write_compile(body["compile"], script)
    if "fit" in body:
        write_fit(body["fit"], script)
    if "train" in body:
        write_train(body["train"], body["compile"], script)
    if "evaluate" in body:
        write_evaluate(body["evaluate"], script)
    if "predict" in body:
        write_predict(body["predict"], script)


def write_copy(how: str, script: Script, fed: Any, predicted: str, several: bool = False, custom: str = "") -> None:
    """Write a copy of the model from its description, with the same weights.

    If the model is `fed` with data, the copy must predict the same as the variable `predicted`.
    """
    objects = f', custom_objects={{"{custom}": {custom}}}' if custom else ""
    if how == "get_config":
        script.add(Stage.SAVE, "config = model.get_config()")
        script.add(Stage.LOAD, f"copy = model.__class__.from_config(config{objects})")
    elif how == "to_json":
        function = script.use("models.model_from_json")
        script.add(Stage.SAVE, "text = model.to_json()")
        script.add(Stage.LOAD, f"copy = {function}(text{objects})")
    else:
        script.add(Stage.LOAD, f"copy = {script.use('models.clone_model')}(model)")
    script.add(Stage.LOAD, "copy.set_weights(model.get_weights())")
    if fed is None:
        script.add(Stage.CHECK, "assert copy.count_params() == model.count_params(), copy.count_params()")
        return
    write_predict(fed, script, "copied", "copy")
    script.add(Stage.CHECK, *same("copied", predicted, several))


def same(actual: str, expected: str, several: bool) -> list[str]:
    """The lines that compare an array, or each of several, with another."""
    line = "np.testing.assert_allclose({}, {}, rtol=1e-5)"
    if not several:
        return [line.format(actual, expected)]
    return [f"for one, other in zip({actual}, {expected}):", "    " + line.format("one", "other")]
