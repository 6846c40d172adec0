"""The kind `save_load`: whole scripts, and the faults of bad bodies."""

from __future__ import annotations

from tests.support.written_cases import ATTRIBUTE, FROM, BadBody, GoodBody

KIND = "save_load"
BODY_1 = """\
layer: {base: layers.Layer, call: inputs * 2}
model: {sequential: [{CustomLayer: {input_shape: [4]}}, {layers.Dense: {units: 2}}]}
compile: {optimizer: sgd, loss: mse}
fit: {inputs: {ones: [2, 4]}, targets: {zeros: [2, 2]}}
input: {ones: [3, 4]}
save: {with: models.save_model, file: saved/model.h5, options: {include_optimizer: false}}
load: {with: models.load_model, options: {custom_objects: {python: "{'CustomLayer': CustomLayer}"}}}
expect:
  files: [saved/model.h5]
  parameters: 10
  prediction: {equals: {full: [3, 2], value: 8.0}, tolerance: 0.01}
  silent: [restored.optimizer is not None, "again.shape == (3, 2)"]
"""
SCRIPT_1 = """\
import numpy as np
import os

# import
from keras.layers import Dense, Layer
from keras.models import Sequential, load_model, save_model

# build
class CustomLayer(Layer):
    def call(self, inputs):
        return inputs * 2


model = Sequential([CustomLayer(input_shape=(4,)), Dense(units=2)])

# compile
model.compile(optimizer="sgd", loss="mse")

# fit
inputs = np.ones((2, 4), dtype="float32")
targets = np.zeros((2, 2), dtype="float32")
history = model.fit(inputs, targets)

# call
prediction = model.predict(np.ones((3, 4), dtype="float32"))

# save
save_model(model, "saved/model.h5", include_optimizer=False)

# load
restored = load_model("saved/model.h5", custom_objects={'CustomLayer': CustomLayer})

# call
again = restored.predict(np.ones((3, 4), dtype="float32"))

# check
np.testing.assert_allclose(again, prediction, rtol=1e-5)
assert os.path.exists("saved/model.h5"), sorted(os.listdir())
assert restored.count_params() == 10, restored.count_params()
np.testing.assert_allclose(prediction, np.full((3, 2), 8.0, dtype="float32"), rtol=0.01, atol=0.01)
assert restored.optimizer is not None, "not so: restored.optimizer is not None"
assert again.shape == (3, 2), again.shape
"""
BODY_2 = """\
model: {sequential: [{layers.Dense: {units: 2, input_shape: [4]}}]}
input: {ones: [3, 4]}
save: {with: save_weights, file: w.h5}
load: {with: load_weights, file: w.h5.index, options: {by_name: true}}
expect: {weights: [{ones: [4, 2]}, {zeros: [2]}]}
"""
SCRIPT_2 = """\
import numpy as np
import tensorflow as tf

# import
Sequential = tf.keras.models.Sequential
Dense = tf.keras.layers.Dense

# build
model = Sequential([Dense(units=2, input_shape=(4,))])

# call
prediction = model.predict(np.ones((3, 4), dtype="float32"))

# save
model.save_weights("w.h5")

# load
model.set_weights([np.zeros_like(weight) for weight in model.get_weights()])
model.load_weights("w.h5.index", by_name=True)

# call
again = model.predict(np.ones((3, 4), dtype="float32"))

# check
np.testing.assert_allclose(again, prediction, rtol=1e-5)
weights = model.get_weights()
assert len(weights) == 2, len(weights)
np.testing.assert_allclose(weights[0], np.ones((4, 2), dtype="float32"), rtol=1e-5)
np.testing.assert_allclose(weights[1], np.zeros((2,), dtype="float32"), rtol=1e-5)
"""
BODY_3 = """\
model: {sequential: [layers.Flatten]}
save: {with: tf.saved_model.save, file: model}
expect: {raises: {at: save, type: ValueError, match: "no 'inputs'"}}
"""
SCRIPT_3 = """\
import re
import tensorflow as tf

# import
from keras.layers import Flatten
from keras.models import Sequential

# build
model = Sequential([Flatten()])

# save
try:
    tf.saved_model.save(model, "model")
    raised = None
except ValueError as error:
    raised = error

# check
assert raised is not None, "nothing raised ValueError"
assert re.search("no 'inputs'", str(raised)), raised
"""
BODY_4 = """\
model: {sequential: [layers.Flatten], class: tf.keras::Sequential}
save: {with: "tf.keras::models.save_model", file: model.h5}
load: {with: tf.saved_model.load}
expect: {files: [model.h5]}
"""
SCRIPT_4 = """\
import os
import tensorflow as tf

# import
from keras.layers import Flatten

# build
model = tf.keras.Sequential([Flatten()])

# save
tf.keras.models.save_model(model, "model.h5")

# load
restored = tf.saved_model.load("model.h5")

# check
assert os.path.exists("model.h5"), sorted(os.listdir())
"""

