"""The illustration of the design (section 5) as a whole: from the case in this repository to its script."""

from __future__ import annotations

import pytest

from harness.cases.generate import script_of
from harness.cases.loader import read_case
from harness.contract.plan import PathSpec
from tests.support import ROOT
from tests.support.languages import LANGUAGE

FILE = "cases/custom_layer/custom-layer-in-tf-keras.yaml"
SCRIPT = """\
import numpy as np
import tensorflow as tf

# import
{}

# build
class CustomLayer(Layer):
    def __init__(self, units=32, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(int(input_shape[-1]), self.units), initializer="ones")
        super().build(input_shape)

    def call(self, inputs):
        return tf.matmul(inputs, self.w)


{}

# call
output = model.predict(np.ones((2, 4), dtype="float32"))

# check
assert len(model.trainable_weights) == 3, len(model.trainable_weights)
np.testing.assert_allclose(output, np.full((2, 10), 128.0, dtype="float32"), rtol=1e-5)
"""
MIXED = """\
model = tf.keras.Sequential([
    CustomLayer(units=32),
    tf.keras.layers.Dense(units=10, kernel_initializer="ones"),
])"""
UNMIXED = 'model = Sequential([CustomLayer(units=32), Dense(units=10, kernel_initializer="ones")])'


@pytest.mark.parametrize(
    ("path", "imports"),
    [
        (PathSpec("tensorflow.python.keras", "from", "tensorflow"), "from tensorflow.python.keras.layers import Layer"),
        (PathSpec("keras", "from", "keras"), "from keras.layers import Layer"),
        (PathSpec("tf.compat.v1.keras", "attribute", "tensorflow"), "Layer = tf.compat.v1.keras.layers.Layer"),
    ],
)
def test_script_under_other_path_than_container(path: PathSpec, imports: str) -> None:
    case, faults = read_case(str(ROOT), FILE, LANGUAGE)
    assert case is not None, faults
    script = script_of(case, path)
    assert script == SCRIPT.format(imports, MIXED)
    compile(script, FILE, "exec")


def test_script_under_container_path() -> None:
    case, faults = read_case(str(ROOT), FILE, LANGUAGE)
    assert case is not None, faults
    names = ["layers.Layer", "layers.Dense", "Sequential"]
    imports = "\n".join(f"{name.split('.')[-1]} = tf.keras.{name}" for name in names)
    script = script_of(case, PathSpec("tf.keras", "attribute", "tensorflow"))
    assert script == SCRIPT.format(imports, UNMIXED)
    compile(script, FILE, "exec")
