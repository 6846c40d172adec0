"""The kind `symbol`: whole scripts, and the faults of bad bodies."""

from __future__ import annotations

from tests.support.written_cases import ATTRIBUTE, FROM, BadBody, GoodBody

KIND = "symbol"
BODY_1 = """\
symbol: [layers.experimental.Rescaling, layers.Rescaling]
call: {scale: 0.5, offset: [1, 2]}
expect:
  is: class
  takes: [scale]
  same_as: tf.keras::layers.Rescaling
  subclass_of: layers.Layer
  silent: [made.scale == 0.5, 'hasattr(layers, "Rescaling")']
"""
SCRIPT_1 = """\
import inspect
import tensorflow as tf

# import
from keras import layers
from keras.layers import Layer
try:
    from keras.layers.experimental import Rescaling
except ImportError:
    from keras.layers import Rescaling

# call
made = Rescaling(scale=0.5, offset=(1, 2))

# check
assert inspect.isclass(Rescaling), Rescaling
parameters = list(inspect.signature(Rescaling.__init__).parameters)
assert "scale" in parameters, parameters
assert Rescaling is tf.keras.layers.Rescaling, (Rescaling, tf.keras.layers.Rescaling)
assert issubclass(Rescaling, Layer), Rescaling.__mro__
assert made.scale == 0.5, made.scale
assert hasattr(layers, "Rescaling"), "not so: hasattr(layers, \\"Rescaling\\")"
"""
SCRIPT_1_AS_ATTRIBUTES = """\
import inspect
import tensorflow as tf

# import
try:
    Rescaling = tf.keras.layers.experimental.Rescaling
except (ImportError, AttributeError):
    Rescaling = tf.keras.layers.Rescaling
TfKerasRescaling = tf.keras.layers.Rescaling
Layer = tf.keras.layers.Layer
layers = tf.keras.layers

# call
made = Rescaling(scale=0.5, offset=(1, 2))

# check
assert inspect.isclass(Rescaling), Rescaling
parameters = list(inspect.signature(Rescaling.__init__).parameters)
assert "scale" in parameters, parameters
assert Rescaling is TfKerasRescaling, (Rescaling, TfKerasRescaling)
assert issubclass(Rescaling, Layer), Rescaling.__mro__
assert made.scale == 0.5, made.scale
assert hasattr(layers, "Rescaling"), "not so: hasattr(layers, \\"Rescaling\\")"
"""
BODY_2 = """\
symbol: backend.tf
expect: {is: module, same_as: [keras::backend.tf, keras::tf]}
"""
SCRIPT_2 = """\
import inspect

# import
from keras.backend import tf as Kerastf
try:
    from keras.backend import tf as Kerastf2
except ImportError:
    from keras import tf as Kerastf2

# check
assert inspect.ismodule(Kerastf), Kerastf
assert Kerastf is Kerastf2, (Kerastf, Kerastf2)
"""
BODY_3 = """\
symbol: __version__
expect: {is: text, silent: ["__version__ >= '2'"]}
"""
SCRIPT_3 = """\
import tensorflow as tf

# import
__version__ = tf.keras.__version__

# check
assert isinstance(__version__, str), __version__
assert __version__ >= '2', __version__
"""
BODY_4 = """\
symbol: utils.plot_model
expect: {is: function}
"""
SCRIPT_4 = """\
import inspect

# import
from keras.utils import plot_model

# check
assert callable(plot_model) and not inspect.isclass(plot_model), plot_model
"""
BODY_5 = """\
symbol: layers.Dense
call: {units: 2}
expect:
  takes: [units]
  holds: [made.units == 2, made.name != layers.__name__, made.built is False]
"""
SCRIPT_5 = """\
# check
parameters = list(inspect.signature(Dense.__init__ if inspect.isclass(Dense) else Dense).parameters)
assert "units" in parameters, parameters
found = made.units
assert found == 2, f"made.units is {found!r}, not 2"
found2 = made.name
expected = layers.__name__
assert found2 != expected, f"made.name is {found2!r}, not != {expected!r}"
assert made.built is False, "not so: made.built is False"
"""
BODY_6 = """\
symbol: utils.plot_model
expect: {is: function, takes: [to_file]}
"""
SCRIPT_6 = """\
parameters = list(inspect.signature(plot_model).parameters)
assert "to_file" in parameters, parameters
"""

