"""The kinds of case for a matrix of Keras, with starters about it, and what their JSON Schemas refer to."""

from __future__ import annotations

from dataclasses import replace

from harness.cases.kinds import preprocessing, snippet, symbol
from harness.keras.kinds import (
    cross_load,
    custom_layer,
    interop,
    model_build,
    plot_model,
    save_load,
    scenario,
    training,
)
from harness.keras.parts.models import MODEL, STEPS, LayerField

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

KINDS = (
    model_build.KIND,
    custom_layer.KIND,
    plot_model.KIND,
    save_load.KIND,
    cross_load.KIND,
    replace(symbol.KIND, starter=_SYMBOL),
    training.KIND,
    replace(preprocessing.KIND, starter=_PREPROCESSING),
    interop.KIND,
    scenario.KIND,
    replace(snippet.KIND, starter=_SNIPPET),
)
DEFINITIONS = {"model": MODEL.definition, "layer": LayerField().definition, "step": STEPS.definition}
