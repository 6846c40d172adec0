"""The kind `custom_layer`: the class it becomes, and the faults of bad bodies."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.contract.plan import PathSpec
from tests.support.written_cases import refused, replaced, written_script

FILE = "cases/custom_layer/custom.yaml"
PATHS = [PathSpec("keras", "from", "keras"), PathSpec("tf.keras", "attribute", "tensorflow")]
GOOD = """\
id: custom
kind: custom_layer
title: A layer
layer:
  base: layers.Layer
  arguments: {units: 32, how: {initializers.Constant: {value: 2}}}
  weights:
    w: {shape: [input_dim, units], initializer: {initializers.Constant: {value: 0.5}}}
    b: {shape: [units], initializer: zeros, trainable: false}
    scalar: {shape: [], initializer: ones}
  call: tf.matmul(inputs, w) + np.float32(units) * b
container: tf.compat.v1.keras::Sequential
followed_by: [layers.Flatten]
input: {ones: [2, 4]}
expect: {trainable_weights: 2, non_trainable_weights: 1, output: {full: [2, 32], value: 2.0}}
"""
STEPS = """
# build
class CustomLayer(Layer):
    def __init__(self, units=32, how=Constant(value=2), **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.how = how

    def build(self, input_shape):
        self.w = self.add_weight(
            name="w",
            shape=(int(input_shape[-1]), self.units),
            initializer=Constant(value=0.5),
        )
        self.b = self.add_weight(name="b", shape=(self.units,), initializer="zeros", trainable=False)
        self.scalar = self.add_weight(name="scalar", shape=(), initializer="ones")
        super().build(input_shape)

    def call(self, inputs):
        return tf.matmul(inputs, self.w) + np.float32(self.units) * self.b


model = tf.compat.v1.keras.Sequential([CustomLayer(units=32, how=Constant(value=2)), Flatten()])

# call
output = model.predict(np.ones((2, 4), dtype="float32"))

# check
assert len(model.trainable_weights) == 2, len(model.trainable_weights)
assert len(model.non_trainable_weights) == 1, len(model.non_trainable_weights)
np.testing.assert_allclose(output, np.full((2, 32), 2.0, dtype="float32"), rtol=1e-5)
"""
IMPORTS = {
    "from": ["from keras.initializers import Constant", "from keras.layers import Flatten, Layer"],
    "attribute": [
        "Layer = tf.keras.layers.Layer",
        "Constant = tf.keras.initializers.Constant",
        "Flatten = tf.keras.layers.Flatten",
    ],
}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.form)
def test_layer_case_writes_class_and_checks(tmp_path: Path, path: PathSpec) -> None:
    imports, steps = written_script(tmp_path, FILE, GOOD, path).split("\n# build", 1)
    assert "\n# build" + steps == STEPS
    assert imports.startswith("import numpy as np\nimport tensorflow as tf\n\n# import\n")
    assert imports.split("# import\n")[1].splitlines() == IMPORTS[path.form]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.form)
def test_layer_without_arguments_or_weights(tmp_path: Path, path: PathSpec) -> None:
    head = GOOD[: GOOD.index("layer:")]
    body = "layer: {base: layers.Layer, call: inputs}\ninput: {ones: [1, 1]}\nexpect: {trainable_weights: 0}\n"
    script = written_script(tmp_path, FILE, head + body, path)
    assert "class CustomLayer(Layer):\n    def call(self, inputs):\n        return inputs\n" in script
    assert "\n\n\nmodel = Sequential([CustomLayer()])\n" in script
    assert "matmul" not in script


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("[input_dim, units]", "[input_din, units]", "8: unknown size 'input_din'; did you mean 'input_dim'?"),
        ("[units]", "[3, unit]", "9: unknown size 'unit'; did you mean 'units'?"),
        ("[units]", "[x]", "9: unknown size 'x'; known: how, input_dim, units"),
        ("matmul(inputs, w)", "matmul(input, w)", "11: unknown name 'input'; did you mean 'inputs'?"),
        (
            "(units) * b",
            "(self)",
            "11: unknown name 'self'"
            "; known: b, copy, how, inputs, json, mask, np, os, pickle, scalar, sys, tf, training, units, w",
        ),
        ("matmul(inputs, w)", "matmul(inputs, w", "11: is not a Python expression: '(' was never closed"),
        ("matmul(inputs, w)", "matmul(inputs, ŵ)", "11: must be one line of ASCII"),
        (
            "matmul(inputs, w)",
            "stack(f'{inputs}')",
            "11: must not contain an f-string",
        ),
        ("{units: 32,", "{units: 32, kwargs: 1,", "6: the name 'kwargs' is taken: call the argument something else"),
        ("{units: 32,", "{units: 32, self: 1,", "6: the name 'self' is taken: call the argument something else"),
        ("{units: 32,", "{units: 32, b: 1,", "9: the name 'b' is taken: call the weight something else"),
        ("    scalar: {", "    inputs: {", "10: the name 'inputs' is taken: call the weight something else"),
        (GOOD[GOOD.index("{trainable_weights") :], "{}\n", "15: no expectations: add at least one"),
    ],
)
def test_unknown_name_in_layer_is_refused(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert refused(tmp_path, FILE, replaced(GOOD, old, new)) == [fault]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("[units]", "units", "9: must be a list such as [input_dim, units], not 'units'"),
        ("[units]", "[0]", "9: must be a size, input_dim or an argument of the layer, not 0"),
        ("zeros,", "0,", "9: must be text or a mapping, not 0"),
        ("trainable: false", "trainable: 0", "9: must be true or false, not 0"),
        ("base:", "bas:", "5: unknown key 'bas'; did you mean 'base'?"),
        (
            "base: layers.Layer",
            "base: a Layer",
            "5: must be a name such as layers.Dense or tf.keras::layers.Dense, not 'a Layer'",
        ),
        ("{units: 32,", "{2: 32,", "6: 2 is not a Python name"),
        ("trainable_weights: 2", "trainable: 2", "15: unknown key 'trainable'; did you mean 'trainable_weights'?"),
    ],
)
def test_bad_layer_key_is_refused(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert fault in refused(tmp_path, FILE, GOOD.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "{units: 32,",
            "{units: 2020-01-01,",
            "6: must be text, a number, true, false, null, a list or a mapping, not datetime.date(2020, 1, 1)",
        ),
        ("{value: 2}", "2", "6: must be a mapping of names such as {units: 3}, not 2"),
    ],
)
def test_unwritable_layer_value_is_refused(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert refused(tmp_path, FILE, replaced(GOOD, old, new)) == [fault]