SCRIPTS: list[GoodBody] = [
    (BODY_1, FROM, SCRIPT_1),
    (BODY_1, ATTRIBUTE, SCRIPT_1_AS_ATTRIBUTES),
    (BODY_2, FROM, SCRIPT_2),
    (BODY_3, ATTRIBUTE, SCRIPT_3),
    (BODY_4, FROM, SCRIPT_4),
    (BODY_5, FROM, SCRIPT_5),
    (BODY_6, FROM, SCRIPT_6),
]

FAULTS: list[BadBody] = [
    (
        BODY_1,
        "call: {scale: 0.5, offset: [1, 2]}\n",
        "",
        ["10: unknown name 'made'; known: copy, json, np, os, pickle, sys, tf"],
    ),
    (BODY_1, "is: class", "is: clas", ["7: 'clas' is not one of the known words; did you mean 'class'?"]),
    (BODY_1, "takes: [scale]", "takes: scale", ["8: must be a list with at least one item, not 'scale'"]),
    (BODY_1, "takes: [scale]", "takes: ['a\"b']", ["8: must be an argument's name, not 'a\"b'"]),
    (BODY_1, "scale: 0.5", "1: 0.5", ["5: 1 is not a Python name"]),
    (
        BODY_1,
        "same_as: tf.keras::layers.Rescaling",
        "same_as: tf.keras::layers.class",
        ["9: must be a name such as layers.Dense or tf.keras::layers.Dense, not 'tf.keras::layers.class'"],
    ),
    (BODY_1, "subclass_of: layers.Layer", "subclass_of: {}", ["10: must be text or a list, not a mapping"]),
    (
        BODY_1,
        "symbol: [layers.experimental.Rescaling, layers.Rescaling]",
        "symbol: []",
        ["4: must be a list with at least one item, not a list"],
    ),
    (
        BODY_1,
        "symbol: [layers.experimental.Rescaling, layers.Rescaling]",
        "symbol: a b",
        ["4: must be a name such as layers.Dense or tf.keras::layers.Dense, not 'a b'"],
    ),
    (BODY_1, "made.scale == 0.5", "maed.scale == 0.5", ["11: unknown name 'maed'; did you mean 'made'?"]),
    (BODY_1, "made.scale == 0.5", "made.scale = 0.5", ["11: is not a Python expression: invalid syntax"]),
    (
        BODY_1,
        "made.scale == 0.5",
        "'made, 0.5'",
        ["11: a tuple is always true: put brackets around the part that is one"],
    ),
    (
        BODY_1,
        "  is: class",
        "  raises: {at: call, type: ValueError, match: x}\n  is: class",
        ["7: with raises, only silent, holds, numbers and warns can be expected"],
    ),
    (BODY_4, "{is: function}", "null", ["5: must be a mapping, not empty"]),
    (BODY_4, "{is: function}", "{}", ["5: no expectations: add at least one"]),
    (
        BODY_4,
        "{is: function}",
        "{raises: {at: call, type: ValueError, match: x}}",
        ["5: must be the last stage of the case: it has only imports"],
    ),
    (
        BODY_4,
        "{is: function}",
        "{warns: {at: call, category: UserWarning, match: x}}",
        ["5: the case has no such stage: it has only imports"],
    ),
    (
        BODY_4,
        "{is: function}",
        "{is: function, loss: finite}",
        ["5: unknown key 'loss'; known: holds, is, numbers, raises, same_as, silent, subclass_of, takes, warns"],
    ),
    (BODY_4, "symbol: utils.plot_model\n", "", ["1: missing key 'symbol'"]),
]
