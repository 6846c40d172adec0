"""The kind `cross_load`: the scripts that read, and the faults of bad bodies."""

from __future__ import annotations

from tests.support.good_cases import BODIES
from tests.support.written_cases import FROM, BadBody, GoodBody

KIND = "cross_load"
BODY_1 = BODIES["cross_load"]
SCRIPT_1 = """\
import numpy as np
import sys
import tensorflow as tf

# import
from keras.layers import Layer
from keras.models import Sequential

# build
class CustomLayer(Layer):
    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(int(input_shape[-1]), 2), initializer="ones")
        super().build(input_shape)

    def call(self, inputs):
        return tf.matmul(inputs, self.w)


model = Sequential([CustomLayer()])

# load
model.load_weights(sys.argv[1], by_name=True)

# call
prediction = model.predict(np.ones((2, 4), dtype="float32"))

# check
np.testing.assert_allclose(prediction, np.full((2, 2), 4.0, dtype="float32"), rtol=1e-5)
found = len(model.weights)
assert found == 1, f"len(model.weights) is {found!r}, not 1"
"""
BODY_2 = """\
write:
  model: {sequential: [layers.Flatten]}
  save: {with: to_json, file: model.json}
load: {with: models.model_from_json}
expect: {layers: [Flatten]}
"""
SCRIPT_2 = """\
import sys

# import
from keras.models import model_from_json

# load
with open(sys.argv[1]) as file:
    text = file.read()
restored = model_from_json(text)

# check
layers = [layer.__class__.__name__ for layer in restored.layers]
assert layers == ["Flatten"], layers
"""

KNOWN = "copy, json, model, np, os, pickle, prediction, sys, tf"
SCRIPTS: list[GoodBody] = [(BODY_1, FROM, SCRIPT_1), (BODY_2, FROM, SCRIPT_2)]
FAULTS: list[BadBody] = [
    (
        BODY_1,
        "len(model.weights)",
        "len(restored.weights)",
        [f"14: unknown name 'restored'; known: CustomLayer, {KNOWN}"],
    ),
    (BODY_2, "file: model.json", "file: ../model.json", ["6: must be a file name, not '../model.json'"]),
    (BODY_2, "with: to_json", "with: load_weights", ["6: load_weights saves nothing"]),
    (BODY_2, "with: models.model_from_json", "with: save", ["7: save loads nothing"]),
    (BODY_2, "layers: [Flatten]", "laers: [Flatten]", ["8: unknown key 'laers'; did you mean 'layers'?"]),
    (BODY_2, "  save: {with: to_json, file: model.json}\n", "", ["4: missing key 'save'"]),
]
