"""The kind `training`: the four ways to train as whole scripts, and the faults of bad bodies."""

from __future__ import annotations

from tests.support.written_cases import ATTRIBUTE, FROM, BadBody, GoodBody

KIND = "training"
BODY_1 = """\
model: {sequential: [{layers.Dense: {units: 1, input_shape: [1]}}]}
compile: {optimizer: {optimizers.SGD: {learning_rate: 0.25}}, loss: {losses.MeanSquaredError: {}}}
train: {by: gradient_tape, inputs: {ones: [1, 1]}, targets: {zeros: [1, 1]}, epochs: 2}
evaluate: {inputs: {ones: [1, 1]}, targets: {zeros: [1, 1]}, batch_size: 1}
predict: {ones: [1, 1]}
expect: {loss: falls, evaluation: 0.5, weights: [{values: [[0.5]]}], tolerance: 0.001, silent: ["losses[0] > 0"]}
"""
SCRIPT_1 = """\
import numpy as np
import tensorflow as tf

# import
from keras.layers import Dense
from keras.losses import MeanSquaredError
from keras.models import Sequential
from keras.optimizers import SGD

# build
model = Sequential([Dense(units=1, input_shape=(1,))])

# compile
model.compile(optimizer=SGD(learning_rate=0.25), loss=MeanSquaredError())

# fit
inputs = np.ones((1, 1), dtype="float32")
targets = np.zeros((1, 1), dtype="float32")
losses = []
compute_loss = MeanSquaredError()
for _ in range(2):
    with tf.GradientTape() as tape:
        loss = compute_loss(targets, model(inputs, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    model.optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    losses.append(float(loss))

# call
evaluation = model.evaluate(
    np.ones((1, 1), dtype="float32"),
    np.zeros((1, 1), dtype="float32"),
    batch_size=1,
)
prediction = model.predict(np.ones((1, 1), dtype="float32"))

# check
assert len(losses) == 2 and np.all(np.isfinite(losses)), losses
assert losses[-1] < losses[0], losses
np.testing.assert_allclose(evaluation, 0.5, rtol=0.001, atol=0.001)
weights = model.get_weights()
assert len(weights) == 1, len(weights)
np.testing.assert_allclose(weights[0], np.array([[0.5]], dtype="float32"), rtol=0.001, atol=0.001)
assert losses[0] > 0, losses[0]
"""
BODY_2 = """\
model: {sequential: [layers.Flatten]}
compile: {optimizer: sgd, loss: mse}
train: {by: fit_generator, inputs: {ones: [1, 1]}, targets: {zeros: [1, 1]}, epochs: 2, workers: 0, verbose: 0}
expect: {loss: finite, history: [loss]}
"""
SCRIPT_2 = """\
# fit
inputs = np.ones((1, 1), dtype="float32")
targets = np.zeros((1, 1), dtype="float32")
def batches():
    while True:
        yield inputs, targets


history = model.fit_generator(batches(), steps_per_epoch=1, epochs=2, workers=0, verbose=0)

# check
losses = history.history["loss"]
assert len(losses) == 2 and np.all(np.isfinite(losses)), losses
assert sorted(history.history) == ["loss"], sorted(history.history)
"""
BODY_3 = """\
model: {sequential: [layers.Flatten]}
compile: {optimizer: sgd, loss: {a: mse}}
train: {by: train_on_batch, inputs: {ones: [1, 1]}, targets: {zeros: [1, 1]}}
expect: {loss: finite}
"""
SCRIPT_3 = """\
# compile
model.compile(optimizer="sgd", loss={"a": "mse"})

# fit
inputs = np.ones((1, 1), dtype="float32")
targets = np.zeros((1, 1), dtype="float32")
losses = []
for _ in range(1):
    losses.append(model.train_on_batch(inputs, targets))

# check
assert len(losses) == 1 and np.all(np.isfinite(losses)), losses
"""
BODY_4 = """\
model: {sequential: [layers.Flatten]}
compile: {optimizer: sgd, loss: mse}
train: {by: fit, inputs: {ones: [1, 1]}, targets: {zeros: [1, 1]}, epochs: 5, initial_epoch: 2, shuffle: false}
expect: {loss: finite, warns: {at: fit, category: UserWarning, match: old}}
"""
SCRIPT_4 = """\
import numpy as np
import re
import tensorflow as tf
import warnings

# import
Sequential = tf.keras.models.Sequential
Flatten = tf.keras.layers.Flatten

# build
model = Sequential([Flatten()])

# compile
model.compile(optimizer="sgd", loss="mse")

# fit
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    inputs = np.ones((1, 1), dtype="float32")
    targets = np.zeros((1, 1), dtype="float32")
    history = model.fit(inputs, targets, epochs=5, initial_epoch=2, shuffle=False)

# check
losses = history.history["loss"]
assert len(losses) == 3 and np.all(np.isfinite(losses)), losses
said = [str(warning.message) for warning in caught if issubclass(warning.category, UserWarning)]
assert any(re.search("old", text) for text in said), said
"""

