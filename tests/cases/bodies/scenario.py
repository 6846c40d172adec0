"""The kind `scenario`: a whole script with functions, classes and blocks, and the faults of bad steps."""

from __future__ import annotations

from tests.support.good_cases import BODIES
from tests.support.written_cases import FROM, BadBody, GoodBody

KIND = "scenario"
BODY = BODIES["scenario"]
SCRIPT = """\
import numpy as np
import re
import tensorflow as tf
import tensorflow_hub as hub
import warnings

# import
from keras.layers import Dense, Flatten
from keras.models import Model, Sequential
from keras.utils import register_keras_serializable
try:
    from keras.callbacks import Callback
except ImportError:
    from keras.engine.callbacks import Callback

# build
class CustomModel(Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = Dense(units=1)

    def call(self, inputs, training=None):
        return self.dense(inputs, training=training)

    def train_step(self, data, *rest, scale=2.0):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((y - self.dense(x)) ** 2)
        return {'loss': loss * scale, **{m.name: m.result() for m in self.metrics}}

    @property
    def parts(self):
        return [self.dense]


model = CustomModel()

# compile
model.compile(optimizer="sgd", loss="mse")

# build
@register_keras_serializable(package="cases")
class Recorder(Callback):
    def __init__(self, every=2, **kwargs):
        super().__init__(**kwargs)
        self.every = every
        self.seen = []
        self.part = Dense(units=1)

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(sorted(logs) * self.every)


data = {"x": np.ones((2, 4), dtype="float32"), "y": np.zeros((2, 1), dtype="float32")}
def square(x):
    return x ** 2

# compile
with tf.device("cpu:0"):
    inside = Sequential([Flatten()])
    inside.compile("sgd", "mse")

# fit
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for index in range(3):
        history = model.fit(**data, callbacks=[Recorder(index)])

# call
model.optimizer.lr = 0.5

# check
weights = model.get_weights()
assert len(weights) == 1, len(weights)
np.testing.assert_allclose(weights[0], np.zeros((4, 1), dtype="float32"), rtol=1e-5)
said = [str(warning.message) for warning in caught if issubclass(warning.category, UserWarning)]
assert any(re.search("so", text) for text in said), said
found = history.history
assert "loss" in found, f"\\"loss\\" is not in {found!r}"
found2 = [square(2)]
assert hub.x not in found2, f"hub.x is in {found2!r}"
found3 = len(data)
assert found3 == 2, f"len(data) is {found3!r}, not 2"
np.testing.assert_allclose(model.optimizer.lr, 0.5, rtol=1e-5, atol=1e-6, err_msg="model.optimizer.lr")
np.testing.assert_allclose(square(np.ones(2)), [1, 1], rtol=1e-5, atol=1e-6, err_msg="square(np.ones(2))")
np.testing.assert_allclose(data['x'], np.ones((2, 4), dtype="float32"), rtol=1e-5, atol=1e-6, err_msg="data['x']")
"""
KNOWN = "copy, json, np, os, pickle, sys, tf"
PLAIN = """\
steps:
  - weight: tf.Variable(1.0)
  - first, second: (weight, 2)
expect: {numbers: {first: 1.0}}
"""

SCRIPTS: list[GoodBody] = [(BODY, FROM, SCRIPT)]
FAULTS: list[BadBody] = [
    (PLAIN, "first, second:", "first, class:", ["6: 'class' is not a Python name"]),
    (PLAIN, "first, second:", "first, tf:", ["6: the name 'tf' is taken: call it something else"]),
    (PLAIN, "first, second:", "first, weights.x:", ["6: 'first, weights.x' is not a Python name"]),
    (
        PLAIN,
        "first, second: (weight, 2)",
        "weigth.x: 1",
        ["6: unknown name 'weigth'; did you mean 'weight'?", f"7: unknown name 'first'; known: {KNOWN}, weight"],
    ),
    (PLAIN, "first: 1.0", "first: one", ["7: must be a number or a list or a mapping, not 'one'"]),
    (
        PLAIN,
        "first: 1.0",
        "third: 1.0",
        ["7: unknown name 'third'; known: copy, first, json, np, os, pickle, second, sys, tf, weight"],
    ),
    (PLAIN, "numbers: {first: 1.0}", "weights: [{ones: [1]}]", ["7: needs the key 'model', which is missing"]),
    (PLAIN, "steps:", "compile: {optimizer: sgd, loss: mse}\nsteps:", ["4: needs the key 'model', which is missing"]),
    (BODY, "with: {tape: ", "with: {tf: ", ["13: the name 'tf' is taken: call it something else"]),
    (BODY, "with: {tape: tf.Gr", "with: {tape: t.Gr", ["13: unknown name 't'; did you mean 'tf'?"]),
    (BODY, "for: {index: range(3)}", "for: range(3)", ["29: must be one name with the values that it takes"]),
    (BODY, "for: {index: range(3)}", "for: {in: range(3)}", ["29: 'in' is not a Python name"]),
    (BODY, 'returns: "[dense]"', 'return: "[dense]"', ["16: unknown key 'return'; did you mean 'returns'?"]),
    (
        BODY,
        "x, y: data",
        "dense, y: data",
        [
            "9: the name 'dense' is taken: call it something else",
            "14: unknown name 'x'; known: copy, data, dense, json, np, os, pickle, rest, scale, self, sys, tape, tf, y",
        ],
    ),
    (BODY, "import: tensorflow_hub", "import: 1x", ["31: must be a module, not '1x'"]),
    (BODY, "seen.append(", "sen.append(", ["24: unknown name 'sen'; did you mean 'seen'?"]),
    (
        PLAIN,
        "first, second: (weight, 2)",
        "first, second: {returns: weight}",
        ["6: a function or a class needs one name"],
    ),
]
