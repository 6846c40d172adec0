"""The kind `interop`: whole scripts with every step in its stage, and the faults of bad bodies."""

from __future__ import annotations

from pathlib import Path

import pytest
from written_cases import ATTRIBUTE, FROM, python, replaced, said

from harness.contract.plan import PathSpec

BODY_1 = """\
steps:
  - x: {tf.keras::layers.Input: {shape: [4]}}
  - data: {random: [2, 4]}
  - y: layers.Dense(2, name="keras::not_a_name")(x)
  - network: {model: {functional: {inputs: {p: [4]}, tensors: {q: tf.square(p)}, outputs: q}}}
  - part: data[::-1], tensorflow.python.keras::backend.square(y)
  - network.compile("sgd", "mse")
  - network.save("model.h5")
  - restored: tf.keras::models.load_model("model.h5")
expect:
  silent: ['part[0].shape == (2, 4)', 'type(x).__name__ != "tf.keras::x"']
  raises: {at: load, type: ValueError, match: 'x\\d'}
"""
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


@pytest.mark.parametrize(
    ("body", "path", "script"),
    [
        (BODY_1, FROM, SCRIPT_1),
        (BODY_2, ATTRIBUTE, SCRIPT_2),
    ],
)
def test_the_script(tmp_path: Path, body: str, path: PathSpec, script: str) -> None:
    assert python(tmp_path, "interop", body, path) == script


@pytest.mark.parametrize(
    ("body", "old", "new", "faults"),
    [
        (
            BODY_1,
            'name="keras::not_a_name")(x)',
            'name="x")(z)',
            ["7: unknown name 'z'; known: data, np, os, sys, tf, x"],
        ),
        (BODY_1, "(x)\n", "(netwrk)\n", ["7: unknown name 'netwrk'; known: data, np, os, sys, tf, x"]),
        (
            BODY_1,
            "  - data: {",
            "  - tf: {",
            [
                "6: the name 'tf' is taken: call it something else",
                "9: unknown name 'data'; known: network, np, os, sys, tf, x, y",
            ],
        ),
        (
            BODY_1,
            "  - data: {",
            "  - len: {",
            [
                "6: the name 'len' is taken: call it something else",
                "9: unknown name 'data'; known: len, network, np, os, sys, tf, x, y",
            ],
        ),
        (
            BODY_1,
            "  - data: {",
            "  - re: {",
            [
                "6: the name 're' is taken: call it something else",
                "9: unknown name 'data'; known: network, np, os, re, sys, tf, x, y",
            ],
        ),
        (BODY_1, "  - data: {", "  - class: {", ["6: 'class' is not a Python name"]),
        (
            BODY_1,
            "data: {random: [2, 4]}",
            "data: {random: 2}",
            ["6: must be a list of sizes such as [2, 784] (null for an open one), not 2"],
        ),
        (
            BODY_1,
            "data: {random: [2, 4]}",
            "data: {random: [2, 4], b: 1}",
            ["6: unknown key 'b'; known: dtype, random, seed"],
        ),
        (BODY_1, "data: {random: [2, 4]}", "{data: x, b: y}", ["6: must be one name and what it stands for"]),
        (BODY_1, "data: {random: [2, 4]}", "{}", ["6: must be one name and what it stands for"]),
        (
            BODY_1,
            "data: {random: [2, 4]}",
            "data: null",
            ["6: must be a name or one name with its arguments, not empty"],
        ),
        (BODY_1, "data: {random: [2, 4]}", "3", ["6: must be text or a mapping, not 3"]),
        (BODY_1, "data: {random: [2, 4]}", "data: x +", ["6: is not a Python expression: invalid syntax"]),
        (BODY_1, "data: {random: [2, 4]}", "'x # y'", ["6: must not hold a comment"]),
        (
            BODY_1,
            "{shape: [4]}",
            "{shape: 2020-01-01}",
            ["5: must be text, a number, true, false, null, a list or a mapping, not datetime.date(2020, 1, 1)"],
        ),
        (
            BODY_1,
            "{model: {functional",
            "{model: {functionl",
            ["8: unknown key 'functionl'; did you mean 'functional'?"],
        ),
        (BODY_1, "tf.square(p)", "tf.square(x)", ["8: unknown name 'x'; known: np, os, p, sys, tf"]),
        (BODY_1, "outputs: q", "outputs: x", ["8: unknown tensor 'x'; known: p, q"]),
        (
            BODY_1,
            "{q: tf.square(p)}, outputs: q",
            "{x: tf.square(p)}, outputs: x",
            ["8: the name 'x' is taken: call it something else in the model"],
        ),
        (
            BODY_1,
            "at: load",
            "at: save",
            ["15: must be the last stage of the case: its stages are build, call, build, call, compile, save, load"],
        ),
        (
            BODY_1,
            "at: load",
            "at: check",
            ["15: 'check' is not one of the known words; known: build, call, compile, fit, load, plot, save"],
        ),
        (BODY_1, "part[0].shape", "parts[0].shape", ["14: unknown name 'parts'; did you mean 'part'?"]),
        (BODY_1, BODY_1[BODY_1.index("expect:") :], "expect: null\n", ["13: must be a mapping, not empty"]),
        (BODY_1, BODY_1[BODY_1.index("expect:") :], "expect: {}\n", ["13: expects nothing: say what must hold"]),
        (
            BODY_2,
            "at: plot",
            "at: fit",
            ["11: the case has no such stage: its stages are build, call, load, plot, call"],
        ),
        (
            BODY_2,
            "category: FutureWarning",
            "category: tf.errors.NotFoundError",
            ["11: must be a warning such as UserWarning, not 'tf.errors.NotFoundError'"],
        ),
    ],
)
def test_faults(tmp_path: Path, body: str, old: str, new: str, faults: list[str]) -> None:
    assert said(tmp_path, "interop", replaced(body, old, new)) == faults
