"""Models in their three forms, also nested: whole scripts, and the faults of bad ones."""

from __future__ import annotations

from tests.support.written_cases import ATTRIBUTE, FROM, GoodBody

KIND = "model_build"
BODY_1 = """\
model:
  functional:
    inputs: {left: [4], right: {tf.keras::Input: {shape: [4]}}}
    layers:
      shared: {layers.Dense: {units: 3}}
      inside:
        model: {sequential: [layers.Flatten, {model: {sequential: [layers.Flatten], class: tf.keras::Sequential}}]}
    tensors:
      a: {apply: shared, to: left, with: {training: false}}
      b: shared(right)
      c: {apply: {model: {subclass: {layers: {d: layers.Flatten}, call: "d(inputs, mask=mask)"}, name: own}}, to: b}
      both: {apply: layers.Add, to: [a, c]}
      scaled: {apply: {layers.Lambda: {function: {python: "lambda x: x * 2"}}}, to: both}
      last: inside(tensorflow.python.keras::backend.square(scaled))
    outputs: [last, a]
  class: [models.Model, engine.training.Model]
  name: a "name"
expect: {output_shape: [[null, 3], [null, 3]]}
"""
SCRIPT_1 = """\
import tensorflow as tf

# import
from keras.layers import Add, Dense, Flatten, Input, Lambda
from keras.models import Model as KerasModel, Sequential
from tensorflow.python.keras.backend import square
try:
    from keras.models import Model
except ImportError:
    from keras.engine.training import Model

# build
class CustomModel(KerasModel):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.d = Flatten()

    def call(self, inputs, mask=None):
        return self.d(inputs, mask=mask)


inner = CustomModel(name="own")
inner3 = tf.keras.Sequential([Flatten()])
inner2 = Sequential([Flatten(), inner3])
left = Input(shape=(4,))
right = tf.keras.Input(shape=(4,))
shared = Dense(units=3)
inside = inner2
a = shared(left, training=False)
b = shared(right)
c = inner(b)
both = Add()([a, c])
scaled = Lambda(function=lambda x: x * 2)(both)
last = inside(square(scaled))
model = Model(inputs=[left, right], outputs=[last, a], name="a \\"name\\"")

# check
assert model.output_shape == [(None, 3), (None, 3)], model.output_shape
"""
BODY_2 = """\
model:
  subclass:
    layers: {hidden: {layers.Dense: {units: 3}}, part: {model: {sequential: [layers.Flatten]}}}
    call: part(hidden(inputs), training=training), tf.shape(inputs)
  class: tf.keras::Model
expect: {trainable_weights: 2}
"""
SCRIPT_2 = """\
import tensorflow as tf

# import
Model = tf.keras.Model
Dense = tf.keras.layers.Dense
Sequential = tf.keras.models.Sequential
Flatten = tf.keras.layers.Flatten

# build
inner = Sequential([Flatten()])
class CustomModel(Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden = Dense(units=3)
        self.part = inner

    def call(self, inputs, training=None):
        return (self.part(self.hidden(inputs), training=training), tf.shape(inputs))


model = CustomModel()

# check
assert len(model.trainable_weights) == 2, len(model.trainable_weights)
"""
BODY_3 = """\
model:
  sequential:
    - layers.Flatten
    - {model: {functional: {inputs: {x: [4]}, outputs: x}}}
    - model:
        functional: {inputs: {x: [4]}, tensors: {y: {apply: keras::layers.ReLU, to: x}}, outputs: [y]}
        name: second
  name: outer
expect: {layer_names: [first, second]}
"""
SCRIPT_3 = """\
# build
x = Input(shape=(4,))
inner = Model(inputs=x, outputs=x)
x = Input(shape=(4,))
y = ReLU()(x)
inner2 = Model(inputs=x, outputs=y, name="second")
model = Sequential([Flatten(), inner, inner2], name="outer")

# check
layer_names = [layer.name for layer in model.layers]
assert layer_names == ["first", "second"], layer_names
"""

SCRIPTS: list[GoodBody] = [
    (BODY_1, FROM, SCRIPT_1),
    (BODY_2, ATTRIBUTE, SCRIPT_2),
    (BODY_3, FROM, SCRIPT_3),
]
