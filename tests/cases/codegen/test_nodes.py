"""Values that are more than plain Python: read from a document, they write themselves."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from harness.cases.codegen.literals import literal
from harness.cases.codegen.nodes import PlainList
from harness.cases.codegen.script import Script
from harness.cases.document.containers import CallField, Value
from harness.cases.document.reader import Document, Place
from harness.contract.plan import PathSpec
from tests.support.languages import LANGUAGE


def _script() -> Script:
    return Script(PathSpec("keras", "from", "keras"), LANGUAGE.subject)


@pytest.mark.parametrize(
    ("document", "python"),
    [
        ("{layers.Dense: {units: 10}}", "Dense(units=10)"),
        ("{layers.Flatten: null}", "Flatten()"),
        ("{tf.keras::Input: {shape: [4]}}", "tf.keras.Input(shape=(4,))"),
        ("{a.B: {c: {d.E: {f: [1, x]}}}}", 'B(c=E(f=[1, "x"]))'),
        ("[{metrics.AUC: {}}, mse]", '[AUC(), "mse"]'),
        ("{a.B: {x: 1}, c: 2}", '{"a.B": {"x": 1}, "c": 2}'),
        ("{out: mse}", '{"out": "mse"}'),
        ("{Adam: {learning_rate: 0.1}}", "Adam(learning_rate=0.1)"),
        ("{layers.Masking: {value: -.inf}}", 'Masking(value=float("-inf"))'),
        ("{.nan: [.inf]}", '{float("nan"): [float("inf")]}'),
        ("{layers.class: 1}", '{"layers.class": 1}'),
        ("{1: [3]}", "{1: (3,)}"),
        ("{python: 'lambda x: x * 2'}", "lambda x: x * 2"),
        ("{python: '1, 2'}", "(1, 2)"),
        ("{python: 'keras::backend.floatx()'}", "floatx()"),
        ("[{python: np.float32}, mse]", '[np.float32, "mse"]'),
        ("{a.B: {f: {python: 'layers.Dense(2)'}}}", "B(f=Dense(2))"),
        ("{python: tf, x: 1}", '{"python": "tf", "x": 1}'),
    ],
)
def test_nested_calls_and_mappings(document: str, python: str) -> None:
    value = Value().read(yaml.safe_load(document), Place(Document("case.yaml")))
    assert literal(value, _script()) == python
    compile(python, "literal", "eval")


@pytest.mark.parametrize(
    ("value", "python"),
    [
        ("layers.Flatten", "Flatten()"),
        ({"layers.Dense": None}, "Dense()"),
        ({"layers.Dense": {}}, "Dense()"),
        ({"layers.Dense": {"units": 10, "activation": "relu"}}, 'Dense(units=10, activation="relu")'),
    ],
)
def test_call_with_keyword_arguments(value: Any, python: str) -> None:
    assert CallField().read(value, Place(Document("case.yaml"))).write(_script()) == python


def test_plain_list_writes_no_tuple() -> None:
    assert literal(PlainList([1, 2]), _script()) == "[1, 2]"
    assert literal(PlainList([PlainList([1]), [2, 3]]), _script()) == "[[1], (2, 3)]"
