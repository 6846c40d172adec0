"""The script's imports in the path's form, and its names without conflicts."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from harness.cases.codegen.script import Script
from harness.contract.plan import PathSpec
from harness.contract.statuses import Stage
from tests.support.languages import LANGUAGE

FROM = PathSpec("tensorflow.keras", "from", "tensorflow")
ATTRIBUTE = PathSpec("tf.keras", "attribute", "tensorflow")


def _imports(script: Script) -> list[str]:
    """The script's lines up to the end of its imports, without the comment."""
    compile(script.text(), "script", "exec")
    return [line for line in script.text().split("\n") if line and line != "# import"]


def test_from_form_imports_names() -> None:
    script = Script(FROM, LANGUAGE.subject)
    assert [script.use(name) for name in ("models.Sequential", "layers.Dense", "layers.Conv2D", "Input")] == [
        "Sequential",
        "Dense",
        "Conv2D",
        "Input",
    ]
    assert _imports(script) == [
        "from tensorflow.keras import Input",
        "from tensorflow.keras.layers import Conv2D, Dense",
        "from tensorflow.keras.models import Sequential",
    ]


def test_attribute_form_binds_names() -> None:
    script = Script(ATTRIBUTE, LANGUAGE.subject)
    assert [script.use(name) for name in ("layers.Dense", "Input", "layers.Dense")] == ["Dense", "Input", "Dense"]
    assert script.text() == (
        "import tensorflow as tf\n\n# import\nDense = tf.keras.layers.Dense\nInput = tf.keras.Input\n"
    )


@pytest.mark.parametrize(
    ("path", "reference", "expression", "imports"),
    [
        (FROM, "tf.keras::Sequential", "tf.keras.Sequential", ["import tensorflow as tf"]),
        (FROM, "keras::layers.Dense", "Dense", ["from keras.layers import Dense"]),
        (FROM, "tf_keras::Sequential", "Sequential", ["from tf_keras import Sequential"]),
        (FROM, "tensorflow.keras::layers.Dense", "Dense", ["from tensorflow.keras.layers import Dense"]),
        (ATTRIBUTE, "tf.keras::Input", "Input", ["import tensorflow as tf", "Input = tf.keras.Input"]),
        (ATTRIBUTE, "tf.compat.v1.keras::Input", "tf.compat.v1.keras.Input", ["import tensorflow as tf"]),
        (ATTRIBUTE, "keras::Input", "Input", ["from keras import Input"]),
    ],
)
def test_fixed_path_name_is_imported(path: PathSpec, reference: str, expression: str, imports: list[str]) -> None:
    script = Script(path, LANGUAGE.subject)
    assert script.use(reference) == expression
    assert script.use(reference) == expression
    assert _imports(script) == imports


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("tf.keras", "attribute"),
        ("tf.compat.v1.keras", "attribute"),
        ("tf_keras", "from"),
        ("tensorflow.keras", "from"),
    ],
)
def test_fixed_path_form_follows_name(name: str, form: str) -> None:
    found = LANGUAGE.subject.path(name)
    assert (found.id, found.form) == (name, form)


@pytest.mark.parametrize(
    ("path", "references", "names", "imports"),
    [
        (
            FROM,
            ["layers.Dense", "keras::layers.Dense", "layers.Dense", "keras::layers.Dense"],
            ["Dense", "KerasDense", "Dense", "KerasDense"],
            ["from keras.layers import Dense as KerasDense", "from tensorflow.keras.layers import Dense"],
        ),
        (
            ATTRIBUTE,
            ["keras::layers.Dense", "layers.Dense"],
            ["Dense", "TfKerasDense"],
            ["import tensorflow as tf", "from keras.layers import Dense", "TfKerasDense = tf.keras.layers.Dense"],
        ),
    ],
)
def test_same_name_from_two_paths(path: PathSpec, references: list[str], names: list[str], imports: list[str]) -> None:
    script = Script(path, LANGUAGE.subject)
    assert [script.use(reference) for reference in references] == names
    assert _imports(script) == imports


