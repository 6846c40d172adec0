"""What is done with a model: whole scripts, and the faults of bad steps."""

from __future__ import annotations

from tests.support.written_cases import ATTRIBUTE, FROM, BadBody, GoodBody

KIND = "model_build"
BODY_1 = """\
model: {sequential: [layers.Flatten]}
compile:
  optimizer: {python: "optimizers.SGD(0.5)"}
  loss: [mse, {losses.Huber: {delta: 0.5}}]
  metrics: [{metrics.AUC: {}}]
  weighted_metrics: [{python: "lambda y, p: p"}]
fit:
  inputs: [{ones: [2, 4]}, {texts: [[a "b"], ['c\\']]}]
  targets: {one_hot: [2, 3], dtype: int32}
  epochs: 3
  validation_split: 0.5
  callbacks: [{python: callbacks.History()}]
evaluate: {inputs: {ones: [2, 4]}, targets: {zeros: [2, 3]}}
predict: [{ones: [2, 4]}, {zeros: [2]}]
copy: to_json
expect: {silent: [copied is not prediction]}
"""
SCRIPT_1 = """\
import numpy as np

# import
from keras.callbacks import History
from keras.layers import Flatten
from keras.losses import Huber
from keras.metrics import AUC
from keras.models import Sequential, model_from_json
from keras.optimizers import SGD

# build
model = Sequential([Flatten()])

# compile
model.compile(optimizer=SGD(0.5), loss=["mse", Huber(delta=0.5)], metrics=[AUC()], weighted_metrics=[lambda y, p: p])

# fit
inputs = [np.ones((2, 4), dtype="float32"), np.array([["a \\"b\\""], ["c\\\\"]])]
targets = np.eye(3, dtype="int32")[np.arange(2) % 3]
history = model.fit(inputs, targets, epochs=3, validation_split=0.5, callbacks=[History()])

# call
evaluation = model.evaluate(np.ones((2, 4), dtype="float32"), np.zeros((2, 3), dtype="float32"))
prediction = model.predict([np.ones((2, 4), dtype="float32"), np.zeros((2,), dtype="float32")])

# save
text = model.to_json()

# load
copy = model_from_json(text)
copy.set_weights(model.get_weights())

# call
copied = copy.predict([np.ones((2, 4), dtype="float32"), np.zeros((2,), dtype="float32")])

# check
np.testing.assert_allclose(copied, prediction, rtol=1e-5)
assert copied is not prediction, "not so: copied is not prediction"
"""
BODY_2 = """\
model: {sequential: [{layers.Dense: {units: 1, input_shape: [1]}}]}
copy: clone_model
expect: {silent: [copy is not model]}
"""
SCRIPT_2 = """\
# build
model = Sequential([Dense(units=1, input_shape=(1,))])

# load
copy = clone_model(model)
copy.set_weights(model.get_weights())

# check
assert copy.count_params() == model.count_params(), copy.count_params()
assert copy is not model, "not so: copy is not model"
"""
BODY_3 = """\
model: {sequential: [{layers.Dense: {units: 1, input_shape: [1]}}]}
predict: {ones: [1, 1]}
copy: get_config
expect: {prediction: [{shape: [1]}, {shape: [2]}]}
"""
SCRIPT_3 = """\
# save
config = model.get_config()

# load
copy = model.__class__.from_config(config)
copy.set_weights(model.get_weights())

# call
copied = copy.predict(np.ones((1, 1), dtype="float32"))

# check
for one, other in zip(copied, prediction):
    np.testing.assert_allclose(one, other, rtol=1e-5)
assert prediction[0].shape == (1,), prediction[0].shape
assert prediction[1].shape == (2,), prediction[1].shape
"""
BODY_4 = """\
model: {sequential: [{layers.Dense: {units: 1, input_shape: [1]}}]}
predict: {ones: [1, 1]}
copy: get_config
expect: {raises: {at: call, type: tf.errors.NotFoundError, match: x}}
"""
SCRIPT_4 = """\
# save
config = model.get_config()

# load
copy = model.__class__.from_config(config)
copy.set_weights(model.get_weights())

# call
try:
    copied = copy.predict(np.ones((1, 1), dtype="float32"))
    raised = None
except tf.errors.NotFoundError as error:
    raised = error

# check
assert raised is not None, "nothing raised tf.errors.NotFoundError"
assert re.search("x", str(raised)), raised
"""

