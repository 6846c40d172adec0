"""What becomes of tried code as a case: each with the keys that are written, or the sentence that says why not."""

from __future__ import annotations

import inspect

import pytest

from harness.controller.api.lookup import Api
from harness.controller.api.stored import StoredDocuments
from harness.controller.audit.tried_case import case_body
from harness.controller.commands.case_files import NewCase
from harness.controller.errors import UsageError
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from tests.support.languages import LANGUAGE
from tests.support.measured_names import write_measured_names

# The code, and that of the snippet.
SNIPPETS = {
    "imports of names": (
        """
        import numpy as np
        from keras.layers import (Dense as D,
                                  Old)
        x = D(2)(np.ones((1, 2)))
        # shown
        assert x.shape == (1, 2)
        """,
        """
        import numpy as np
        from KERAS.layers import Dense as D, Old

        # call
        x = D(2)(np.ones((1, 2)))
        # shown

        # check
        assert x.shape == (1, 2)
        """,
    ),
    "one line": (
        "from tensorflow.keras import backend; assert backend.epsilon() < 1",
        """
        from KERAS import backend

        # check
        assert backend.epsilon() < 1
        """,
    ),
    "the path from the package around it": (
        "from tensorflow import keras, constant\nassert keras.layers.Dense",
        """
        import KERAS as keras
        from tensorflow import constant

        # check
        assert keras.layers.Dense
        """,
    ),
    "attributes of an alias": (
        """
        import tensorflow as tf
        @tf.function
        def f():
            return tf.keras.layers.Dense(2)
        assert f() is not tf.keras
        """,
        """
        import tensorflow as tf
        import KERAS

        # call
        @tf.function
        def f():
            return KERAS.layers.Dense(2)

        # check
        assert f() is not KERAS
        """,
    ),
    "modules by their own names": (
        "import keras.backend as K, os\nimport keras\nassert K is keras.backend",
        """
        import KERAS.backend as K
        import os
        import KERAS

        # check
        assert K is KERAS.backend
        """,
    ),
    "stages of its own": (
        "from keras import layers\n# build\nd = layers.Dense(1)\nassert d",
        """
        from KERAS import layers
        # build
        d = layers.Dense(1)
        assert d
        """,
    ),
}
REFUSED = {
    "x(": "not Python: '(' was never closed",
    "import os": "the code uses no import path of matrix.yaml",
    "import keras, tensorflow.keras": "the code uses keras and tensorflow.keras: say with -p which",
}
NO_SYMBOLS = {
    "from keras.layers import Dense; Dense(2)": "a case of kind symbol imports one name",
    "from keras.layers import Dense; Dense(units=print())": "a case of kind symbol imports one name",
    "from keras.layers import Dense, Old": "a case of kind symbol imports one name",
    "from keras.layers import Dense; x = Dense(units=2)": "a case of kind symbol imports one name",
    "import keras": "a case of kind symbol imports one name",
    "from keras.layers import Nothing": "what to expect of keras.layers.Nothing is not known, as it was not measured",
    "from tensorflow.keras import __version__": "as it is measured as value: save this as a snippet",
}


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return write_measured_names(tmp_path_factory.mktemp("tried") / "project")


def body_of(measured: Layout, code: str, kind: str, path: str | None = None) -> str:
    """The keys of a case that has no fault."""
    matrix, api = load_matrix(measured.root), Api(StoredDocuments(measured.results))
    body = case_body(inspect.cleandoc(code) + "\n", kind, matrix, api, path)
    NewCase(kind, "some-case", body).check(measured.root, LANGUAGE)
    return body


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_placeholder_stands_for_the_path(measured: Layout, name: str) -> None:
    given, expected = SNIPPETS[name]
    body = body_of(measured, given, "snippet")
    assert inspect.cleandoc(body.removeprefix("code: |\n")) == inspect.cleandoc(expected)


def test_a_symbol_expects_what_was_measured(measured: Layout) -> None:
    one = body_of(measured, "from keras.optimizers import Adam; Adam(lr=0.1)", "symbol")
    other = body_of(measured, "import tensorflow as tf; tf.keras.layers.Dense", "symbol")
    assert one == "symbol: optimizers.Adam\ncall: {lr: 0.1}\nexpect: {is: class}\n"
    assert other == "symbol: layers.Dense\nexpect: {is: class}\n"


def test_one_of_several_paths_is_asked_about(measured: Layout) -> None:
    code = "import keras\nfrom tensorflow.keras import layers\nassert keras.layers.Dense is layers.Dense"
    body = body_of(measured, code, "snippet", "tensorflow.keras")
    assert "  import keras\n  from KERAS import layers\n" in body
    with pytest.raises(UsageError, match=r"^the code uses no name of tf_keras$"):
        body_of(measured, code, "snippet", "tf_keras")
    with pytest.raises(UsageError, match=r"^unknown import path 'keras.layer'"):
        body_of(measured, code, "snippet", "keras.layer")


@pytest.mark.parametrize(
    ("kind", "code", "sentence"),
    [
        *(("snippet", code, sentence) for code, sentence in REFUSED.items()),
        *(("symbol", code, sentence) for code, sentence in NO_SYMBOLS.items()),
        ("model_build", "import keras", "code becomes a case of kind snippet or symbol, not 'model_build'"),
        ("snippet", "import keras; keras.layers.Dense(2)", "this is no case: no check: add an assert"),
    ],
)
def test_what_a_kind_cannot_ask_is_refused(measured: Layout, kind: str, code: str, sentence: str) -> None:
    with pytest.raises(UsageError) as refused:
        body_of(measured, code, kind)
    assert sentence in str(refused.value)