WITH = (
    "must be a method of the model (save, save_weights, export, load_weights) or a function such as models.load_model"
)

SCRIPTS: list[GoodBody] = [
    (BODY_1, FROM, SCRIPT_1),
    (BODY_2, ATTRIBUTE, SCRIPT_2),
    (BODY_3, FROM, SCRIPT_3),
    (BODY_4, FROM, SCRIPT_4),
]

FAULTS: list[BadBody] = [
    (BODY_1, "with: models.save_model", "with: load_weights", ["9: load_weights saves nothing"]),
    (BODY_1, "with: models.load_model", "with: save", ["10: save loads nothing"]),
    (BODY_1, "with: models.save_model", "with: write", [f"9: {WITH}, not 'write'"]),
    (BODY_1, "with: models.save_model", "with: models.class", [f"9: {WITH}, not 'models.class'"]),
    (
        BODY_1,
        "with: models.save_model",
        "with: tf..keras::models.save",
        [f"9: {WITH}, not 'tf..keras::models.save'"],
    ),
    (BODY_1, "saved/model.h5,", "../model.h5,", ["9: must be a file name, not '../model.h5'"]),
    (BODY_1, "saved/model.h5,", "x/../../y,", ["9: must be a file name, not 'x/../../y'"]),
    (BODY_1, "saved/model.h5,", "'a\"b',", ["9: must be a file name, not 'a\"b'"]),
    (BODY_1, "file: saved/model.h5,", "", ["9: missing key 'file'"]),
    (BODY_1, "files: [saved/model.h5]", "files: [..]", ["12: must be a file name, not '..'"]),
    (BODY_1, "input: {ones: [3, 4]}\n", "", ["13: needs the key 'input', which is missing"]),
    (
        BODY_1,
        "compile: {optimizer: sgd, loss: mse}\n",
        "",
        ["6: compile the model first: missing key 'compile'"],
    ),
    (BODY_1, "restored.optimizer", "restord.optimizer", ["15: unknown name 'restord'; did you mean 'restored'?"]),
    (BODY_1, "call: inputs * 2", "call: input * 2", ["4: unknown name 'input'; did you mean 'inputs'?"]),
    (BODY_1, "load: {", "laod: {", ["10: unknown key 'laod'; did you mean 'load'?"]),
    (
        BODY_1,
        "expect:\n",
        "expect:\n  raises: {at: load, type: ValueError, match: x}\n",
        [
            "12: must be the last stage of the case: its stages are build, compile, fit, call, save, load, call",
            "12: with raises, only silent, holds, numbers and warns can be expected",
        ],
    ),
    (BODY_1, BODY_1[BODY_1.index("expect:") :], "expect: null\n", ["11: must be a mapping, not empty"]),
    (BODY_1, BODY_1[BODY_1.index("expect:") :], "expect: {}\n", ["11: no expectations: add at least one"]),
    (
        BODY_1,
        "layer: {base: layers.Layer, call: inputs * 2}",
        "layer: {}",
        ["4: missing key 'base'", "4: missing key 'call'"],
    ),
    (
        BODY_1,
        "fit: {inputs: {ones: [2, 4]}, targets: {zeros: [2, 2]}}",
        "fit: []",
        ["7: must be a mapping, not a list"],
    ),
    (BODY_1, "options: {include_optimizer: false}", "options: {1: false}", ["9: 1 is not a Python name"]),
    (BODY_3, "save: {with: tf.saved_model.save, file: model}\n", "", ["1: missing key 'save'"]),
    (BODY_3, "at: save", "at: call", ["6: must be the last stage of the case: its stages are build, save"]),
    (
        BODY_3,
        "save: {with: tf.saved_model.save, file: model}\n",
        "save: model.h5\n",
        ["5: must be a mapping, not 'model.h5'"],
    ),
]
