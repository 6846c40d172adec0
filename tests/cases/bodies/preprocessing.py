"""The kind `preprocessing`: whole scripts, and the faults of bad bodies."""

from __future__ import annotations

from tests.support.written_cases import ATTRIBUTE, FROM, BadBody, GoodBody

KIND = "preprocessing"
BODY_1 = """\
object: {preprocessing.text.Tokenizer: {num_words: 3, filters: '"\\'}}
methods:
  - fit_on_texts: [["a b b", 'say "x"']]
  - __call__: [{ones: [2]}, [{texts: [[a], [b]]}], {a: {full: [2], value: 1}}, {python: np.zeros(2)}]
  - word_index
expect:
  result: {a: [1, 2], ones: [1], values: null}
"""
SCRIPT_1 = """\
import numpy as np

# import
from keras.preprocessing.text import Tokenizer

# build
made = Tokenizer(num_words=3, filters="\\"\\\\")

# call
made.fit_on_texts(["a b b", "say \\"x\\""])
made(np.ones((2,), dtype="float32"), [np.array([["a"], ["b"]])], {"a": np.full((2,), 1, dtype="float32")}, np.zeros(2))
result = made.word_index

# check
assert result == {"a": [1, 2], "ones": [1], "values": None}, result
"""
SCRIPT_1_AS_ATTRIBUTES = """\
import numpy as np
import tensorflow as tf

# import
Tokenizer = tf.keras.preprocessing.text.Tokenizer

# build
made = Tokenizer(num_words=3, filters="\\"\\\\")

# call
made.fit_on_texts(["a b b", "say \\"x\\""])
made(np.ones((2,), dtype="float32"), [np.array([["a"], ["b"]])], {"a": np.full((2,), 1, dtype="float32")}, np.zeros(2))
result = made.word_index

# check
assert result == {"a": [1, 2], "ones": [1], "values": None}, result
"""
BODY_2 = """\
function: [preprocessing.sequence.pad_sequences, utils.pad_sequences]
arguments: [[[1], [2, 3]]]
options: {maxlen: 3, value: 0.0}
expect:
  equals: {values: [[0, 0, 1], [0, 2, 3]]}
  shape: [2, 3]
  tolerance: 0.5
  silent: [result.dtype == np.int32]
"""
SCRIPT_2 = """\
import numpy as np

# import
try:
    from keras.preprocessing.sequence import pad_sequences
except ImportError:
    from keras.utils import pad_sequences

# call
result = pad_sequences([[1], [2, 3]], maxlen=3, value=0.0)

# check
assert tuple(result.shape) == (2, 3), result.shape
np.testing.assert_allclose(result, np.array([[0, 0, 1], [0, 2, 3]], dtype="float32"), rtol=0.5, atol=0.5)
assert result.dtype == np.int32, result.dtype
"""
BODY_3 = """\
function: utils.normalize
expect: {raises: {at: call, type: TypeError, match: required}}
"""
SCRIPT_3 = """\
import re
import tensorflow as tf

# import
normalize = tf.keras.utils.normalize

# call
try:
    result = normalize()
    raised = None
except TypeError as error:
    raised = error

# check
assert raised is not None, "nothing raised TypeError"
assert re.search("required", str(raised)), raised
"""

SCRIPTS: list[GoodBody] = [
    (BODY_1, FROM, SCRIPT_1),
    (BODY_1, ATTRIBUTE, SCRIPT_1_AS_ATTRIBUTES),
    (BODY_2, FROM, SCRIPT_2),
    (BODY_3, ATTRIBUTE, SCRIPT_3),
]

