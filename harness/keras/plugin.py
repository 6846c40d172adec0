"""What the entry point `keras` gives: the kinds of case, and the names that cases may use."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from harness.cases.kinds import preprocessing, snippet, symbol
from harness.cases.language import Plugin
from harness.keras.kinds import custom_layer, interop, model_build, plot_model, save_load, training
from harness.keras.parts.models import MODEL, LayerField

# A name that starts with one of these words is a name of Keras.
# fmt: off
NAMES = frozenset((
    "activations", "applications", "backend", "callbacks", "constraints", "datasets", "engine", "estimator",
    "experimental", "initializers", "layers", "losses", "metrics", "mixed_precision", "models", "ops", "optimizers",
    "preprocessing", "random", "regularizers", "saving", "src", "utils", "wrappers",
    "Input", "Model", "Sequential", "__version__",
))
# fmt: on

# The subject of a matrix.yaml of schema 1, which names none.
SUBJECT = {
    "package": "tensorflow",
    "title": "TensorFlow",
    "library": "Keras",
    "prefix": "tf",
    "distributions": ["tensorflow-cpu", "tensorflow"],
    "loads": ["keras", "tf_keras"],
    "folders": ["KERAS_HOME"],
    "set_env": {"TF_CPP_MIN_LOG_LEVEL": "2"},
    "aliases": {"tf": "tensorflow"},
    "placeholder": "KERAS",
    "shows": {"Keras": ["keras", "keras-nightly"]},
    "companion": "tf-keras",
    "repositories": {
        "tensorflow": "tensorflow/tensorflow",
        "keras": "keras-team/keras",
        "tf-keras": "keras-team/tf-keras",
        "keras-tuner": "keras-team/keras-tuner",
        "probability": "tensorflow/probability",
        "addons": "tensorflow/addons",
    },
}

_SYMBOL = """\
symbol: preprocessing.image.ImageDataGenerator
expect:
  is: class
  takes: [rotation_range]
"""
_PREPROCESSING = """\
function: preprocessing.sequence.pad_sequences
arguments: [[[1], [2, 3]]]
options: {maxlen: 3}
expect:
  equals: {values: [[0, 0, 1], [0, 2, 3]]}
"""
_SNIPPET = """\
code: |
  import numpy as np
  from KERAS.utils import to_categorical

  # call
  rows = to_categorical(np.array([0, 2]), 3)

  # check
  assert rows.tolist() == [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], rows
"""

PLUGIN = Plugin(
    "keras",
    (
        model_build.KIND,
        custom_layer.KIND,
        plot_model.KIND,
        save_load.KIND,
        replace(symbol.KIND, starter=_SYMBOL),
        training.KIND,
        replace(preprocessing.KIND, starter=_PREPROCESSING),
        interop.KIND,
        replace(snippet.KIND, starter=_SNIPPET),
    ),
    NAMES,
    {"model": MODEL.definition, "layer": LayerField().definition},
    Path(__file__).with_name("autograph.py"),
    SUBJECT,
)
