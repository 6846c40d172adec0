"""What the entry point `keras` gives: the kinds of case, and the names that cases may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cases.language import Plugin

if TYPE_CHECKING:
    from harness.cases.document.fields import Schema
    from harness.cases.kinds.base import Kind

# A name that starts with one of these words is a name of Keras.
# fmt: off
NAMES = frozenset((
    "activations", "applications", "backend", "callbacks", "constraints", "datasets", "engine", "estimator",
    "experimental", "initializers", "layers", "losses", "metrics", "mixed_precision", "models", "ops", "optimizers",
    "preprocessing", "random", "regularizers", "saving", "src", "utils", "wrappers",
    "Input", "Model", "Sequential", "__version__",
))
# fmt: on

# The subject of a new matrix.yaml, and of one of schema 1, which names none.
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
    "example": "layers.Dense",
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


def _kinds() -> Sequence[Kind]:
    from harness.keras.all_kinds import KINDS

    return KINDS


def _definitions() -> Mapping[str, Callable[[], Schema]]:
    from harness.keras.all_kinds import DEFINITIONS

    return DEFINITIONS


_HERE = Path(__file__).parent
PLUGIN = Plugin(
    "keras", _kinds, NAMES, _definitions, (_HERE / "autograph.py", _HERE / "wrappers.py"), SUBJECT, _HERE / "template"
)
