"""Values of a document as the Python text that a person would write for them."""

from __future__ import annotations

import ast
from typing import Any

import pytest
import yaml

from harness.cases.codegen.literals import WIDTH, bracketed, keywords, literal, shape, shapes
from harness.cases.codegen.nodes import Call
from harness.cases.codegen.script import Script
from harness.contract.plan import PathSpec
from tests.support.languages import LANGUAGE


def _script() -> Script:
    return Script(PathSpec("keras", "from", "keras"), LANGUAGE.subject)


@pytest.mark.parametrize(
    ("document", "python"),
    [
        ("relu", '"relu"'),
        ("7", "7"),
        ("0.001", "0.001"),
        ("true", "True"),
        ("null", "None"),
        (".inf", 'float("inf")'),
        ("-.inf", 'float("-inf")'),
        (".nan", 'float("nan")'),
        ("[784]", "(784,)"),
        ("[null, 28, 28]", "(None, 28, 28)"),
        ("[[2, 3], [4]]", "((2, 3), (4,))"),
        ("[]", "[]"),
        ("[0.5, 1]", "[0.5, 1]"),
        ("[true]", "[True]"),
        ("[accuracy, mse]", '["accuracy", "mse"]'),
    ],
)
def test_plain_values_and_sizes(document: str, python: str) -> None:
    assert literal(yaml.safe_load(document), _script()) == python
    compile(python, "literal", "eval")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "it's",
        'say "x"',
        "a\\b\\n",
        "a\nb\tc\r",
        "é ✓ 😀",
        "\x00\x07\x7f\x85",
        "\u2028 \ufeff",
        "{x} %s",
        "\ud7ff\ue000",
    ],
)
def test_text_survives_python_literal(text: str) -> None:
    python = literal(text, _script())
    assert ast.literal_eval(python) == text
    assert not {"\n", "\r"} & set(python)


def test_keywords_keep_document_order() -> None:
    script = _script()
    assert keywords({}, script) == ""
    made = keywords({"units": 10, "bias": Call("initializers.Ones", {}), "a": [1]}, script)
    assert made == "units=10, bias=Ones(), a=(1,)"
    assert script.text() == "# import\nfrom keras.initializers import Ones\n"


@pytest.mark.parametrize(
    ("sizes", "python"),
    [([], "()"), ([2], "(2,)"), ([2, None], "(2, None)"), ([[1], [2, 3]], "((1,), (2, 3))")],
)
def test_shape_is_a_tuple(sizes: list[Any], python: str) -> None:
    assert shape(sizes) == python
    assert isinstance(ast.literal_eval(python), tuple)


@pytest.mark.parametrize(
    ("sizes", "python"),
    [([], "()"), ([None, 2], "(None, 2)"), ([[None, 2]], "[(None, 2)]"), ([[1], [2, 3]], "[(1,), (2, 3)]")],
)
def test_shapes_of_several_are_a_list(sizes: list[Any], python: str) -> None:
    assert shapes(sizes) == python


def test_bracketed_breaks_line_past_width() -> None:
    room = WIDTH - len("model = f([, 2])")
    assert bracketed("model = f([", ["x" * room, "2"], "])") == ["model = f([" + "x" * room + ", 2])"]
    assert bracketed("model = f([", ["x" * (room + 1), "2"], "])") == [
        "model = f([",
        "    " + "x" * (room + 1) + ",",
        "    2,",
        "])",
    ]