SCRIPTS: list[GoodBody] = [
    (BODY_1, FROM, SCRIPT_1),
    (BODY_2, ATTRIBUTE, SCRIPT_2),
    (BODY_3, FROM, SCRIPT_3),
    (BODY_4, FROM, SCRIPT_4),
]

FAULTS: list[BadBody] = [
    (
        BODY_1,
        'optimizer: {python: "optimizers.SGD(0.5)"}',
        "optimizer: null",
        ["6: must be text or a mapping, not empty"],
    ),
    (
        BODY_1,
        'optimizer: {python: "optimizers.SGD(0.5)"}',
        "optimizer: []",
        ["6: must be text or a mapping, not a list"],
    ),
    (
        BODY_1,
        'optimizer: {python: "optimizers.SGD(0.5)"}\n',
        "optimiser: sgd\n",
        ["6: unknown key 'optimiser'; did you mean 'optimizer'?", "5: missing key 'optimizer'"],
    ),
    (
        BODY_1,
        '"optimizers.SGD(0.5)"',
        '"optimizers.SGD(0.5"',
        ["6: is not a Python expression: '(' was never closed"],
    ),
    (
        BODY_1,
        "loss: [mse, {losses.Huber: {delta: 0.5}}]",
        "loss: []",
        ["7: must be a list with at least one item, not a list"],
    ),
    (BODY_1, "loss: [mse, {losses.Huber: {delta: 0.5}}]", "loss: [3]", ["7: must be text or a mapping, not 3"]),
    (
        BODY_1,
        "{losses.Huber: {delta: 0.5}}",
        "{losses.Huber: 0.5}",
        ["7: must be a mapping of names such as {units: 3}, not 0.5"],
    ),
    (BODY_1, "  metrics: [", "  loss_weights: [true]\n  metrics: [", ["8: must be a number, not True"]),
    (BODY_1, "epochs: 3", "epochs: 3.0", ["13: must be a whole number of at least 1, not 3.0"]),
    (BODY_1, "  targets: {one_hot: [2, 3], dtype: int32}\n", "", ["10: missing key 'targets'"]),
    (BODY_1, "validation_split: 0.5", "validation_split: half", ["14: must be a number, not 'half'"]),
    (BODY_1, "callbacks: [{python", "callbacks: [[], {python", ["15: must be text or a mapping, not a list"]),
    (BODY_1, "evaluate: {inputs: {ones: [2, 4]}, ", "evaluate: {", ["16: missing key 'inputs'"]),
    (
        BODY_1,
        "copy: to_json",
        "copy: {}",
        ["18: a mapping is not one of the known words; known: clone_model, get_config, to_json"],
    ),
    (
        BODY_1,
        "predict: [{ones: [2, 4]}, {zeros: [2]}]",
        "predict: null",
        ["17: must be a mapping or a list, not empty"],
    ),
    (BODY_1, "copy: to_json\n", "predictt: 1\n", ["18: unknown key 'predictt'; did you mean 'predict'?"]),
    (
        BODY_1,
        "predict: [{ones: [2, 4]}, {zeros: [2]}]\n",
        "predict: []\n",
        ["17: must be a list with at least one item, not a list"],
    ),
    (BODY_2, "copy: clone_model", "fit: []", ["5: must be a mapping, not a list"]),
    (BODY_2, "copy: clone_model", "fit: null", ["5: must be a mapping, not empty"]),
    (
        BODY_2,
        "silent: [copy is not model]",
        "loss: finite, evaluation: 1",
        [
            "6: needs the key 'fit', which is missing",
            "6: needs the key 'evaluate', which is missing",
        ],
    ),
    (BODY_2, "copy: clone_model", "compile: []", ["5: must be a mapping, not a list"]),
]
