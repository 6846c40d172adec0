"""Code that branches: what a name may stand for behind it, and which conditions and handlers divide the releases."""

from __future__ import annotations

import pytest

from tests.controller.scan.conftest import Scan, findings_in

_OLD, _NP_UTILS = "error fails tensorflow.keras.layers.Old", "error fails keras.utils.np_utils"

# Code, and `place severity verdict name` of each finding.
BRANCHES: dict[str, tuple[str, list[str]]] = {
    "both sides of a condition bind a name": (
        """
        import sys
        if sys.argv:
            import keras
        else:
            from tensorflow import keras
        keras.layers.Old
        keras.layers.Dense
        """,
        ["6:1 error never keras.layers.Old", f"6:1 {_OLD}"],
    ),
    "one side binds it again": (
        """
        import sys
        from tensorflow import keras
        if sys.argv:
            import keras
            keras.layers.Old
        keras.layers.Old
        """,
        ["5:5 error never keras.layers.Old", "6:1 error never keras.layers.Old", f"6:1 {_OLD}"],
    ),
    "a side that ends is not behind the condition": (
        """
        import sys
        from tensorflow.keras import layers
        def f():
            found = layers
            if sys.argv:
                found = None
                return found
            if sys.platform:
                import keras as found
                raise ValueError(found)
            return found.Old
        """,
        [f"11:12 {_OLD}"],
    ),
    "values of a condition and of `or`": (
        """
        import sys
        import keras
        import tensorflow as tf
        layers = keras.layers if sys.argv else tf.keras.layers
        layers.Old
        mine = sys.argv or tf.keras.layers
        mine.Old
        (sys.argv and tf.keras.layers).Old
        """,
        [
            "5:1 error never keras.layers.Old",
            f"5:1 {_OLD}",
            f"7:1 {_OLD}",
            f"8:1 {_OLD}",
        ],
    ),
    "a loop that is left, or never begun": (
        """
        import sys
        import keras
        import tensorflow as tf
        for name in sys.argv:
            if name:
                layers = tf.keras.layers
                break
            if sys.platform:
                layers = keras.layers
                continue
            layers = None
        else:
            sys.layers = layers
        layers.Old
        while sys.argv:
            more = tf.keras.layers
        more.Old
        """,
        ["14:1 error never keras.layers.Old", f"14:1 {_OLD}", f"17:1 {_OLD}"],
    ),
    "cases of a match": (
        """
        import sys
        import keras
        import tensorflow as tf
        match sys.argv:
            case [one]:
                layers = keras.layers
            case _ if sys.platform:
                layers = tf.keras.layers
        layers.Old
        match tf.__version__.split(".")[1]:
            case "4" | "5":
                from keras.utils import np_utils
            case "12":
                from keras.utils import np_utils
            case minor:
                from keras.utils import to_categorical, np_utils
        """,
        ["9:1 error never keras.layers.Old", f"9:1 {_OLD}", f"16:49 {_NP_UTILS}"],
    ),
    "what a handler binds": (
        """
        import tensorflow as tf
        try:
            import torch
            layers = None
        except ImportError:
            layers = tf.keras.layers
        layers.Old
        try:
            from keras.utils import np_utils
        except ImportError:
            np_utils = None
        np_utils.to_categorical
        try:
            from mine import keras
        except ImportError:
            from tensorflow import keras
        keras.layers.Old
        """,
        [f"7:1 {_OLD}", f"17:1 {_OLD}"],
    ),
    "handlers, each of its own errors": (
        """
        import sys
        import tensorflow as tf
        try:
            from keras.utils import np_utils
        except ImportError:
            np_utils = None
        except ValueError:
            raise
        try:
            tf.keras.layers.Old
        except ImportError:
            pass
        except KeyError:
            from keras.utils import np_utils
        MISSING = (ImportError, AttributeError)
        try:
            tf.keras.layers.Old
        except MISSING:
            pass
        try:
            sys.mine()
        except Exception:
            tf.keras.layers.Old
        try:
            import json
            from keras.utils import np_utils
        except ImportError:
            from keras.layers import Dense
        """,
        [f"10:5 {_OLD}", f"14:29 {_NP_UTILS}", f"23:5 {_OLD}"],
    ),
    "handlers that leave": (
        """
        import sys
        import pytest
        def f():
            try:
                from keras.utils import np_utils
            except ImportError:
                return None
        for name in sys.argv:
            try:
                from keras.utils import np_utils
            except ImportError:
                continue
        try:
            from keras.utils import np_utils
        except ImportError:
            if sys.argv:
                raise
        def g():
            try:
                from keras.utils import np_utils
            except ImportError:
                pytest.skip("too new")
        def h():
            try:
                from keras.utils import np_utils
            except ImportError:
                sys.exit("too new")
        """,
        [f"25:33 {_NP_UTILS}"],
    ),
    "errors that are raised to be handled": (
        """
        import tensorflow as tf
        from packaging.version import parse
        try:
            if parse(tf.__version__) >= parse("2.13"):
                raise ImportError("too new")
            from keras.utils import np_utils
        except ImportError:
            tf.keras.layers.Old
        try:
            assert parse(tf.__version__) < parse("2.13")
            from keras.utils import np_utils
        except AssertionError:
            pass
        assert parse(tf.__version__) < parse("2.13"), "too new"
        from keras.utils import np_utils
        """,
        [f"8:5 {_OLD}"],
    ),
    "what is done at last": (
        """
        import tensorflow as tf
        def f():
            try:
                return tf.version()
            finally:
                tf.keras.layers.Old
        """,
        [f"6:9 {_OLD}"],
    ),
    "flags that depend on the release": (
        """
        import tensorflow as tf
        from packaging.version import Version
        if Version(tf.__version__) < Version("2.13"):
            IS_OLD = True
        else:
            IS_OLD = False
        try:
            from keras.engine import functional
            HAS_ENGINE = True
        except ImportError:
            HAS_ENGINE, functional = False, None
        if IS_OLD:
            from keras.utils import np_utils
        def f():
            if HAS_ENGINE:
                return functional.Functional
            if functional:
                from keras.engine.functional import Functional
        major, minor = map(int, tf.__version__.split(".")[:2])
        if (major, minor) < (2, 13):
            from keras.utils import np_utils
        first, second, *rest = tf.__version__.split(".")
        if int(second) < 13:
            from keras.utils import np_utils
        if major:
            tf.keras.layers.Old
        """,
        [f"26:5 {_OLD}"],
    ),
    "flags that are not certain": (
        """
        import sys
        import tensorflow as tf
        found = []
        is_known = False
        for name in sys.argv:
            found.append(name)
            if is_known:
                tf.keras.layers.Old
            is_known = True
        if found:
            tf.keras.layers.Old
        if sys.argv:
            is_old = False
        else:
            is_old = True
        if is_old:
            tf.keras.layers.Old
        """,
        [f"8:9 {_OLD}", f"11:5 {_OLD}", f"17:5 {_OLD}"],
    ),
    "functions of one's own that tell the version": (
        """
        import tensorflow as tf
        def major():
            return int(tf.__version__.split(".")[0])
        def is_before(limit="2.13"):
            \"\"\"Whether this is old.\"\"\"
            from packaging.version import parse
            import tensorflow
            here = parse(tensorflow.__version__)
            if here < parse(limit):
                return True
            return False
        def is_odd():
            for part in tf.__version__.split("."):
                if part == "13":
                    return True
        if is_before():
            from keras.utils import np_utils
        if not is_before(limit="2.16"):
            from keras.utils import np_utils
        if major() < 2 or major() > 2:
            tf.keras.layers.Old
        if is_odd():
            def later():
                tf.keras.layers.Old
        is_odd() and tf.keras.layers.Old
        if tf.keras.__version__ < "2.13":
            from keras.utils import np_utils
        """,
        [f"19:29 {_NP_UTILS}"],
    ),
    "a module that a function imports for the others": (
        """
        keras = layers = None
        def use():
            keras.layers.Old
            layers.Old
        def load():
            global keras, layers
            if keras is None:
                import keras
                from tensorflow.keras import layers
        """,
        ["3:5 error never keras.layers.Old", f"4:5 {_OLD}"],
    ),
    "attributes that the code makes": (
        """
        import tensorflow as tf
        tf.keras.layers.Old = tf.keras.layers.Dense
        tf.keras.layers.Old(3)
        setattr(tf.keras, "more", 1)
        tf.keras.more
        tf.keras.backend.learning_phase
        """,
        ["6:1 error fails tensorflow.keras.backend.learning_phase"],
    ),
    "arguments that are given by another call, or in a dictionary": (
        """
        from functools import partial
        from tensorflow.keras.layers import Dense
        make = partial(Dense, lora_rank=4)
        make(3, lora_rank=4)
        KEPT = {"lora_rank": 4}
        TAKEN = dict(lora_rank=4)
        TAKEN.pop("lora_rank")
        Dense(3, **KEPT)
        Dense(3, **TAKEN)
        Dense(3, **{"lora_rank": 4})
        """,
        [
            "3:23 error fails tensorflow.keras.layers.Dense(lora_rank=)",
            "4:9 error fails tensorflow.keras.layers.Dense(lora_rank=)",
            "8:10 error fails tensorflow.keras.layers.Dense(lora_rank=)",
            "10:10 error fails tensorflow.keras.layers.Dense(lora_rank=)",
        ],
    ),
}


@pytest.mark.parametrize("name", BRANCHES)
def test_a_use_is_one_of_each_thing_that_its_name_may_be(scan_files: Scan, name: str) -> None:
    code, expected = BRANCHES[name]
    assert findings_in(scan_files, code) == expected