@pytest.mark.parametrize(
    ("path", "references"),
    [
        (FROM, ["losses.get", "metrics.get", "layers.get"]),
        (ATTRIBUTE, ["keras::layers.Dense", "layers.Dense", "tf_keras::layers.Dense"]),
    ],
)
def test_same_name_from_three_places(path: PathSpec, references: list[str]) -> None:
    script = Script(path, LANGUAGE.subject)
    names = [script.use(reference) for reference in references]
    nodes = list(ast.walk(ast.parse(script.text())))
    bound = {node.asname or node.name for node in nodes if isinstance(node, ast.alias)}
    bound |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    assert len(set(names)) == 3, names
    assert set(names) <= bound
    assert [script.use(reference) for reference in references] == names


@pytest.mark.parametrize(
    ("references", "lines"),
    [
        (["utils.plot_model"], ["from tensorflow.keras.utils import plot_model"]),
        (
            ["keras::utils.plot_model", "tf.keras::utils.plot_model"],
            [
                "import tensorflow as tf",
                "try:",
                "    from keras.utils import plot_model",
                "except ImportError:",
                "    plot_model = tf.keras.utils.plot_model",
            ],
        ),
        (
            ["tf.keras::utils.plot_model", "keras::vis.draw", "utils.plot_model"],
            [
                "import tensorflow as tf",
                "try:",
                "    plot_model = tf.keras.utils.plot_model",
                "except (ImportError, AttributeError):",
                "    try:",
                "        from keras.vis import draw as plot_model",
                "    except ImportError:",
                "        from tensorflow.keras.utils import plot_model",
            ],
        ),
    ],
)
def test_first_importable_name_is_used(references: list[str], lines: list[str]) -> None:
    script = Script(FROM, LANGUAGE.subject)
    assert script.use(references) == "plot_model"
    assert _imports(script) == lines


def test_fallback_takes_first_existing_name(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "utils.py").write_text("draw = 'old.utils.draw'\n")
    (tmp_path / "older.py").write_text("draw = 'older.draw'\n")
    script = Script(PathSpec("nowhere", "from", "nowhere"), LANGUAGE.subject)
    name = script.use(["utils.draw", "old::draw", "old::utils.draw", "older::draw"])
    script.add(Stage.CHECK, f"print({name})")
    ran = subprocess.run(
        [sys.executable, "-c", script.text()], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (ran.stdout, ran.stderr) == ("old.utils.draw\n", "")


def test_fallback_avoids_used_name() -> None:
    script = Script(FROM, LANGUAGE.subject)
    names = [script.use("layers.Layer"), script.use(["keras::layers.Layer", "tf.keras::layers.Layer"])]
    compile(script.text(), "script", "exec")
    assert len(set(names)) == 2, script.text()


def test_fallback_differs_from_its_first_name() -> None:
    script = Script(FROM, LANGUAGE.subject)
    several = ["layers.Layer", "engine.Layer"]
    names = [script.use(several), script.use("layers.Layer"), script.use(several), script.use(["layers.Layer"])]
    assert names == ["Layer", "TensorflowKerasLayer", "Layer", "TensorflowKerasLayer"]
    assert _imports(script) == [
        "from tensorflow.keras.layers import Layer as TensorflowKerasLayer",
        "try:",
        "    from tensorflow.keras.layers import Layer",
        "except ImportError:",
        "    from tensorflow.keras.engine import Layer",
    ]


def test_defined_names_are_not_imported() -> None:
    script = Script(ATTRIBUTE, LANGUAGE.subject)
    script.define("CustomLayer")
    assert script.use("CustomLayer") == "CustomLayer"
    assert script.use("layers.CustomLayer") == "TfKerasCustomLayer"
    assert [script.fresh("inner"), script.fresh("inner"), script.fresh("CustomLayer")] == [
        "inner",
        "inner2",
        "CustomLayer2",
    ]
    assert _imports(script) == ["import tensorflow as tf", "TfKerasCustomLayer = tf.keras.layers.CustomLayer"]


@pytest.mark.parametrize("name", ["np", "tf", "re", "inspect", "model", "prediction", "made"])
def test_import_avoids_names_script_needs(name: str) -> None:
    script = Script(FROM, LANGUAGE.subject)
    assert script.use(f"backend.{name}") == f"TensorflowKeras{name}"
    assert _imports(script) == [f"from tensorflow.keras.backend import {name} as TensorflowKeras{name}"]
