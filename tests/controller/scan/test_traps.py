"""What real code does that a scanner of lines gets wrong: each a small project, with its findings."""

from __future__ import annotations

import json

import pytest

from harness.controller.scan.formats import where
from tests.controller.scan.conftest import Scan


def notebook(*cells: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]})


# The files of a project, and `place severity verdict name` of each finding.
TRAPS: dict[str, tuple[dict[str, str], list[str]]] = {
    "plain import": (
        {"a.py": "from keras.layers.normalization import BatchNormalization"},
        ["a.py:1:40 error fails keras.layers.normalization.BatchNormalization"],
    ),
    "import that works everywhere": ({"a.py": "from keras.layers import Dense\nimport keras.layers as L\nL.Dense"}, []),
    "support that is not monotone": (
        {"a.py": "from keras.optimizers import Adam\nfrom tensorflow.keras import __version__"},
        ["a.py:1:30 error fails keras.optimizers.Adam", "a.py:2:30 error fails tensorflow.keras.__version__"],
    ),
    "two forms that differ": (
        {"a.py": "import tensorflow as tf\ntf.keras.saving.load\nfrom tensorflow.keras.saving import load"},
        ["a.py:2:1 error fails tensorflow.keras.saving.load", "a.py:3:37 error fails tensorflow.keras.saving.load"],
    ),
    "alias and re-assignment": (
        {"a.py": "import tensorflow as tf\nK = tf.keras.backend\nphase = K.learning_phase\nphase()"},
        ["a.py:3:9 error fails tensorflow.keras.backend.learning_phase"],
    ),
    "import in a comment or a text": ({"a.py": '# from keras.engine import topology\n"""import keras.engine.x"""'}, []),
    "a package of one's own called keras": (
        {"keras/__init__.py": "", "a.py": "from keras.engine import topology\nimport keras.nothing"},
        [],
    ),
    "a package of one's own inside another": (
        {"mine/__init__.py": "", "mine/keras.py": "", "mine/a.py": "from keras.engine import topology"},
        ["mine/a.py:1:26 error fails keras.engine.topology"],
    ),
    "engine of one's own": ({"engine.py": "", "a.py": "from engine import topology\nfrom .engine import x"}, []),
    "local alias tf_keras": ({"a.py": "from tensorflow import keras as tf_keras\ntf_keras.layers.Dense"}, []),
    "modules handed in as arguments": ({"a.py": "import keras\ndef f(keras):\n    return keras.nothing"}, []),
    "replaced in sys.modules": (
        {"a.py": "import sys\nimport tensorflow as tf\nsys.modules['keras'] = tf.keras\nfrom keras import gone"},
        [],
    ),
    "guarded with a branch that works": (
        {
            "a.py": """
            try:
                from keras.engine.functional import Functional
            except ImportError:
                try:
                    from keras.src.engine.functional import Functional
                except ImportError:
                    Functional = None
            """
        },
        [],
    ),
    "guarded with a branch that fails too": (
        {
            "a.py": """
            try:
                from keras.engine.functional import Functional
            except ImportError:
                from keras.src.engine.functional import Functional
            """
        },
        ["a.py:4:45 error fails keras.src.engine.functional.Functional"],
    ),
    "handler that raises again": (
        {
            "a.py": """
            try:
                from keras.utils import np_utils
            except ImportError:
                raise RuntimeError("too new")
            """
        },
        ["a.py:2:29 error fails keras.utils.np_utils"],
    ),
    "handler of another error": (
        {"a.py": "try:\n    from keras.utils import np_utils\nexcept KeyError:\n    pass"},
        ["a.py:2:29 error fails keras.utils.np_utils"],
    ),
    "handler of a missing module": (
        {
            "a.py": """
            try:
                from keras.utils.np_utils import to_categorical
            except ModuleNotFoundError:
                from keras.utils import to_categorical
            try:
                from keras.utils import np_utils
            except ModuleNotFoundError:
                np_utils = None
            """
        },
        ["a.py:6:29 error fails keras.utils.np_utils"],
    ),
    "fallback of a package that may be missing": (
        {"a.py": "try:\n    import torch\nexcept ModuleNotFoundError:\n    from keras.utils import np_utils"},
        ["a.py:4:29 error fails keras.utils.np_utils"],
    ),
    "suppressed": (
        {"a.py": "from contextlib import suppress\nwith suppress(ImportError):\n    from keras.utils import np_utils"},
        [],
    ),
    "what follows a failed import is not reached": (
        {
            "a.py": """
            try:
                from keras.utils import np_utils
                np_utils.nothing
            except ImportError:
                from keras.utils import to_categorical
            """
        },
        ["a.py:3:5 error never keras.utils.np_utils.nothing"],
    ),
    "chain of version ifs": (
        {
            "a.py": """
            import tensorflow as tf
            from packaging.version import Version
            _TF = Version(tf.__version__)
            if _TF < Version("2.5"):
                from keras.engine.topology import Layer
            elif _TF < Version("2.13"):
                from keras.engine.functional import Functional
            elif _TF >= Version("2.16"):
                from keras.engine.functional import Functional
            else:
                from keras.src.engine.functional import Functional
            """
        },
        [
            "a.py:5:39 warning private keras.engine.topology.Layer",
            "a.py:7:41 warning private keras.engine.functional.Functional",
            "a.py:9:41 error fails keras.engine.functional.Functional",
            "a.py:11:45 warning private keras.src.engine.functional.Functional",
        ],
    ),
    "versions compared as text": (
        {
            "a.py": """
            import tensorflow as tf
            if tf.__version__ < "2.5":
                from keras.layers.normalization import BatchNormalization
            """
        },
        ["a.py:3:44 error fails keras.layers.normalization.BatchNormalization"],
    ),
    "versions as numbers": (
        {
            "a.py": """
            import tensorflow
            major, minor = tensorflow.__version__.split(".")[:2]
            if tuple(map(int, tensorflow.__version__.split(".")[:2])) <= (2, 12):
                from keras.utils import np_utils
            if int(tensorflow.__version__.split(".")[1]) > 12:
                from keras.utils import np_utils
            """
        },
        ["a.py:6:29 error fails keras.utils.np_utils"],
    ),
    "hasattr": (
        {
            "a.py": """
            import tensorflow as tf
            if hasattr(tf.keras.layers, "Rescaling"):
                R = tf.keras.layers.Rescaling
            else:
                R = tf.keras.layers.experimental.Rescaling
            x = tf.keras.layers.Old if hasattr(tf.keras.layers, "Old") else None
            y = hasattr(tf.keras.layers, "Old") and tf.keras.layers.Old
            z = getattr(tf.keras.layers, "Old", None)
            """
        },
        [],
    ),
    "getattr without a default": (
        {"a.py": 'import tensorflow as tf\ngetattr(tf.keras.layers, "Old")'},
        ["a.py:2:1 error fails tensorflow.keras.layers.Old"],
    ),
    "only for type checkers": (
        {"a.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from keras.engine import topology"},
        [],
    ),
    "inside a function": (
        {"a.py": "def f():\n    from keras.utils import np_utils\n    return np_utils.to_categorical"},
        ["a.py:2:29 error fails keras.utils.np_utils"],
    ),
    "annotation that is evaluated": (
        {"a.py": "import keras\ndef f(x: keras.engine.functional.Functional): pass"},
        ["a.py:2:10 error fails keras.engine.functional.Functional"],
    ),
    "annotation that is not evaluated": (
        {"a.py": "from __future__ import annotations\nimport keras\nx: keras.engine.functional.Functional"},
        [],
    ),
    "annotations in functions": (
        {
            "a.py": """
            import keras
            class Bag:
                kept: keras.engine.functional.Functional
                def __init__(self):
                    self.models: list[keras.engine.functional.Functional] = []
                    one: keras.engine.functional.Functional = None
                    class Inner:
                        kept: keras.engine.functional.Functional
            """
        },
        [
            "a.py:3:11 error fails keras.engine.functional.Functional",
            "a.py:8:19 error fails keras.engine.functional.Functional",
        ],
    ),
    "a specification that is None": (
        {
            "a.py": """
            import importlib
            import tensorflow as tf
            if importlib.util.find_spec("keras.utils.np_utils") is not None:
                from keras.utils import np_utils
            if importlib.util.find_spec("keras.utils.np_utils") is None:
                from keras.utils import to_categorical
            else:
                from keras.utils import np_utils
            if getattr(tf.keras.layers, "Old", None) is not None:
                tf.keras.layers.Old
            if getattr(tf.keras.layers, "Old", None) is None:
                tf.keras.layers.Old
            """
        },
        ["a.py:12:5 error fails tensorflow.keras.layers.Old"],
    ),
    "a test that is skipped": (
        {
            "a.py": """
            import unittest
            import pytest
            from tensorflow import keras
            class Test(unittest.TestCase):
                def test_one(self):
                    if not hasattr(keras.layers, "Old"):
                        self.skipTest("no Old")
                    keras.layers.Old
            def test_two():
                if not hasattr(keras.layers, "Old"):
                    pytest.skip("no Old")
                keras.layers.Old
            def test_three(page):
                if not hasattr(keras.layers, "Old"):
                    page.skip("no Old")
                keras.layers.Old
            """
        },
        ["a.py:16:5 error fails tensorflow.keras.layers.Old"],
    ),
    "a condition on a version that cannot be read": (
        {
            "a.py": """
            import os
            import tensorflow as tf
            from mine import is_at_least, is_old
            if is_at_least(tf.__version__, "2.13"):
                from tensorflow.keras.layers import Dense
            else:
                from keras.utils import np_utils
            old = is_at_least("2.13", than=tf.__version__) if is_old(tf.__version__) else tf.keras.layers.Old
            if is_old(os.name):
                from keras.utils import np_utils
            """
        },
        ["a.py:10:29 error fails keras.utils.np_utils"],
    ),
    "importlib with a literal": (
        {"a.py": 'import importlib\nm = importlib.import_module("keras.utils.np_utils")\nm.to_categorical'},
        ["a.py:2:29 error fails keras.utils.np_utils"],
    ),
    "importlib with a package": (
        {"a.py": 'import importlib\nimportlib.import_module(".np_utils", "keras.utils")'},
        ["a.py:2:25 error fails keras.utils.np_utils"],
    ),
    "texts that are certain": (
        {
            "a.py": """
            from importlib import import_module
            import tensorflow as tf
            LAYER = "Old"
            MODULE = "keras" + ".utils"
            getattr(tf.keras.layers, LAYER)
            import_module(f"{MODULE}.np_utils")
            def f():
                return getattr(tf.keras.layers, LAYER)
            __import__("keras.utils.np_utils").utils.np_utils
            __import__("keras.utils", fromlist=["x"]).np_utils
            import_module("%s.utils.%s" % ("keras", "np_utils"))
            import_module("{}.np_utils".format(MODULE))
            import_module(name="keras.utils.np_utils")
            """
        },
        [
            "a.py:5:1 error fails tensorflow.keras.layers.Old",
            "a.py:6:15 error fails keras.utils.np_utils",
            "a.py:8:12 error fails tensorflow.keras.layers.Old",
            "a.py:9:12 error fails keras.utils.np_utils",
            "a.py:10:1 error fails keras.utils.np_utils",
            "a.py:11:15 error fails keras.utils.np_utils",
            "a.py:12:15 error fails keras.utils.np_utils",
            "a.py:13:1 error fails keras.utils.np_utils",
        ],
    ),
    "texts that are not certain": (
        {
            "a.py": """
            import sys
            from importlib import import_module
            import tensorflow as tf
            ONE = OTHER = MORE = name = "Old"
            if sys.argv:
                ONE = "Dense"
            OTHER += "er"
            def f(LAYER):
                global MORE
                MORE = "Dense"
                getattr(tf.keras.layers, LAYER)
                getattr(tf.keras.layers, MORE)
            getattr(tf.keras.layers, ONE)
            getattr(tf.keras.layers, OTHER)
            [getattr(tf.keras.layers, name) for name in ("Dense",)]
            import_module(f"keras.{ONE}")
            import_module(".np_utils", __package__)
            import_module("...np_utils", "keras")
            import_module("keras.%10s" % "np_utils")
            import_module("%s.%s" % "keras")
            import_module("{0}.np_utils".format(ONE))
            """
        },
        [],
    ),
    "names in texts that nothing looks up": (
        {
            "a.py": """
            import tensorflow as tf
            from mine import deserialize, load_model
            load_model("x.h5", custom_objects={"Old": tf.keras.layers.Old, "keras.utils.np_utils": None})
            deserialize({"class_name": "Old", "config": {"module": "keras.utils.np_utils"}})
            """
        },
        ["a.py:3:43 error fails tensorflow.keras.layers.Old"],
    ),
    "texts that a function looks up": (
        {
            "a.py": """
            import tensorflow as tf
            from keras import optimizers
            NAME = "adamw"
            optimizers.get(NAME)
            tf.keras.Sequential().compile(NAME, "mse")
            model = tf.keras.Sequential()
            model.compile(optimizer="adamw")
            try:
                optimizers.get("adamw")
            except ValueError:
                optimizers.get("adam")
            """,
            "b.py": """
            from keras import layers
            layers.deserialize({"class_name": "Dense", "config": {"units": 3}})
            """,
        },
        [
            "a.py:4:16 error fails keras.optimizers.get('adamw')",
            "a.py:5:31 error fails tensorflow.keras.Sequential.compile(optimizer='adamw')",
            "a.py:7:25 error fails tensorflow.keras.Sequential.compile(optimizer='adamw')",
            "b.py:2:35 error fails keras.layers.deserialize('Dense')",
        ],
    ),
    "texts of which nothing was measured": (
        {
            "a.py": """
            import sys
            import tensorflow as tf
            from keras import optimizers
            from mine import get, model
            optimizers.get("lion")
            optimizers.get(sys.argv[1])
            optimizers.get({"class_name": "adamw", "config": {}})
            optimizers.get(identifier="adamw")
            tf.keras.Sequential().compile(loss="adamw")
            get("adamw")
            model.compile(optimizer="adamw")
            """,
            "b.py": """
            from keras import layers
            layers.deserialize({"class_name": "Dense", "config": {}, "module": "keras.layers"})
            layers.deserialize({"class_name": "Old", "config": {}})
            """,
        },
        [],
    ),
    "texts to which the code gives a meaning": (
        {
            "a.py": """
            from keras import optimizers, utils
            from mine import AdamW, custom_objects
            custom_objects["adamw"] = AdamW
            optimizers.get("adamw")
            """
        },
        [],
    ),
    "names that a test patches": (
        {
            "a.py": """
            from unittest import mock
            from unittest.mock import patch
            import tensorflow as tf
            @patch("keras.utils.np_utils.to_categorical")
            def test_it(mocked, patch=patch): pass
            mock.patch("keras.layers.Dense")
            mock.patch("keras.layers.Mine", create=True)
            patch.object(tf.keras.layers, "Old")
            patch.object(mock, "Old")
            def helper(patch):
                patch("keras.utils.np_utils.to_categorical")
            """
        },
        [
            "a.py:4:8 error fails keras.utils.np_utils.to_categorical",
            "a.py:8:1 error fails tensorflow.keras.layers.Old",
        ],
    ),
    "a chain behind a call": (
        {
            "a.py": """
            import tensorflow as tf
            tf.keras.layers.Old(tf.keras.layers.Dense).weights
            tf.keras.Sequential([tf.keras.layers.Old]).predict_classes
            """
        },
        [
            "a.py:2:1 error fails tensorflow.keras.layers.Old",
            "a.py:3:1 error fails tensorflow.keras.Sequential.predict_classes",
            "a.py:3:22 error fails tensorflow.keras.layers.Old",
        ],
    ),
    "a loop's own name": (
        {"a.py": "import keras\n[keras.nothing for keras in [1]]\n{keras: keras.nothing for keras in [1]}"},
        [],
    ),
    "star import": (
        {"a.py": "from tensorflow.keras.layers import *\nOld(2)\nDense(3)\nlen([])"},
        ["a.py:2:1 error fails tensorflow.keras.layers.Old"],
    ),
    "star imports of which one works, or either": (
        {
            "a.py": """
            import sys
            try:
                from keras.optimizers import *
            except ImportError:
                from keras.engine import *
            if sys.argv:
                from keras import *
            else:
                from tensorflow.keras import *
            Adam(lr=1)
            layers.Old
            Sequential().predict_classes
            """
        },
        [
            "a.py:10:1 error fails keras.optimizers.Adam",
            "a.py:10:6 error fails keras.optimizers.Adam(lr=)",
            "a.py:11:1 error never keras.layers.Old",
            "a.py:11:1 error fails tensorflow.keras.layers.Old",
            "a.py:12:1 error fails tensorflow.keras.Sequential.predict_classes",
        ],
    ),
    "a name that another star import may give": (
        {
            "a.py": "from tensorflow.keras.layers import *\nfrom mine import *\nOld(2)",
            "b.py": "from .mine import *\nfrom tensorflow.keras.layers import *\nOld(2)",
            "c.py": "from tensorflow.keras.layers import *\ndef f(Old): Old(2)\ndef Old(): pass\nOld()",
        },
        [],
    ),
    "a module that an import of the one around it does not load": (
        {"a.py": "import keras.utils\nkeras.utils.np_utils\nfrom keras.utils import *\nnp_utils"},
        ["a.py:2:1 error fails keras.utils.np_utils", "a.py:4:1 error fails keras.utils.np_utils"],
    ),
    "a submodule that another import loads": (
        {"a.py": "import tensorflow as tf\nimport tensorflow.python.keras.layers\ntf.python.keras.layers.Dense"},
        [
            "a.py:2:8 warning private tensorflow.python.keras.layers",
            "a.py:3:1 warning private tensorflow.python.keras.layers.Dense",
        ],
    ),
    "a submodule that nothing loads": (
        {
            "a.py": """
            from keras import layers, utils
            layers.normalization.BatchNormalization
            utils.np_utils
            """
        },
        [
            "a.py:2:1 error fails keras.layers.normalization.BatchNormalization",
            "a.py:3:1 error fails keras.utils.np_utils",
        ],
    ),
    "names of two paths": (
        {"a.py": "from keras.layers import Dense\nfrom tensorflow.keras import Sequential\nSequential([Dense(1)])"},
        ["a.py:2:30 warning mixed tensorflow.keras.Sequential"],
    ),
    "names of one path, and of two with no case": (
        {
            "a.py": """
            from keras.layers import Dense
            from keras import utils
            from tensorflow.keras.layers import Rescaling
            """
        },
        ["a.py:3:37 error fails tensorflow.keras.layers.Rescaling"],
    ),
    "an argument that a signature hides": (
        {"a.py": "from keras.optimizers import Adam as A\nA(lr=1)\nA(decay=1)\nA(clipnorm=1)"},
        [
            "a.py:1:30 error fails keras.optimizers.Adam",
            "a.py:2:3 error fails keras.optimizers.Adam(lr=)",
            "a.py:3:3 note unknown keras.optimizers.Adam(decay=)",
        ],
    ),
    "an argument that no release names, as a wrapper may translate it": (
        {"a.py": "import tensorflow as tf\ntf.keras.Sequential().fit(1, nb_epoch=2)"},
        [],
    ),
    "keyword arguments": (
        {"a.py": "from tensorflow.keras.layers import Dense\nDense(3, lora_rank=4, activation='relu')"},
        ["a.py:2:10 error fails tensorflow.keras.layers.Dense(lora_rank=)"],
    ),
    "a call of an object": (
        {"a.py": "from keras.layers import Dense\nlayer = Dense(3)\nlayer(1, training=True)(2).predict_classes"},
        [],
    ),
    "methods of a model": (
        {
            "a.py": """
            import tensorflow as tf
            m = tf.keras.Sequential()
            m.fit(1, workers=2)
            m.predict_classes(1)
            m.compile()
            """
        },
        [
            "a.py:3:10 error fails tensorflow.keras.Sequential.fit(workers=)",
            "a.py:4:1 error fails tensorflow.keras.Sequential.predict_classes",
        ],
    ),
    "a name that no release has": (
        {"a.py": "from keras.layers import Dens"},
        ["a.py:1:26 error never keras.layers.Dens"],
    ),
    "a module whose names were not listed": (
        {"a.py": "from keras.layers import tensor\ntensor.add"},
        ["a.py:2:1 note unknown keras.layers.tensor.add"],
    ),
    "a package that some releases do not have": ({"a.py": "from tf_keras.layers import Dense"}, []),
    "Python 2 in a notebook's cell": (
        {
            "a.ipynb": json.dumps(
                {
                    "cells": [
                        {"cell_type": "markdown", "source": "from keras.utils import np_utils"},
                        {
                            "cell_type": "code",
                            "source": ["%matplotlib inline\n", "!pip install keras\n", "import keras"],
                        },
                        {"cell_type": "code", "source": ["print 1"]},
                        {"cell_type": "code", "source": ["%%time\n", "keras.utils.np_utils.to_categorical"]},
                        {"cell_type": "code", "source": ["%%bash\n", "from keras.utils import np_utils"]},
                    ]
                }
            )
        },
        ["a.ipynb:cell 4:2:1 error fails keras.utils.np_utils.to_categorical"],
    ),
    "lines of IPython": (
        {
            "a.ipynb": notebook(
                "!ls \\\n  -la\nfrom keras.utils import np_utils",
                "x = (5\n  % 2)\nfrom keras.utils import np_utils",
                "%cd mine\nfrom keras.utils import np_utils  # really?",
                "keras.layers?\n,mine a b\nfiles = !ls\nfrom keras.utils import np_utils",
                "for one in [1]:\n    %timeit one\n    from keras.utils import np_utils",
                "raise ValueError",
                "from keras.utils import np_utils",
                "\n%%writefile a.py\nfrom keras.utils import np_utils",
            ),
            "b.ipynb": json.dumps(
                {
                    "cells": [{"cell_type": "code", "source": "from keras.utils import np_utils"}],
                    "metadata": {"language_info": {"name": "R"}},
                }
            ),
        },
        [
            f"a.ipynb:cell {cell}:{place} error fails keras.utils.np_utils"
            for cell, place in [(1, "3:25"), (2, "3:25"), (3, "2:25"), (4, "4:25"), (5, "3:29"), (7, "1:25")]
        ],
    ),
    "comments that ignore, beside others": (
        {
            "a.py": """
            from keras.utils import np_utils  # noqa: F401  # harness: ignore[fails]
            from keras.utils import np_utils  #harness:ignore
            from keras.utils import np_utils  # noqa: F401
            """
        },
        ["a.py:3:25 error fails keras.utils.np_utils"],
    ),
}


@pytest.mark.parametrize("name", TRAPS)
def test_trap_gives_its_findings_alone(scan_files: Scan, name: str) -> None:
    files, expected = TRAPS[name]
    report = scan_files(files)
    found = [f"{where(item)} {item.severity.value} {item.verdict.value} {item.name}" for item in report.findings]
    assert found == expected
    assert report.unreadable == {}
