"""A Layer subclass in all its parts: whole scripts, and the faults of bad ones."""

from __future__ import annotations

from tests.support.good_cases import BODIES
from tests.support.written_cases import ATTRIBUTE, FROM, GoodBody

KIND = "custom_layer"
BODY_1 = BODIES["custom_layer"]
SCRIPT_1 = """\
import numpy as np
import tensorflow as tf

# import
from keras import losses
from keras.backend import cast
from keras.constraints import NonNeg
from keras.initializers import Constant
from keras.layers import Dense, Flatten
from keras.models import Model, Sequential, model_from_json
from keras.utils import register_keras_serializable
try:
    from keras.layers import Layer
except ImportError:
    from keras.engine.base_layer import Layer

# build
inner = Sequential([Dense(units=4, input_shape=(4,))])
@register_keras_serializable(package="cases")
class CustomLayer(Layer):
    def __init__(self, units=3, how=lambda x: x, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.how = how
        self.inside = inner

    def build(self, input_shape):
        self.w = self.add_weight(
            name="w",
            shape=(int(input_shape[-1]), self.units),
            initializer=Constant(value=0.5),
            trainable=True,
        )
        self.b = self.add_weight("b", shape=(self.units,), initializer="zeros", constraint=NonNeg())
        super().build(input_shape)

    def call(self, inputs, training=None):
        self.add_loss(tf.reduce_sum(self.w))
        return self.how(tf.matmul(self.inside(inputs), self.w)) + cast(self.b, training or 'float32')

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.units)

    def get_config(self):
        config = super().get_config()
        config["units"] = self.units
        config["how"] = self.how
        return config


class CustomModel(Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.d = Flatten()

    def call(self, inputs, training=None):
        return self.d(inputs, training=training)


inner2 = CustomModel()
model = tf.keras.Sequential([CustomLayer(units=3, how=lambda x: x), Flatten(), inner2])

# compile
model.compile(optimizer="sgd", loss=losses.get('mse'), run_eagerly=True)

# fit
inputs = np.ones((2, 4), dtype="float32")
targets = np.zeros((2, 3), dtype="float32")
history = model.fit(inputs, targets)

# call
output = model.predict(np.ones((2, 4), dtype="float32"))

# save
text = model.to_json()

# load
copy = model_from_json(text, custom_objects={"CustomLayer": CustomLayer})
copy.set_weights(model.get_weights())

# call
copied = copy.predict(np.ones((2, 4), dtype="float32"))

# check
np.testing.assert_allclose(copied, output, rtol=1e-5)
assert len(model.trainable_weights) == 2, len(model.trainable_weights)
np.testing.assert_allclose(output, np.full((2, 3), 2.0, dtype="float32"), rtol=1e-5)
assert CustomLayer(4).units == 4, CustomLayer(4).units
"""
BODY_2 = """\
layer:
  base: layers.Layer
  arguments: {units: 3}
  call: inputs * units
model: {functional: {inputs: {x: [4]}, tensors: {y: {apply: CustomLayer, to: x}}, outputs: y}}
copy: get_config
expect: {layers: [InputLayer, CustomLayer], silent: [copy.name == model.name]}
"""
SCRIPT_2 = """\
import tensorflow as tf

# import
Layer = tf.keras.layers.Layer
Model = tf.keras.models.Model
Input = tf.keras.layers.Input

# build
class CustomLayer(Layer):
    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def call(self, inputs):
        return inputs * self.units


x = Input(shape=(4,))
y = CustomLayer()(x)
model = Model(inputs=x, outputs=y)

# save
config = model.get_config()

# load
copy = model.__class__.from_config(config, custom_objects={"CustomLayer": CustomLayer})
copy.set_weights(model.get_weights())

# check
assert copy.count_params() == model.count_params(), copy.count_params()
layers = [layer.__class__.__name__ for layer in model.layers]
assert layers == ["InputLayer", "CustomLayer"], layers
assert copy.name == model.name, copy.name
"""

BODY_3 = """\
layer:
  base: layers.Layer
  arguments: {units: 3}
  weights:
    w: {shape: [input_dim, units], initializer: ones, positional: [shape, initializer], trainable: false}
    b: {shape: [units], initializer: zeros, positional: [name]}
  call: tf.matmul(inputs, w) * scale + b
  call_arguments: {scale: 1.0}
  methods:
    compute_mask: {arguments: [inputs, {mask: null}], steps: [doubled: mask * units], returns: doubled}
model:
  functional:
    inputs: {x: [4], y: [1]}
    tensors: {z: {apply: CustomLayer, to: x, with: {scale: {python: tf.square(y)}}}}
    outputs: z
expect: {trainable_weights: 1}
"""
SCRIPT_3 = """\
import tensorflow as tf

# import
from keras.layers import Input, Layer
from keras.models import Model

# build
class CustomLayer(Layer):
    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight((int(input_shape[-1]), self.units), "ones", name="w", trainable=False)
        self.b = self.add_weight("b", shape=(self.units,), initializer="zeros")
        super().build(input_shape)

    def call(self, inputs, scale=1.0):
        return tf.matmul(inputs, self.w) * scale + self.b

    def compute_mask(self, inputs, mask=None):
        doubled = mask * self.units
        return doubled


x = Input(shape=(4,))
y = Input(shape=(1,))
z = CustomLayer()(x, scale=tf.square(y))
model = Model(inputs=[x, y], outputs=z)

# check
assert len(model.trainable_weights) == 1, len(model.trainable_weights)
"""

SCRIPTS: list[GoodBody] = [
    (BODY_1, FROM, SCRIPT_1),
    (BODY_2, ATTRIBUTE, SCRIPT_2),
    (BODY_3, FROM, SCRIPT_3),
]
