"""The kind `plot_model`: the other files, what is hidden, and what is raised."""

from __future__ import annotations

from tests.support.written_cases import ATTRIBUTE, FROM, BadBody, GoodBody

KIND = "plot_model"
BODY_1 = """\
model: {subclass: {layers: {first: layers.Flatten, second: {layers.Dense: {units: 1}}}, call: second(first(inputs))}}
plot:
  function: [keras::utils.plot_model, utils.plot_model]
  file: model.svg
  options: {show_shapes: true, rankdir: LR, layer_range: [first, second]}
hide: [dot, pydot, pydotplus]
expect: {width: [1, 20], height: [2, 2], shows: ['Dense "x"', 'a\\b'], silent: [model.built]}
"""
SCRIPT_1 = """\
import os
import sys

os.environ["PATH"] = ""
sys.modules["pydot"] = None
sys.modules["pydotplus"] = None

from xml.etree import ElementTree

# import
from keras.layers import Dense, Flatten
from keras.models import Model
try:
    from keras.utils import plot_model
except ImportError:
    from keras.utils import plot_model

# build
class CustomModel(Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first = Flatten()
        self.second = Dense(units=1)

    def call(self, inputs):
        return self.second(self.first(inputs))


model = CustomModel()

# plot
plot_model(model, to_file="model.svg", show_shapes=True, rankdir="LR", layer_range=["first", "second"])

# check
picture = ElementTree.parse("model.svg").getroot()
assert picture.tag.endswith("svg"), picture.tag
texts = [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")]
assert texts, "the picture shows no text"
width, height = [float(picture.get(side).rstrip("pt")) for side in ("width", "height")]
assert 1 <= width <= 20, f"{width} pixels wide"
assert 2 <= height <= 2, f"{height} pixels high"
assert any("Dense \\"x\\"" in line for line in texts), texts
assert any("a\\\\b" in line for line in texts), texts
assert model.built, "not so: model.built"
"""
BODY_2 = """\
model: {sequential: [layers.Flatten]}
plot: {function: utils.plot_model, file: model.pdf}
expect: {warns: {at: plot, category: UserWarning, match: old}}
"""
SCRIPT_2 = """\
# plot
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    plot_model(model, to_file="model.pdf")

# check
with open("model.pdf", "rb") as picture:
    data = picture.read()
assert data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF"), data[:20]
assert b"/Page" in data, "the file has no page"
said = [str(warning.message) for warning in caught if issubclass(warning.category, UserWarning)]
assert any(re.search("old", text) for text in said), said
"""
BODY_3 = """\
model: {sequential: [layers.Flatten]}
hide: [dot]
plot: {function: utils.plot_model, file: model.png}
expect: {no_file: true}
"""
SCRIPT_3 = """\
import os

os.environ["PATH"] = ""

# import
from keras.layers import Flatten
from keras.models import Sequential
from keras.utils import plot_model

# build
model = Sequential([Flatten()])

# plot
plot_model(model, to_file="model.png")

# check
assert not os.path.exists("model.png"), "a file was written"
"""
BODY_4 = """\
model: {sequential: [layers.Flatten]}
hide: [pydot]
plot: {function: utils.plot_model, file: model.png}
expect: {raises: {at: plot, type: ImportError, match: pydot}}
"""
SCRIPT_4 = """\
import sys

sys.modules["pydot"] = None

import re

# import
from keras.layers import Flatten
from keras.models import Sequential
from keras.utils import plot_model

# build
model = Sequential([Flatten()])

# plot
try:
    plot_model(model, to_file="model.png")
    raised = None
except ImportError as error:
    raised = error

# check
assert raised is not None, "nothing raised ImportError"
assert re.search("pydot", str(raised)), raised
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
        "hide: [dot, pydot, pydotplus]",
        "hide: [dto]",
        ["9: 'dto' is not one of the known words; did you mean 'dot'?"],
    ),
    (BODY_1, "hide: [dot, pydot, pydotplus]", "hide: dot", ["9: must be a list with at least one item, not 'dot'"]),
    (BODY_1, "[first, second]}\n", "[1]}\n", ["8: must be text, not 1"]),
    (
        BODY_1,
        "shows: ['Dense \"x\"', 'a\\b']",
        "shows: []",
        ["10: must be a list with at least one item, not a list"],
    ),
    (BODY_1, "model.svg", "model.png", ["10: shows cannot be checked in a PNG file: draw an SVG file"]),
    (
        BODY_1,
        "model.svg",
        "model.pdf",
        ["10: width, height and shows cannot be checked in a PDF file"],
    ),
    (BODY_1, "width: [1, 20], ", "", ["10: width and height go together"]),
    (BODY_1, "silent: [model.built]", "silent: [modl.built]", ["10: unknown name 'modl'; did you mean 'model'?"]),
    (
        BODY_1,
        "silent: [model.built]",
        "raises: {at: plot, type: ImportError, match: x}",
        ["10: with raises, only silent, holds, numbers and warns can be expected"],
    ),
    (BODY_1, "model: {subclass", "model: {subclas", ["4: unknown key 'subclas'; did you mean 'subclass'?"]),
    (
        BODY_1,
        "options: {show_shapes",
        "options: {show_shape",
        ["8: unknown key 'show_shape'; did you mean 'show_shapes'?"],
    ),
    (
        BODY_1,
        BODY_1[
            BODY_1.index(
                "expect: {width: [1, 20], height: [2, 2], shows: ['Dense \"x\"', 'a\\b'], silent: [model.built]}"
            ) :
        ],
        "expect: null\n",
        ["10: must be a mapping, not empty"],
    ),
    (
        BODY_1,
        BODY_1[
            BODY_1.index(
                "expect: {width: [1, 20], height: [2, 2], shows: ['Dense \"x\"', 'a\\b'], silent: [model.built]}"
            ) :
        ],
        "expect: {}\n",
        ["10: no expectations: add at least one"],
    ),
    (BODY_3, "{no_file: true}", "{no_file: 1}", ["7: must be true or false, not 1"]),
    (BODY_4, "at: plot", "at: build", ["7: must be the last stage of the case: its stages are build, plot"]),
]
