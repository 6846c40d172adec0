"""The kind `model_build`: the script of a good body, and the faults of bad ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.contract.plan import PathSpec
from tests.support.written_cases import refused, replaced, written_script

FILE = "cases/model_build/mlp.yaml"
PATHS = [PathSpec("tensorflow.keras", "from", "tensorflow"), PathSpec("tf.compat.v1.keras", "attribute", "tensorflow")]
GOOD = """\
id: mlp
kind: model_build
title: A network
model:
  sequential:
    - layers.Dense: {units: 3, kernel_initializer: {initializers.Constant: {value: 0.5}}, input_shape: [4]}
    - layers.Flatten
compile: {optimizer: {optimizers.Adam: {learning_rate: 0.1}}, loss: mse, metrics: [mae, {metrics.Mean: null}]}
fit: {inputs: {ones: [8, 4]}, targets: {zeros: [8, 3]}, epochs: 2, batch_size: 4, shuffle: false}
predict: {random: [5, 4], seed: 3}
expect:
  parameters: 15
  output_shape: [null, 3]
  loss: finite
  prediction: {shape: [5, 3], rows_sum_to: 1, equals: {full: [5, 3], value: 0.5}}
"""


STEPS = """
# build
model = Sequential([
    Dense(units=3, kernel_initializer=Constant(value=0.5), input_shape=(4,)),
    Flatten(),
])

# compile
model.compile(optimizer=Adam(learning_rate=0.1), loss="mse", metrics=["mae", Mean()])

# fit
inputs = np.ones((8, 4), dtype="float32")
targets = np.zeros((8, 3), dtype="float32")
history = model.fit(inputs, targets, epochs=2, batch_size=4, shuffle=False)

# call
prediction = model.predict(np.random.RandomState(3).rand(5, 4).astype("float32"))

# check
assert model.count_params() == 15, model.count_params()
assert model.output_shape == (None, 3), model.output_shape
losses = history.history["loss"]
assert len(losses) == 2 and np.all(np.isfinite(losses)), losses
assert prediction.shape == (5, 3), prediction.shape
np.testing.assert_allclose(prediction.sum(axis=1), np.full(5, 1.0), rtol=1e-5)
np.testing.assert_allclose(prediction, np.full((5, 3), 0.5, dtype="float32"), rtol=1e-5)
"""
IMPORTS = {
    "from": [
        "import numpy as np",
        "",
        "# import",
        "from tensorflow.keras.initializers import Constant",
        "from tensorflow.keras.layers import Dense, Flatten",
        "from tensorflow.keras.metrics import Mean",
        "from tensorflow.keras.models import Sequential",
        "from tensorflow.keras.optimizers import Adam",
    ],
    "attribute": [
        "import numpy as np",
        "import tensorflow as tf",
        "",
        "# import",
        "Sequential = tf.compat.v1.keras.models.Sequential",
        "Dense = tf.compat.v1.keras.layers.Dense",
        "Constant = tf.compat.v1.keras.initializers.Constant",
        "Flatten = tf.compat.v1.keras.layers.Flatten",
        "Adam = tf.compat.v1.keras.optimizers.Adam",
        "Mean = tf.compat.v1.keras.metrics.Mean",
    ],
}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.form)
def test_model_case_writes_every_step(tmp_path: Path, path: PathSpec) -> None:
    imports, steps = written_script(tmp_path, FILE, GOOD, path).split("\n# build", 1)
    assert "\n# build" + steps == STEPS
    assert imports.splitlines() == IMPORTS[path.form]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.form)
def test_model_case_writes_nothing_unasked(tmp_path: Path, path: PathSpec) -> None:
    head = GOOD[: GOOD.index("model:")]
    text = head + "model: {sequential: [layers.Flatten], class: tf.keras::Sequential}\nexpect: {parameters: 0}\n"
    script = written_script(tmp_path, FILE, text, path)
    assert script.endswith(
        "# build\nmodel = tf.keras.Sequential([Flatten()])\n\n"
        "# check\nassert model.count_params() == 0, model.count_params()\n"
    )
    assert "numpy" not in script


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("compile: ", "#", "9: compile the model first: missing key 'compile'"),
        ("fit: ", "#", "14: needs the key 'fit', which is missing"),
        ("predict: ", "#", "15: needs the key 'predict', which is missing"),
        (GOOD[GOOD.index("  parameters") :], "  {}\n", "11: no expectations: add at least one"),
        (GOOD[GOOD.index("{shape: [5") :], "{}\n", "15: no expectations: add at least one"),
    ],
)
def test_expectation_without_its_step_is_refused(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert refused(tmp_path, FILE, replaced(GOOD, old, new)) == [fault]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("loss: finite", "loss: small", "14: 'small' is not one of the known words; did you mean 'falls'?"),
        ("parameters: 15", "parameters: -1", "12: must be a whole number of at least 0, not -1"),
        ("parameters: 15", "params: 15", "12: unknown key 'params'; did you mean 'parameters'?"),
        ("epochs: 2", "epochs: 0", "9: must be a whole number of at least 1, not 0"),
        ("loss: mse", "los: mse", "8: unknown key 'los'; did you mean 'loss'?"),
        (
            "    - layers.Flatten",
            "    - [layers.Flatten]",
            "7: must be a name or one name with its arguments, not a list",
        ),
        ("sequential:", "sequencial:", "5: unknown key 'sequencial'; did you mean 'sequential'?"),
        ("expect:\n", "expects:\n", "11: unknown key 'expects'; did you mean 'expect'?"),
    ],
)
def test_bad_key_or_value_is_refused(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert fault in refused(tmp_path, FILE, replaced(GOOD, old, new))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "{initializers.Constant: {value: 0.5}}",
            "{Constant: 0.5}",
            "6: must be a mapping of names such as {units: 3}, not 0.5",
        ),
        (
            "units: 3",
            "units: 2020-01-01",
            "6: must be text, a number, true, false, null, a list or a mapping, not datetime.date(2020, 1, 1)",
        ),
        ("units: 3", "lambda: 3", "6: 'lambda' is not a Python name"),
        (
            "predict: {random: [5, 4], seed: 3}",
            "predict: {ones: []}",
            "10: an array needs at least one dimension, and no open ones",
        ),
        ("rows_sum_to: 1", "rows_sum_to: .inf", "15: must be a number, not inf"),
    ],
)
def test_unwritable_model_value_is_refused(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert refused(tmp_path, FILE, replaced(GOOD, old, new)) == [fault]


def test_bare_class_name_becomes_a_call(tmp_path: Path) -> None:
    text = GOOD.replace("optimizers.Adam:", "Adam:")
    assert "model.compile(optimizer=Adam(learning_rate=0.1)," in written_script(tmp_path, FILE, text, PATHS[0])
