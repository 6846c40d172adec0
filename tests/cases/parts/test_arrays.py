"""Arrays of a document as NumPy expressions."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from harness.cases.codegen.literals import literal
from harness.cases.codegen.script import Script
from harness.cases.document.fields import Field
from harness.cases.document.reader import Document, Place
from harness.cases.parts.arrays import ArrayField, data, is_array, rows
from harness.contract.plan import PathSpec
from tests.support.languages import LANGUAGE

NO_ARRAY = "must be an array such as {ones: [2, 4]}"
DIMENSIONS = "an array needs at least one dimension, and no open ones"
DTYPES = "bool, float16, float32, float64, int32, int64, uint8"
SHAPE = "a list of sizes such as [2, 784] (null for an open one)"


def _read(field: Field, spec: Any) -> tuple[Any, list[str]]:
    document = Document("case.yaml")
    value = field.read(spec, Place(document))
    return value, [fault.message for fault in document.faults]


def _said(spec: Any) -> list[str]:
    return _read(ArrayField(), spec)[1]


@pytest.mark.parametrize(
    ("document", "python", "count"),
    [
        ("{ones: [2, 4]}", 'np.ones((2, 4), dtype="float32")', 2),
        ("{zeros: [3]}", 'np.zeros((3,), dtype="float32")', 3),
        ("{full: [2, 10], value: 128.0}", 'np.full((2, 10), 128.0, dtype="float32")', 2),
        ("{value: -1, full: [5]}", 'np.full((5,), -1, dtype="float32")', 5),
        ("{random: [8, 784]}", 'np.random.RandomState(0).rand(8, 784).astype("float32")', 8),
        ("{random: [1, 2, 3], seed: 7}", 'np.random.RandomState(7).rand(1, 2, 3).astype("float32")', 1),
        ("{one_hot: [64, 10]}", 'np.eye(10, dtype="float32")[np.arange(64) % 10]', 64),
        ("{values: [[1, 2.5], [3, 4]]}", 'np.array([[1, 2.5], [3, 4]], dtype="float32")', 2),
        ("{ones: [2], dtype: int32}", 'np.ones((2,), dtype="int32")', 2),
        ("{dtype: bool, full: [1], value: 0}", 'np.full((1,), 0, dtype="bool")', 1),
        ("{random: [2], dtype: float64}", 'np.random.RandomState(0).rand(2).astype("float64")', 2),
        ("{one_hot: [4, 2], dtype: uint8}", 'np.eye(2, dtype="uint8")[np.arange(4) % 2]', 4),
        ("{values: [1, 2, 3], dtype: int64}", 'np.array([1, 2, 3], dtype="int64")', 3),
        ("{texts: [[a b, c], [d, 'é\"\\']]}", r'np.array([["a b", "c"], ["d", "é\"\\"]])', 2),
    ],
)
def test_array_becomes_numpy_expression(document: str, python: str, count: int) -> None:
    script = Script(PathSpec("keras", "from", "keras"), LANGUAGE.subject)
    array, faults = _read(ArrayField(), yaml.safe_load(document))
    assert faults == []
    assert literal(array, script) == python
    assert script.text() == "import numpy as np\n\n# import\n"
    assert rows(array) == count
    compile(python, "array", "eval")


@pytest.mark.parametrize(
    ("spec", "messages"),
    [
        ([1, 2], ["must be an array such as {ones: [2, 4]}, not a list"]),
        ({}, ["must be an array such as {ones: [2, 4]}, not a mapping"]),
        (None, ["must be an array such as {ones: [2, 4]}, not empty"]),
        ({"one": [2]}, ["unknown array 'one'; did you mean 'ones'?"]),
        ({"eye": [2]}, ["unknown array 'eye'; known: full, one_hot, ones, random, texts, values, zeros"]),
        ({"ones": 2}, [f"must be {SHAPE}, not 2"]),
        ({"ones": [None, 4]}, [DIMENSIONS]),
        ({"full": [2, None], "value": 1}, [DIMENSIONS]),
        ({"ones": []}, [DIMENSIONS]),
        ({"random": [], "seed": 1}, [DIMENSIONS]),
        ({"full": [2]}, ["missing key 'value'"]),
        ({"full": [2], "value": "x"}, ["must be a number, not 'x'"]),
        ({"ones": [2], "value": 3}, ["unknown key 'value'; known: dtype, ones"]),
        ({"ones": [2], "zeros": [2]}, ["unknown key 'zeros'; known: dtype, ones"]),
        ({"random": [2], "sead": 1}, ["unknown key 'sead'; did you mean 'seed'?"]),
        ({"one_hot": [4]}, ["must be [rows, classes]"]),
        ({"one_hot": [4, 0]}, ["must be a whole number of at least 1, not 0"]),
        ({"values": []}, ["must be a list of numbers, or of such lists, not a list"]),
        ({"values": [[1], []]}, ["must be a list of numbers, or of such lists, not a list"]),
        ({"values": [[1], ["x"]]}, ["must be a list of numbers, or of such lists, not a list"]),
        ({"texts": [["x"], [1]]}, ["must be a list of texts, or of such lists, not a list"]),
        ({"texts": "x"}, ["must be a list of texts, or of such lists, not 'x'"]),
        ({"texts": [["x"]], "dtype": "int32"}, ["unknown key 'dtype'; known: texts"]),
        ({"ones": [2], "dtype": "float8"}, ["'float8' is not one of the known words; did you mean 'float64'?"]),
        ({"ones": [2], "dtype": None}, [f"empty is not one of the known words; known: {DTYPES}"]),
    ],
)
def test_bad_array_is_refused(spec: Any, messages: list[str]) -> None:
    assert _said(spec) == messages


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{full: [2], value: .inf}", "must be a number, not inf"),
        ("{full: [2], value: -.inf}", "must be a number, not -inf"),
        ("{full: [2], value: .nan}", "must be a number, not nan"),
        ("{values: [[-.inf, 1]]}", "must be a list of numbers, or of such lists, not a list"),
        ("{values: [.nan]}", "must be a list of numbers, or of such lists, not a list"),
        (f"{{full: [2], value: 1{'0' * 400}}}", "must be a number, not 1" + "0" * 56 + "..."),
        (f"{{values: [1{'0' * 400}]}}", "must be a list of numbers, or of such lists, not a list"),
    ],
)
def test_unwritable_numbers_are_refused(document: str, message: str) -> None:
    assert _said(yaml.safe_load(document)) == [message]


def test_data_is_one_or_several_arrays() -> None:
    script = Script(PathSpec("keras", "from", "keras"), LANGUAGE.subject)
    several, faults = _read(data(), [{"ones": [3, 4]}, {"zeros": [2]}])
    assert literal(several, script) == '[np.ones((3, 4), dtype="float32"), np.zeros((2,), dtype="float32")]'
    assert rows(several) == 3
    assert _read(data(), {"ones": [3, 4]}) == (several[0], faults)
    named, _ = _read(data(), {"left": {"ones": [3, 4]}, "the right": {"zeros": [2]}})
    assert literal(named, script) == literal(dict(zip(["left", "the right"], several, strict=True)), script)
    assert rows(named) == 3
    assert faults == []


@pytest.mark.parametrize(
    ("spec", "messages"),
    [
        (None, ["must be a mapping or a list, not empty"]),
        ("ones", ["must be a mapping or a list, not 'ones'"]),
        ([], ["must be a list with at least one item, not a list"]),
        ([{"ones": [1]}, 3, {"one": 1}], [f"{NO_ARRAY}, not 3", "unknown array 'one'; did you mean 'ones'?"]),
        ([[{"ones": [1]}]], [f"{NO_ARRAY}, not a list"]),
        (
            {"left": {"ones": [1]}, 2: {"one": [1]}},
            ["must be text, not 2", "unknown array 'one'; did you mean 'ones'?"],
        ),
    ],
)
def test_bad_data_is_refused(spec: Any, messages: list[str]) -> None:
    assert _read(data(), spec)[1] == messages


@pytest.mark.parametrize(
    ("value", "expected"),
    [({"ones": 1}, True), ({"x": 1, "texts": []}, True), ({"x": 1}, False), ({}, False), ("ones", False), ([], False)],
)
def test_array_is_recognised_by_its_key(value: Any, expected: bool) -> None:
    assert is_array(value) is expected
