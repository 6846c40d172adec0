"""What a script's text tells of what it does before its imports."""

from __future__ import annotations

import ast
import textwrap

import pytest

from harness.runner.import_order import acts_before_imports, imports_first

WARM = {"tensorflow", "keras", "tf_keras"}

ONLY_IMPORTS = [
    "import keras",
    "import os\nimport numpy as np\nfrom keras.layers import Dense\nos.environ['A'] = 'b'",
    "'What it is.'\nimport keras",
    "import tensorflow as tf\nDense = tf.keras.layers.Dense",
    "import sys\nif sys.version_info > (3, 8):\n    import keras\nelse:\n    import tf_keras",
    "try:\n    from keras.a import b\nexcept ImportError:\n    from keras.c import b",
    "import keras.layers\nkeras.clear()\nimport keras",
    "import keras.layers\nkeras.clear()\nimport keras.layers",
    "import importlib\nkeras = importlib.import_module('keras')",
    "import os\nos.environ['A'] = 'b'\nimport json",
    "from __future__ import annotations\nfrom . import keras\n",
    "import tensorflow as tf\nDense = tf.keras.layers.Dense\nfrom tensorflow.core import summary",
    "error = None\ntry:\n    import keras\nexcept ImportError as raised:\n    error = raised",
]
ACTS_FIRST = [
    "import os\nos.environ['A'] = 'b'\nimport keras",
    "import os\ntry:\n    os.environ['A'] = 'b'\n    import keras\nfinally:\n    pass",
    "import importlib, os\nos.environ['A'] = 'b'\nkeras = importlib.import_module('keras')",
    "import importlib, os\nos.environ['A'] = 'b'\nkeras = importlib.import_module('ke' + 'ras')",
    "import os\nos.environ['A'] = 'b'\nkeras = __import__('keras')",
    "import os\nimport tensorflow as tf\nos.environ['A'] = 'b'\nfrom tensorflow.keras.layers import Dense",
    "import os\nimport tensorflow as tf\nos.environ['A'] = 'b'\nfrom tensorflow import keras",
    "import os\nimport tensorflow as tf\nos.environ['A'] = 'b'\nimport keras",
    "import os\nif os.environ.setdefault('A', 'b'):\n    import keras",
    "import os\nwith open('a', 'w') as file:\n    import keras",
    "import keras\nkeras.clear()\nimport keras.layers",
    "def load():\n    import keras\n    return keras",
    "class A:\n    import keras",
    "import tensorflow as tf\ntf.keras = None\nimport keras",
    "import tensorflow as tf\nlayers = tf.keras.layers.load()\nimport keras",
    "import sys\nsys.path.append('.')\nfor name in 'ab':\n    import keras",
]


@pytest.mark.parametrize("text", ONLY_IMPORTS)
def test_imports_that_come_first(text: str) -> None:
    assert not acts_before_imports(ast.parse(text), WARM)


@pytest.mark.parametrize("text", ACTS_FIRST)
def test_what_is_done_before_an_import(text: str) -> None:
    assert acts_before_imports(ast.parse(text), WARM)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("import keras", True),
        ("import keras.layers as layers", True),
        ("from keras import layers", True),
        ("from keras.layers import Dense", True),
        ("import numpy as np\nfrom keras.layers import Dense", True),
        ("import numpy, keras", True),
        ("import other\nimport keras", False),
        ("from other import name\nimport keras", False),
        ("import numpy", False),
        ("import keras_tuner", False),
        ("x = 1\nimport keras", False),
        ("try:\n    import keras\nexcept ImportError:\n    keras = None", False),
        ("if True:\n    import keras", False),
        ("", False),
    ],
)
def test_import_of_path_before_others_is_recognised(text: str, first: bool) -> None:
    assert imports_first(ast.parse(textwrap.dedent(text)), "keras", {"numpy"}) is first
