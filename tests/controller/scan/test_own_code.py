"""What names of the code itself stand for: attributes of its classes, results of its functions, items."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.controller.scan.conftest import Scan, findings_in

_OLD = "error fails tensorflow.keras.layers.Old"

# Code, and `place severity verdict name` of each finding.
OWN: dict[str, tuple[str, list[str]]] = {
    "attributes of objects": (
        """
        from tensorflow import keras
        class Trainer:
            def __init__(self):
                self.layers = keras.layers
                self.old = keras.layers.Old
                self.model = keras.Sequential()
                self.other = []
            def run(self):
                self.layers.Old(self.old)
                self.model.predict_classes(self.other)
                self.other.Old
            def again(this, self):
                this.layers.Old
                self.layers.Old
            @staticmethod
            def static(self):
                self.layers.Old
        Trainer().layers.Old
        """,
        [
            f"5:20 {_OLD}",
            f"9:9 {_OLD}",
            "10:9 error fails tensorflow.keras.Sequential.predict_classes",
            f"13:9 {_OLD}",
        ],
    ),
    "attributes of classes": (
        """
        import tensorflow as tf
        class Names:
            layers = tf.keras.layers
            def f(self):
                return self.layers.Old
            class Inner:
                layers = tf.keras.layers.Dense
        class More(Names):
            def g(self):
                return self.layers.Old
        Names.layers.Old
        Names.Inner.layers.Old
        """,
        [f"5:16 {_OLD}", f"10:16 {_OLD}", f"11:1 {_OLD}"],
    ),
    "flags that classes keep": (
        """
        import tensorflow as tf
        class Config:
            HAS_OLD = hasattr(tf.keras.layers, "Old")
            is_changed = True
            def __init__(self):
                self.is_old = tf.__version__ < "2.16"
            def build(self):
                if self.HAS_OLD:
                    tf.keras.layers.Old
                if not Config.HAS_OLD:
                    tf.keras.layers.Old
                if self.is_old:
                    tf.keras.layers.Old
                if not self.is_changed:
                    tf.keras.layers.Old
            def change(self):
                self.is_changed = False
        """,
        [f"11:13 {_OLD}", f"15:13 {_OLD}"],
    ),
    "what a class inherits": (
        """
        from tensorflow import keras
        class Mine(keras.Sequential):
            def go(self):
                self.predict_classes(1)
                self.fit(1, workers=2)
                self.anything()
        class More(Mine):
            def go(self):
                self.predict_classes(1)
        class Own(keras.Sequential):
            def predict_classes(self): ...
            def go(self):
                self.predict_classes(1)
        class Mixed(Mixin, keras.Sequential):
            def go(self):
                self.predict_classes(1)
        class Watching(keras.Sequential):
            def __getattr__(self, name): ...
            def go(self):
                self.predict_classes(1)
        """,
        [
            "4:9 error fails tensorflow.keras.Sequential.predict_classes",
            "5:21 error fails tensorflow.keras.Sequential.fit(workers=)",
            "9:9 error fails tensorflow.keras.Sequential.predict_classes",
        ],
    ),
    "arguments that a class gives to the one that it is based on": (
        """
        from tensorflow.keras.layers import Dense
        class One(Dense):
            def __init__(self):
                super().__init__(3, lora_rank=4)
        class Two(Dense):
            def __init__(self):
                super(Two, self).__init__(3, lora_rank=4)
        class Three(Dense):
            def __init__(self):
                Dense.__init__(self, 3, lora_rank=4)
        class Four(One):
            def __init__(self):
                super().__init__(lora_rank=4)
        class Five(Mixin, Dense):
            def __init__(self):
                super().__init__(lora_rank=4)
        """,
        [
            "4:29 error fails tensorflow.keras.layers.Dense(lora_rank=)",
            "7:38 error fails tensorflow.keras.layers.Dense(lora_rank=)",
            "10:33 error fails tensorflow.keras.layers.Dense(lora_rank=)",
        ],
    ),
    "what functions return": (
        """
        import contextlib, functools
        import tensorflow as tf
        def load():
            from tensorflow import keras
            return keras
        @functools.lru_cache(None)
        def kept():
            if tf.__version__ < "2.13":
                import keras.utils as found
                return found
            return load().layers
        @contextlib.contextmanager
        def entered():
            return load()
        def given():
            yield load()
        def build(argument):
            model = tf.keras.Sequential()
            return model
        def itself():
            return itself()
        load().layers.Old
        kept().Old
        kept().np_utils
        entered().layers.Old
        given().layers.Old
        build(3).predict_classes(1)
        itself().layers.Old
        def use():
            layers = load().layers
            layers.Old
        class Lazy:
            @property
            def layers(self):
                return tf.keras.layers
            def load(self):
                return tf.keras.layers
            def use(self):
                self.layers.Old
                self.load().Old
        """,
        [
            f"22:1 {_OLD}",
            "23:1 error never keras.utils.Old",
            f"23:1 {_OLD}",
            "24:1 error never tensorflow.keras.layers.np_utils",
            "27:1 error fails tensorflow.keras.Sequential.predict_classes",
            f"31:5 {_OLD}",
            f"39:9 {_OLD}",
            f"40:9 {_OLD}",
        ],
    ),
    "a condition that calls what is not visited yet": (
        """
        import tensorflow as tf
        def layers():
            if tf.__version__ < "2.13":
                return None
            return tf.keras.layers
        if tf.__version__ < "2.16" and hasattr(layers(), "Dense"):
            tf.keras.layers.Old
        """,
        [],
    ),
    "items of dictionaries and tuples": (
        """
        import tensorflow as tf
        KNOWN = {"tf": tf.keras, "other": None}
        KNOWN["tf"].layers.Old
        KNOWN["other"].layers.Old
        KNOWN[input()].layers.Old
        both = tf.keras.layers, tf.keras.backend
        layers, backend = both
        layers.Old
        both[0].Old
        both[2].Old
        FILLED = {"tf": tf.keras}
        FILLED["tf"] = None
        FILLED["tf"].layers.Old
        """,
        [f"3:1 {_OLD}", f"8:1 {_OLD}", f"9:1 {_OLD}"],
    ),
    "arguments of dictionaries in others": (
        """
        from tensorflow.keras.layers import Dense
        Dense(3, **{**{"lora_rank": 4}, "units": 5})
        """,
        ["2:10 error fails tensorflow.keras.layers.Dense(lora_rank=)"],
    ),
}


@pytest.mark.parametrize("name", OWN)
def test_names_of_the_code_stand_for_what_it_gave_them(scan_files: Scan, name: str) -> None:
    code, expected = OWN[name]
    assert findings_in(scan_files, code) == expected


def test_values_that_lead_to_each_other_are_read_once(scan_files: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten attributes, each made of all: by every way through them it would be 10 to the 5."""
    visited: list[ast.AST] = []
    walk = ast.walk

    def noted(node: ast.AST) -> Iterator[ast.AST]:
        visited.append(node)
        return walk(node)

    every = ", ".join(f"self.a{number}" for number in range(10))
    made = "".join(f"        self.a{number} = f({every})\n" for number in range(10))
    monkeypatch.setattr(ast, "walk", noted)
    scan_files(
        {
            "a.py": f"import keras\nclass A:\n    def f(self):\n{made}"
            "    def g(self):\n        if self.a0 > 1:\n            keras.layers.Dense\n"
        }
    )
    assert len(visited) < 1000


def test_a_long_class_is_not_read_again_for_each_condition(scan_files: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    """The value of `self` is the class: its whole code is no condition on a version."""
    visited: list[type[ast.AST]] = []
    walk = ast.walk

    def noted(node: ast.AST) -> Iterator[ast.AST]:
        visited.append(type(node))
        return walk(node)

    monkeypatch.setattr(ast, "walk", noted)
    scan_files(
        {"a.py": "import keras\nclass A:\n    def f(self):\n        if self.a(self.b):\n            keras.layers.Dense"}
    )
    assert ast.ClassDef not in visited