FAULTS: list[BadBody] = [
    (BODY_1, "{full: [2], value: 1}", "{full: [2]}", ["7: missing key 'value'"]),
    (
        BODY_1,
        "{texts: [[a], [b]]}",
        "{texts: [[a], [1]]}",
        ["7: must be a list of texts, or of such lists, not a list"],
    ),
    (
        BODY_1,
        "{texts: [[a], [b]]}",
        "[[{ones: x}]]",
        ["7: must be a list of sizes such as [2, 784] (null for an open one), not 'x'"],
    ),
    (
        BODY_1,
        "{python: np.zeros(2)}",
        "{python: np.zeros(2}",
        ["7: is not a Python expression: '(' was never closed"],
    ),
    (
        BODY_1,
        "{python: np.zeros(2)}",
        "2020-01-01",
        ["7: must be text, a number, true, false, null, a list or a mapping, not datetime.date(2020, 1, 1)"],
    ),
    (BODY_1, "word_index", "class", ["8: must be the name of an attribute, not 'class'"]),
    (BODY_1, "word_index", "word index", ["8: must be the name of an attribute, not 'word index'"]),
    (BODY_1, "word_index", "word_index: 1", ["8: must be a list of arguments, not 1"]),
    (BODY_1, "word_index", "{word_index: [], fit: []}", ["8: must be one method with its arguments"]),
    (BODY_1, "word_index", "{}", ["8: must be one method with its arguments"]),
    (BODY_1, "word_index", "{class: []}", ["8: 'class' is not a Python name"]),
    (
        BODY_1,
        "object: {",
        "object: {x: {}, ",
        [
            "4: must be one name with its arguments, and has the keys x, preprocessing.text.Tokenizer: "
            "indent arguments below their name"
        ],
    ),
    (BODY_1, "object: {", "function: x\nobject: {", ["1: needs exactly one of the keys object, function"]),
    (
        BODY_1,
        "object: {preprocessing.text.Tokenizer: {num_words: 3, filters: '\"\\'}}\n",
        "",
        ["1: needs exactly one of the keys object, function", "4: needs the key 'object', which is missing"],
    ),
    (
        BODY_1,
        "expect:\n",
        "arguments: [1]\noptions: {x: 1}\nexpect:\n",
        [
            "9: needs the key 'function', which is missing",
            "10: needs the key 'function', which is missing",
        ],
    ),
    (
        BODY_1,
        "values: null",
        "values: 2020-01-01",
        ["10: must be text, a number, true, false, null, a list or a mapping, not datetime.date(2020, 1, 1)"],
    ),
    (
        BODY_1,
        BODY_1[BODY_1.index("methods:") :],
        "expect: {result: 1}\n",
        ["4: does nothing: missing key 'methods'"],
    ),
    (BODY_1, BODY_1[BODY_1.index("expect:") :], "expect: null\n", ["9: must be a mapping, not empty"]),
    (
        BODY_1,
        BODY_1[BODY_1.index("expect:") :],
        "expect: {tolerance: 1}\n",
        ["9: no expectations: add at least one"],
    ),
    (
        BODY_1,
        BODY_1[BODY_1.index("expect:") :],
        "expect: {silent: [maed == 1]}\n",
        ["9: unknown name 'maed'; did you mean 'made'?"],
    ),
    (BODY_2, "arguments: [[[1], [2, 3]]]", "arguments: {x: 1}", ["5: must be a list of arguments, not a mapping"]),
    (
        BODY_2,
        "options: {maxlen: 3, value: 0.0}",
        "options: {class: 3, x: {values: []}}",
        ["6: 'class' is not a Python name", "6: must be a list of numbers, or of such lists, not a list"],
    ),
    (
        BODY_2,
        "silent: [result.dtype == np.int32]",
        "silent: [made.dtype == 1]",
        ["11: unknown name 'made'; known: copy, json, np, os, pickle, result, sys, tf"],
    ),
    (
        BODY_2,
        "shape: [2, 3]",
        "shape: 2",
        ["9: must be a list of sizes such as [2, 784] (null for an open one), not 2"],
    ),
    (BODY_2, "tolerance: 0.5", "tolerance: 0", ["10: must be a number above 0, not 0"]),
    (BODY_3, "at: call", "at: build", ["5: must be the last stage of the case: its stages are call"]),
    (
        BODY_3,
        "type: TypeError",
        "type: TypError",
        ["5: must be an exception such as ValueError or tf.errors.NotFoundError, not 'TypError'"],
    ),
    (
        BODY_3,
        "type: TypeError",
        "type: tf.errors.class",
        ["5: must be an exception such as ValueError or tf.errors.NotFoundError, not 'tf.errors.class'"],
    ),
    (BODY_3, "match: required", "match: '('", ["5: must be a regular expression, not '('"]),
    (BODY_3, "match: required", "match: ''", ["5: must be a regular expression, not ''"]),
    (BODY_3, "function: utils.normalize\n", "", ["1: needs exactly one of the keys object, function"]),
]
