"""The kind `snippet`: pasted code in both forms of an import path, and what it must hold to be a case.

The forms are run against a small stand-in for the packages, so that what is accepted is known to run in both.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.cases.library import Case, read_case
from harness.contract.plan import PathSpec

FILE = "cases/snippet/pasted.yaml"
FROM = PathSpec("tensorflow.keras", "from")
ATTRIBUTE = PathSpec("tf.keras", "attribute")


def _read(root: Path, code: Any) -> tuple[Case | None, list[str]]:
    (root / FILE).parent.mkdir(parents=True, exist_ok=True)
    data = {"id": "pasted", "kind": "snippet", "title": "Pasted", "code": code}
    (root / FILE).write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    case, faults = read_case(str(root), FILE)
    return case, [f"{fault.line}: {fault.message}" for fault in faults]


def _script(root: Path, code: str, path: PathSpec) -> str:
    case, faults = _read(root, code)
    assert case is not None, faults
    return case.script(path)


@pytest.mark.parametrize(
    ("code", "from_form", "attribute_form"),
    [
        ("from KERAS import layers", "from tensorflow.keras import layers", "layers = tf.keras.layers"),
        (
            "from KERAS.layers import Dense",
            "from tensorflow.keras.layers import Dense",
            "Dense = tf.keras.layers.Dense",
        ),
        (
            "from KERAS.layers import Dense as D, Flatten",
            "from tensorflow.keras.layers import Dense as D, Flatten",
            "D = tf.keras.layers.Dense\nFlatten = tf.keras.layers.Flatten",
        ),
        ("import KERAS.backend as K", "import tensorflow.keras.backend as K", "K = tf.keras.backend"),
        ("import KERAS as k", "import tensorflow.keras as k", "k = tf.keras"),
        ("import KERAS", "import tensorflow.keras", "tf.keras"),
        ("x = KERAS.layers.Dense", "x = tensorflow.keras.layers.Dense", "x = tf.keras.layers.Dense"),
        ("print('KERAS', KERASS)", "print('tensorflow.keras', KERASS)", "print('tf.keras', KERASS)"),
        ("if x:\n    import KERAS.a as b", "if x:\n    import tensorflow.keras.a as b", "if x:\n    b = tf.keras.a"),
    ],
)
def test_each_line_in_the_form_of_the_path(tmp_path: Path, code: str, from_form: str, attribute_form: str) -> None:
    whole = "import tensorflow as tf\n# build\n{}\nassert 1 or KERAS\n"
    assert _script(tmp_path, whole.format(code), FROM) == whole.format(from_form).replace("KERAS\n", f"{FROM.id}\n")
    script = _script(tmp_path, whole.format(code), ATTRIBUTE)
    assert script == whole.format(attribute_form).replace("KERAS\n", "tf.keras\n")


def test_a_stage_opens_after_the_imports_where_there_is_none(tmp_path: Path) -> None:
    code = "import os\nfrom KERAS import layers\n\nlayer = layers.Dense(1)\nassert layer"
    assert _script(tmp_path, code, FROM) == (
        "import os\nfrom tensorflow.keras import layers\n\n# call\nlayer = layers.Dense(1)\nassert layer\n"
    )


def test_names_bound_in_attribute_form_belong_to_the_imports(tmp_path: Path) -> None:
    code = "import os\nfrom KERAS import layers\n\nlayer = layers.Dense(1)\nassert layer"
    above, below = _script(tmp_path, code, ATTRIBUTE).split("# call\n")
    assert "layers = tf.keras.layers\n" in above
    assert below == "layer = layers.Dense(1)\nassert layer\n"


@pytest.mark.parametrize("path", [FROM, ATTRIBUTE], ids=lambda path: path.form)
def test_a_docstring_does_not_end_the_imports(tmp_path: Path, path: PathSpec) -> None:
    code = '"""What was pasted."""\nimport KERAS.layers as L\nassert L.Dense'
    above, below = _script(tmp_path, code, path).split("# call\n")
    assert "L" in above.split()
    assert below == "assert L.Dense\n"


def test_a_stage_opens_above_a_decorator(tmp_path: Path) -> None:
    code = "from KERAS import layers\n@staticmethod\ndef f():\n    assert layers"
    assert _script(tmp_path, code, FROM).split("\n")[1:3] == ["# call", "@staticmethod"]


def test_stages_of_its_own_are_left_as_they_are(tmp_path: Path) -> None:
    code = "# import\nfrom KERAS import layers\n# build\nx = 1\n# check\nassert x\n\n\n"
    assert _script(tmp_path, code, FROM) == code.rstrip().replace("KERAS", FROM.id) + "\n"


@pytest.fixture
def _packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A stand-in `tensorflow` with `tensorflow.keras.layers` and `.backend`."""
    keras = tmp_path / "packages" / "tensorflow" / "keras"
    keras.mkdir(parents=True)
    (keras.parent / "__init__.py").write_text("from tensorflow import keras\n")
    (keras / "__init__.py").write_text("from tensorflow.keras import backend, layers\n")
    (keras / "layers.py").write_text("class Dense: pass\nclass Flatten: pass\n")
    (keras / "backend.py").write_text("def floatx(): return 'float32'\n")
    monkeypatch.syspath_prepend(tmp_path / "packages")
    yield
    for name in [name for name in sys.modules if name.split(".")[0] == "tensorflow"]:
        del sys.modules[name]


