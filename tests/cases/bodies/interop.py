"""The kind `interop`: whole scripts with every step in its stage, and the faults of bad bodies."""

from __future__ import annotations

from tests.support.good_cases import BODIES
from tests.support.written_cases import ATTRIBUTE, FROM, GoodBody

KIND = "interop"
BODY_1 = BODIES["interop"]
SCRIPT_1 = """\
import numpy as np
import re
import tensorflow as tf

# import
from keras.layers import Dense, Input
from keras.models import Model
from tensorflow.python.keras.backend import square

# build
x = tf.keras.layers.Input(shape=(4,))
data = np.random.RandomState(0).rand(2, 4).astype("float32")

# call
y = Dense(2, name="keras::not_a_name")(x)

# build
p = Input(shape=(4,))
q = tf.square(p)
network = Model(inputs=p, outputs=q)

# call
part = (data[::-1], square(y))

# compile
network.compile("sgd", "mse")

# save
network.save("model.h5")

# load
try:
    restored = tf.keras.models.load_model("model.h5")
    raised = None
except ValueError as error:
    raised = error

# check
assert raised is not None, "nothing raised ValueError"
assert re.search("x\\\\d", str(raised)), raised
assert part[0].shape == (2, 4), part[0].shape
assert type(x).__name__ != "tf.keras::x", type(x).__name__
"""
BODY_2 = """\
steps:
  - model: {model: {sequential: [layers.Flatten]}}
  - tf.keras::backend.clear_session()
  - weights: model.get_weights()
  - model.load_weights("w.h5")
  - tf.keras::utils.plot_model(model)
  - same: keras::models.load_model
expect: {warns: {at: plot, category: FutureWarning, match: 'é"'}, silent: [same is models.load_model]}
"""
SCRIPT_2 = """\
import re
import tensorflow as tf
import warnings

# import
from keras.models import load_model
Sequential = tf.keras.models.Sequential
Flatten = tf.keras.layers.Flatten
clear_session = tf.keras.backend.clear_session
plot_model = tf.keras.utils.plot_model
TfKerasload_model = tf.keras.models.load_model

# build
model = Sequential([Flatten()])

# call
clear_session()
weights = model.get_weights()

# load
model.load_weights("w.h5")

# plot
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    plot_model(model)

# call
same = load_model

# check
said = [str(warning.message) for warning in caught if issubclass(warning.category, FutureWarning)]
assert any(re.search("é\\"", text) for text in said), said
assert same is TfKerasload_model, "not so: same is models.load_model"
"""

SCRIPTS: list[GoodBody] = [
    (BODY_1, FROM, SCRIPT_1),
    (BODY_2, ATTRIBUTE, SCRIPT_2),
]
