"""The kind `snippet`: pasted code in both forms of an import path.

The forms are run against a small stand-in for the packages, so that what is accepted is known to run in both.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.cases.case import Case
from harness.cases.generate import script_of
from harness.cases.loader import read_case
from harness.contract.plan import PathSpec
from tests.support.languages import LANGUAGE

FILE = "cases/snippet/pasted.yaml"
FROM = PathSpec("tensorflow.keras", "from", "tensorflow")
ATTRIBUTE = PathSpec("tf.keras", "attribute", "tensorflow")


def _read(root: Path, code: str) -> tuple[Case | None, list[str]]:
    (root / FILE).parent.mkdir(parents=True, exist_ok=True)
    data = {"id": "pasted", "kind": "snippet", "title": "Pasted", "code": code}
    (root / FILE).write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    case, faults = read_case(str(root), FILE, LANGUAGE)
    return case, [f"{fault.line}: {fault.message}" for fault in faults]


def _script(root: Path, code: str, path: PathSpec) -> str:
    case, faults = _read(root, code)
    assert case is not None, faults
    return script_of(case, path)


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
        ("import KERAS  # all of it", "import tensorflow.keras  # all of it", "tf.keras  # all of it"),
        (
            "from KERAS.layers import Dense, Flatten as F  # two",
            "from tensorflow.keras.layers import Dense, Flatten as F  # two",
            "Dense = tf.keras.layers.Dense  # two\nF = tf.keras.layers.Flatten",
        ),
        ("if x:\n    import KERAS.a as b", "if x:\n    import tensorflow.keras.a as b", "if x:\n    b = tf.keras.a"),
    ],
)
def test_snippet_import_takes_path_form(tmp_path: Path, code: str, from_form: str, attribute_form: str) -> None:
    whole = "import tensorflow as tf\n{}\n# build\nassert 1\n"
    assert _script(tmp_path, whole.format(code), FROM) == whole.format(from_form)
    assert _script(tmp_path, whole.format(code), ATTRIBUTE) == whole.format(attribute_form)


@pytest.mark.parametrize(
    ("line", "from_form", "attribute_form"),
    [
        ("x = KERAS.layers.Dense", "x = tensorflow.keras.layers.Dense", "x = tf.keras.layers.Dense"),
        ("print('KERAS', KERASS)", "print('tensorflow.keras', KERASS)", "print('tf.keras', KERASS)"),
        ("# KERAS, not MY_KERAS", "# tensorflow.keras, not MY_KERAS", "# tf.keras, not MY_KERAS"),
    ],
)
def test_placeholder_becomes_dotted_path(tmp_path: Path, line: str, from_form: str, attribute_form: str) -> None:
    code = f"import KERAS\n# call\n{line}\nassert 1\n"
    assert _script(tmp_path, code, FROM) == f"import tensorflow.keras\n# call\n{from_form}\nassert 1\n"
    script = _script(tmp_path, code, ATTRIBUTE)
    assert script == f"import tensorflow as tf\ntf.keras\n# call\n{attribute_form}\nassert 1\n"


@pytest.mark.parametrize(
    ("code", "script"),
    [
        (  # before the first use
            "import os\n# import\nfrom KERAS import layers\n# check\nassert layers",
            "import os\n# import\nimport tensorflow as tf\nlayers = tf.keras.layers\n# check\nassert layers\n",
        ),
        (  # after what must come first
            "from __future__ import print_function\nimport KERAS.a as b\n# call\nassert b",
            "from __future__ import print_function\nimport tensorflow as tf\nb = tf.keras.a\n# call\nassert b\n",
        ),
        (  # an earlier line has it
            "import tensorflow as tf\nimport os\nimport KERAS.a as b\n# call\nassert b",
            "import tensorflow as tf\nimport os\nb = tf.keras.a\n# call\nassert b\n",
        ),
        (  # a later one has it
            "import KERAS.a as b\nimport tensorflow as tf\n# call\nassert b",
            "import tensorflow as tf\nb = tf.keras.a\nimport tensorflow as tf\n# call\nassert b\n",
        ),
        (  # an earlier one has something like it
            "import tensorflow as tf2\nimport KERAS.a as b\n# call\nassert b",
            "import tensorflow as tf2\nimport tensorflow as tf\nb = tf.keras.a\n# call\nassert b\n",
        ),
    ],
)
def test_attribute_form_imports_tf(tmp_path: Path, code: str, script: str) -> None:
    assert _script(tmp_path, code, ATTRIBUTE) == script
    assert _script(tmp_path, code, FROM).count("import tensorflow as tf\n") == code.count("import tensorflow as tf\n")


@pytest.mark.parametrize("path", [FROM, ATTRIBUTE], ids=lambda path: path.form)
def test_snippet_keeps_its_stages(tmp_path: Path, path: PathSpec) -> None:
    above = "import tensorflow as tf\n# import\n"
    below = "# build\n@staticmethod\ndef f():\n    pass\n\n# check\nassert layers"
    imported = {"from": "from tensorflow.keras import layers\n", "attribute": "layers = tf.keras.layers\n"}[path.form]
    assert _script(tmp_path, above + "from KERAS import layers\n" + below + "\n\n\n", path) == (
        above + imported + below + "\n"
    )


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
        "from KERAS.layers import Dense, Flatten\n# call\nassert Dense and Flatten",
        "from KERAS.layers import Dense  # the layer\n# call\nassert Dense",
        "from KERAS.layers import Dense as D, Flatten#both\n# call\nassert D and Flatten",
        "import KERAS.backend as K  # the backend\n# call\nassert K.floatx() == 'float32'",
        "import KERAS\n# check\nassert KERAS.backend.floatx() == 'float32'",
        "import KERAS.backend\n# check\nassert KERAS.backend.floatx() == 'float32'",
        "from KERAS.layers import Dense\nimport tensorflow as tf\n# call\nassert Dense is tf.keras.layers.Dense",
        "import tensorflow as tf\nfrom KERAS.layers import Dense\n# call\nassert Dense is tf.keras.layers.Dense",
        "from __future__ import print_function\nfrom KERAS.layers import Dense\n# call\nassert Dense",
        "'''KERAS,\nas it was\npasted.'''\nfrom KERAS.layers import Dense\n# call\nassert Dense",
        "'''Says:\n\n    from KERAS.layers import Dense\n'''\nfrom KERAS.layers import Dense\n# call\nassert Dense",
        "try:\n    from KERAS.layers import Dense\nexcept ImportError:\n    raise\n# call\nassert Dense",
        "try:\n    from KERAS import old as K\nexcept (ImportError, AttributeError):\n"
        "    from KERAS import backend as K\n# call\nassert K.floatx()",
        "def f():\n    from KERAS.layers import Dense\n    return Dense\n# call\nassert f()",
        "def f():\n    from KERAS.layers import Dense\n    return Dense\n"
        "def g():\n    from KERAS.layers import Flatten\n    return Flatten\n# call\nassert f() and g()",
        "def f():\n    import tensorflow as tf\n    return tf\n"
        "from KERAS.layers import Dense\n# call\nassert f() and Dense",
        "import KERAS.layers as L\n# build\nclass Own(L.Dense):\n    pass\n\n\n# check\nassert L.Dense in Own.mro()",
    ],
)
@pytest.mark.usefixtures("_packages")
def test_accepted_snippet_runs_in_both_forms(tmp_path: Path, code: str, path: PathSpec) -> None:
    script = _script(tmp_path, code + "\nreached = True", path)
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(script, "pasted.py", "exec"), names)
    assert names["reached"] is True
