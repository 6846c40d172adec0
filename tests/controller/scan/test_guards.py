"""What keeps code from running in some releases, in the spellings of real code."""

from __future__ import annotations

import json

import pytest

from harness.controller.scan.formats import where
from tests.controller.scan.conftest import Scan, findings_in

_OLD, _NP_UTILS = "error fails tensorflow.keras.layers.Old", "error fails keras.utils.np_utils"

# Code, and `place severity verdict name` of each finding.
GUARDS: dict[str, tuple[str, list[str]]] = {
    "versions of installed distributions": (
        """
        import importlib.metadata
        from importlib.metadata import version
        import pkg_resources
        from packaging.version import parse
        from packaging.specifiers import SpecifierSet
        if parse(version("tensorflow-cpu")) < parse("2.13"):
            from keras.utils import np_utils
        if pkg_resources.get_distribution("tensorflow").version < "2.13":
            from keras.utils import np_utils
        if importlib.metadata.version("tensorflow") in SpecifierSet("<2.13"):
            from keras.utils import np_utils
        if importlib.metadata.version("numpy") in SpecifierSet("<2"):
            from keras.utils import np_utils
        if parse(version("tensorflow")) < parse("2.14"):
            from keras.utils import np_utils
        """,
        [f"13:29 {_NP_UTILS}", f"15:29 {_NP_UTILS}"],
    ),
    "names in what a module lists": (
        """
        import tensorflow as tf
        if "Old" in dir(tf.keras.layers):
            tf.keras.layers.Old
        if "Old" not in vars(tf.keras.layers):
            tf.keras.layers.Old
        """,
        [f"5:5 {_OLD}"],
    ),
    "values that a condition keeps": (
        """
        import tensorflow as tf
        if (old := getattr(tf.keras.layers, "Old", None)) is not None:
            tf.keras.layers.Old
        if (layers := getattr(tf.keras, "layers", None)) is not None:
            layers.Old
        """,
        [f"5:5 {_OLD}"],
    ),
    "versions of Python": (
        """
        import sys
        import six
        import tensorflow as tf
        if sys.version_info[0] == 2 or six.PY2:
            tf.keras.layers.Old
        if sys.version_info < (3,):
            tf.keras.layers.Old
        elif sys.version_info.major >= 3:
            tf.keras.layers.Old
        if sys.version_info >= (3, 9):
            tf.keras.layers.Old
        if not six.PY3:
            tf.keras.layers.Old
        """,
        [f"9:5 {_OLD}", f"11:5 {_OLD}"],
    ),
    "a loop that only `break` leaves": (
        """
        import tensorflow as tf
        def f():
            while True:
                if not hasattr(tf.keras.layers, "Old"):
                    return None
                if input():
                    break
            return tf.keras.layers.Old
        def g():
            while input():
                if not hasattr(tf.keras.layers, "Old"):
                    return None
            return tf.keras.layers.Old
        """,
        [f"13:12 {_OLD}"],
    ),
    "errors that are suppressed under other names": (
        """
        import contextlib
        from contextlib import ExitStack, suppress as quiet
        import tensorflow as tf
        with quiet(AttributeError):
            tf.keras.layers.Old
        with ExitStack() as stack:
            stack.enter_context(contextlib.suppress(AttributeError))
            tf.keras.layers.Old
        with ExitStack() as stack:
            stack.enter_context(contextlib.suppress(KeyError))
            tf.keras.layers.Old
        """,
        [f"11:5 {_OLD}"],
    ),
    "errors that a test expects": (
        """
        import unittest
        import tensorflow as tf
        class Test(unittest.TestCase):
            def test(self):
                with self.assertRaises(AttributeError):
                    tf.keras.layers.Old
                with self.assertRaisesRegex(AttributeError, "Old"):
                    tf.keras.layers.Old
                with self.assertRaises(ValueError):
                    tf.keras.layers.Old
        """,
        [f"10:13 {_OLD}"],
    ),
    "names that are deleted": (
        """
        from tensorflow import keras
        del keras
        keras = object()
        keras.layers.Old
        f = lambda layer=tf.keras.layers.Old: layer
        import tensorflow as tf
        g = lambda *, layer=tf.keras.layers.Old: layer
        del tf
        tf.keras.layers.Old
        """,
        [f"7:21 {_OLD}"],
    ),
    "packages that the code puts others in the place of": (
        """
        import sys
        import other
        sys.modules.update({"keras": other})
        from keras.utils import np_utils
        """,
        [],
    ),
    "a package that the code puts another in the place of, if it is not there": (
        """
        import sys
        import other
        sys.modules.setdefault("keras", other)
        from keras.utils import np_utils
        """,
        [],
    ),
    "parts of a version that a match looks at": (
        """
        import tensorflow as tf
        match tf.__version__.split("."):
            case [_, "4" | "5", *_]:
                tf.keras.layers.Old
            case [_, "16", _]:
                tf.keras.layers.Old
            case [*_, "1"]:
                tf.keras.layers.Old
        match input().split():
            case [*_, "1"]:
                tf.keras.layers.Old
        """,
        [f"6:9 {_OLD}", f"11:9 {_OLD}"],
    ),
    "tests that marks skip": (
        """
        import unittest
        import pytest
        import tensorflow as tf
        has_old = pytest.mark.skipif(not hasattr(tf.keras.layers, "Old"), reason="gone")
        @has_old
        def test_named():
            tf.keras.layers.Old
        @pytest.mark.skipif(tf.__version__ >= "2.16", reason="gone")
        def test_version():
            tf.keras.layers.Old
        @pytest.mark.skipif("tf.__version__ >= '2.16'", reason="gone")
        def test_text():
            tf.keras.layers.Old
        @unittest.skipUnless(hasattr(tf.keras.layers, "Old"), "gone")
        class TestClass(unittest.TestCase):
            tf.keras.layers.Old
            @unittest.skipIf(condition, "never")
            def test_one(self):
                tf.keras.layers.Old
        @unittest.skip("broken")
        def test_never():
            tf.keras.layers.Old
        @pytest.mark.skipif(tf.__version__ < "2.16", reason="new")
        def test_other_side():
            tf.keras.layers.Old
        """,
        [f"16:5 {_OLD}", f"25:5 {_OLD}"],
    ),
    "a file of tests that a mark skips": (
        """
        import pytest
        import tensorflow as tf
        pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(tf.keras.layers, "Old"), reason="gone")]
        def test_one():
            tf.keras.layers.Old
        tf.keras.layers.Old
        """,
        [f"6:1 {_OLD}"],
    ),
    "what a file of tests cannot do without": (
        """
        import pytest
        import tensorflow as tf
        pytest.importorskip("torch", minversion="2")
        tf.keras.layers.Old
        np_utils = pytest.importorskip("keras.utils.np_utils")
        np_utils.to_categorical
        tf.keras.layers.Old
        """,
        [f"4:1 {_OLD}"],
    ),
    "a version that a file of tests cannot do without": (
        """
        import pytest
        pytest.importorskip("tensorflow", minversion="2.13")
        from tensorflow.keras.layers import Old
        """,
        [],
    ),
}


@pytest.mark.parametrize("name", GUARDS)
def test_a_guard_divides_the_releases(scan_files: Scan, name: str) -> None:
    code, expected = GUARDS[name]
    assert findings_in(scan_files, code) == expected


def test_what_ipython_times_is_run(scan_files: Scan) -> None:
    cell = "import tensorflow as tf\n%time a = tf.keras.layers.Old\n%timeit -n 3 tf.keras.layers.Old\n%time for"
    report = scan_files({"a.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": cell}]})})
    assert [f"{where(item)} {item.name}" for item in report.findings] == [
        "a.ipynb:cell 1:2:11 tensorflow.keras.layers.Old"
    ]
