"""What a case expects: whole scripts, and the faults of what cannot be expected."""

from __future__ import annotations

from tests.support.written_cases import ATTRIBUTE, FROM, GoodBody

KIND = "model_build"
BODY_1 = """\
model: {sequential: [{layers.Dense: {units: 2, input_shape: [1]}}]}
compile: {optimizer: sgd, loss: mse}
fit: {inputs: {ones: [2, 1]}, targets: {ones: [2, 2]}, epochs: 4, initial_epoch: 1}
evaluate: {inputs: {ones: [2, 1]}, targets: {ones: [2, 2]}}
predict: {ones: [2, 1]}
expect:
  parameters: 4
  trainable_parameters: 4
  trainable_weights: 2
  non_trainable_weights: 0
  output_shape: [null, 2]
  layers: [Dense]
  layer_names: ['a"b', 'c\\d']
  loss: falls
  history: [val_loss, loss]
  evaluation: [0.5, 1]
  prediction: {shape: [2, 2], rows_sum_to: 1, equals: {full: [2, 2], value: 0.5}, tolerance: 0.1}
  weights: [{ones: [1, 2]}, {zeros: [2]}]
  tolerance: 0.25
  silent:
    - len(model.layers) == 1
    - isinstance(model.layers[0], tf.keras::layers.Dense)
    - hasattr(layers, 'Dense')
  warns: {at: fit, category: UserWarning, match: '"é" \\d'}
"""
SCRIPT_1 = """\
import numpy as np
import re
import tensorflow as tf
import warnings

# import
from keras import layers as Keraslayers
from keras.layers import Dense
from keras.models import Sequential

# build
model = Sequential([Dense(units=2, input_shape=(1,))])

# compile
model.compile(optimizer="sgd", loss="mse")

# fit
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    inputs = np.ones((2, 1), dtype="float32")
    targets = np.ones((2, 2), dtype="float32")
    history = model.fit(inputs, targets, epochs=4, initial_epoch=1)

# call
evaluation = model.evaluate(np.ones((2, 1), dtype="float32"), np.ones((2, 2), dtype="float32"))
prediction = model.predict(np.ones((2, 1), dtype="float32"))

# check
assert len(model.trainable_weights) == 2, len(model.trainable_weights)
assert len(model.non_trainable_weights) == 0, len(model.non_trainable_weights)
assert model.count_params() == 4, model.count_params()
sizes = [np.prod([int(size) for size in weight.shape]) for weight in model.trainable_weights]
assert sum(sizes) == 4, sizes
assert model.output_shape == (None, 2), model.output_shape
layers = [layer.__class__.__name__ for layer in model.layers]
assert layers == ["Dense"], layers
layer_names = [layer.name for layer in model.layers]
assert layer_names == ["a\\"b", "c\\\\d"], layer_names
losses = history.history["loss"]
assert len(losses) == 3 and np.all(np.isfinite(losses)), losses
assert losses[-1] < losses[0], losses
assert sorted(history.history) == ["loss", "val_loss"], sorted(history.history)
np.testing.assert_allclose(evaluation, [0.5, 1], rtol=0.25, atol=0.25)
assert prediction.shape == (2, 2), prediction.shape
np.testing.assert_allclose(prediction.sum(axis=1), np.full(2, 1.0), rtol=0.1, atol=0.1)
np.testing.assert_allclose(prediction, np.full((2, 2), 0.5, dtype="float32"), rtol=0.1, atol=0.1)
weights = model.get_weights()
assert len(weights) == 2, len(weights)
np.testing.assert_allclose(weights[0], np.ones((1, 2), dtype="float32"), rtol=0.25, atol=0.25)
np.testing.assert_allclose(weights[1], np.zeros((2,), dtype="float32"), rtol=0.25, atol=0.25)
said = [str(warning.message) for warning in caught if issubclass(warning.category, UserWarning)]
assert any(re.search("\\"é\\" \\\\d", text) for text in said), said
assert len(model.layers) == 1, len(model.layers)
assert isinstance(model.layers[0], tf.keras.layers.Dense), "not so: isinstance(model.layers[0], tf.keras::layers.Dense)"
assert hasattr(Keraslayers, 'Dense'), "not so: hasattr(layers, 'Dense')"
"""
BODY_2 = """\
model: {sequential: [layers.Flatten]}
predict: {ones: [1, 1]}
expect:
  raises: {at: call, type: ValueError, match: 'not\\s"built"'}
  warns: {at: call, category: DeprecationWarning, match: old}
  silent: [not model.built]
"""
SCRIPT_2 = """\
import numpy as np
import re
import tensorflow as tf
import warnings

# import
Sequential = tf.keras.models.Sequential
Flatten = tf.keras.layers.Flatten

# build
model = Sequential([Flatten()])

# call
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    try:
        prediction = model.predict(np.ones((1, 1), dtype="float32"))
        raised = None
    except ValueError as error:
        raised = error

# check
assert raised is not None, "nothing raised ValueError"
assert re.search("not\\\\s\\"built\\"", str(raised)), raised
said = [str(warning.message) for warning in caught if issubclass(warning.category, DeprecationWarning)]
assert any(re.search("old", text) for text in said), said
assert not model.built, "not so: not model.built"
"""

SCRIPTS: list[GoodBody] = [
    (BODY_1, FROM, SCRIPT_1),
    (BODY_2, ATTRIBUTE, SCRIPT_2),
]