SCRIPTS: list[GoodBody] = [
    (BODY_1, FROM, SCRIPT_1),
    (BODY_2, FROM, SCRIPT_2),
    (BODY_3, FROM, SCRIPT_3),
    (BODY_4, ATTRIBUTE, SCRIPT_4),
]

FAULTS: list[BadBody] = [
    (
        BODY_1,
        "loss: {losses.MeanSquaredError: {}}",
        "loss: mse",
        ["6: needs a loss such as {losses.MeanSquaredError: {}}, not a word"],
    ),
    (
        BODY_1,
        "loss: {losses.MeanSquaredError: {}}",
        "loss: {a: mse}",
        ["6: needs a loss such as {losses.MeanSquaredError: {}}, not a word"],
    ),
    (
        BODY_1,
        "epochs: 2",
        "epochs: 2, batch_size: 4, shuffle: true",
        ["6: gradient_tape takes no 'batch_size'", "6: gradient_tape takes no 'shuffle'"],
    ),
    (
        BODY_1,
        "by: gradient_tape",
        "by: gradient",
        ["6: 'gradient' is not one of the known words; did you mean 'gradient_tape'?"],
    ),
    (BODY_1, "by: gradient_tape, ", "", ["6: missing key 'by'"]),
    (BODY_1, "loss: falls", "history: [loss]", ["9: gradient_tape gives no history"]),
    (BODY_1, "evaluate: {inputs", "evaluat: {inputs", ["7: unknown key 'evaluat'; did you mean 'evaluate'?"]),
    (BODY_1, "losses[0] > 0", "loses[0] > 0", ["9: unknown name 'loses'; did you mean 'losses'?"]),
    (BODY_1, "batch_size: 1", "batch_size: 0", ["7: must be a whole number of at least 1, not 0"]),
    (
        BODY_1,
        "train: {by: gradient_tape, inputs: {ones: [1, 1]}, targets: {zeros: [1, 1]}, epochs: 2}",
        "train: []",
        ["6: must be a mapping, not a list"],
    ),
    (
        BODY_1,
        "compile: {optimizer: {optimizers.SGD: {learning_rate: 0.25}}, loss: {losses.MeanSquaredError: {}}}\n",
        "",
        ["1: missing key 'compile'"],
    ),
    (
        BODY_1,
        "predict: {ones: [1, 1]}",
        "predict: {ones: 1}",
        ["8: must be a list of sizes such as [2, 784] (null for an open one), not 1"],
    ),
    (
        BODY_1,
        "loss: falls, evaluation: 0.5",
        "loss: falls, prediction: {}",
        ["9: no expectations: add at least one"],
    ),
    (BODY_2, "epochs: 2", "epochs: 2, batch_size: 4", ["6: fit_generator takes no 'batch_size'"]),
    (
        BODY_3,
        "targets: {zeros: [1, 1]}",
        "targets: {zeros: [1, 1]}, callbacks: [x], workers: 1",
        ["6: train_on_batch takes no 'callbacks'", "6: train_on_batch takes no 'workers'"],
    ),
    (BODY_3, "{loss: finite}", "{history: [loss]}", ["7: train_on_batch gives no history"]),
    (
        BODY_3,
        "{loss: finite}",
        "{evaluation: 1, prediction: {rows_sum_to: 1}}",
        [
            "7: needs the key 'evaluate', which is missing",
            "7: needs the key 'predict', which is missing",
        ],
    ),
    (
        BODY_4,
        "category: UserWarning",
        "category: ValueError",
        ["7: must be a warning such as UserWarning, not 'ValueError'"],
    ),
    (BODY_4, "at: fit", "at: call", ["7: the case has no such stage: its stages are build, compile, fit"]),
    (BODY_4, "targets: {zeros: [1, 1]}, ", "", ["6: missing key 'targets'"]),
]