@pytest.mark.parametrize("path", [FROM, ATTRIBUTE], ids=lambda path: path.form)
@pytest.mark.parametrize(
    "code",
    [
        "from KERAS.layers import Dense, Flatten\nassert Dense and Flatten",
        "from KERAS.layers import Dense  # the layer\nassert Dense",
        "from KERAS.layers import (Dense, Flatten)\nassert Flatten",
        "from KERAS.layers import (\n    Dense,\n    Flatten as F,\n)\nassert F",
        "from KERAS.layers import Dense, \\\n    Flatten\nassert Flatten",
        "from KERAS.layers import Dense  as  D\nassert D",
        "from KERAS.layers import Dense; x = 1\nassert Dense and x",
        "import KERAS.backend as K  # the backend\nassert K.floatx() == 'float32'",
        "import KERAS.backend as K, os\nassert K.floatx() and os",
        "import KERAS\nassert KERAS.backend.floatx() == 'float32'",
        "from KERAS.layers import Dense\nimport tensorflow as tf\nassert Dense is tf.keras.layers.Dense",
        "from __future__ import print_function\nfrom KERAS.layers import Dense\nassert Dense",
        "try:\n    from KERAS.layers import Dense\nexcept ImportError:\n    raise\nassert Dense",
        "def f():\n    from KERAS.layers import Dense\n    return Dense\nassert f()",
    ],
)
@pytest.mark.usefixtures("_packages")
def test_what_is_accepted_runs_in_both_forms(tmp_path: Path, code: str, path: PathSpec) -> None:
    script = _script(tmp_path, code + "\nreached = True", path)
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(script, "pasted.py", "exec"), names)
    assert names["reached"] is True


def test_a_star_has_no_attribute_form(tmp_path: Path) -> None:
    case, faults = _read(tmp_path, "from KERAS.layers import *\nassert Dense")
    assert case is None
    assert len(faults) == 1


@pytest.mark.parametrize(
    ("code", "faults"),
    [
        ("assert 1 +", ["4: is not Python: invalid syntax (line 1 of the code)"]),
        ("import KERAS\nassert = 1", ["4: is not Python: invalid syntax (line 2 of the code)"]),
        ("import KERASS\nassert 1", ["4: never uses the import path: write KERAS where it stands"]),
        ("import KERAS\nprint(KERAS)", ["4: checks nothing: assert what must hold"]),
        ("# KERAS\nassert 1", ["4: never uses the import path: write KERAS where it stands"]),
        (
            "print(1)",
            [
                "4: never uses the import path: write KERAS where it stands",
                "4: checks nothing: assert what must hold",
            ],
        ),
        ("", ["4: must be text, not ''"]),
        (["import KERAS"], ["4: must be text, not a list"]),
    ],
)
def test_faults(tmp_path: Path, code: Any, faults: list[str]) -> None:
    assert _read(tmp_path, code) == (None, faults)


@pytest.mark.parametrize(
    "check", ["assert KERAS", "np.testing.assert_allclose(KERAS, 1)", "if KERAS:\n    raise ValueError"]
)
def test_what_checks_something(tmp_path: Path, check: str) -> None:
    case, faults = _read(tmp_path, check)
    assert faults == []
    assert case is not None
    assert case.body == {"code": check}
