"""Whether an import path is there: told from what it lacks, and from what is wrong with it."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator

import pytest

from harness.contract.plan import PathSpec
from harness.runner.path_probe import probe
from tests.support.runner_projects import spec

FILES = {
    "tensorflow/__init__.py": """
        from tensorflow import compat

        def __getattr__(name):
            if name == "lazy":
                import nosuchdependency
            if name == "odd":
                raise AttributeError("module 'numpy' has no attribute 'bool'")
            if name == "broken":
                raise RuntimeError("half way")
            raise AttributeError("module 'tensorflow' has no attribute '" + name + "'")
    """,
    "tensorflow/compat/__init__.py": "from tensorflow.compat import v1",
    "tensorflow/compat/v1/__init__.py": "from tensorflow.compat.v1 import keras",
    "tensorflow/compat/v1/keras.py": "",
    "locatable/__init__.py": "",
    "locatable/api/__init__.py": "",
    "locatable/single.py": "",
    "locatable/needing.py": "import nosuchdependency",
    "locatable/needing_own.py": "import locatable.nothere",
    "locatable/needing_name.py": "from locatable.api import nothere",
    "locatable/attribute.py": "import json\njson.attribute",
    "locatable/raising.py": "raise RuntimeError('half way')",
    "locatable/leaving.py": "raise SystemExit(0)",
}


@pytest.fixture(scope="module", autouse=True)
def packages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("locate")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(inspect.cleandoc(text) + "\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        yield
    for name in [name for name in sys.modules if name.split(".")[0] in ("tensorflow", "locatable")]:
        del sys.modules[name]


@pytest.mark.parametrize("path", ["json", "xml.etree", "locatable.api", "locatable.single"])
def test_a_path_that_is_there(path: str) -> None:
    assert probe(PathSpec(path, "from", path.split(".")[0])) is None


@pytest.mark.parametrize("path", ["tf", "tf.compat", "tf.compat.v1.keras"])
def test_an_attribute_path_that_is_there(path: str) -> None:
    assert probe(PathSpec(path, "attribute", "tensorflow")) is None


@pytest.mark.parametrize(
    ("path", "lacking"),
    [
        ("nosuchkeras", "nosuchkeras"),
        ("nosuchkeras.layers.core", "nosuchkeras"),
        ("locatable.nothere", "locatable.nothere"),
        ("locatable.nothere.deeper", "locatable.nothere"),
        ("locatable.single.keras", "locatable.single.keras"),  # a module, and no package
    ],
)
def test_a_path_that_is_not_there(path: str, lacking: str) -> None:
    absent = probe(PathSpec(path, "from", path.split(".")[0]))
    assert absent is not None
    assert absent["error"] == "ModuleNotFoundError"
    assert absent["message"].startswith(f"No module named '{lacking}'")


@pytest.mark.parametrize("path", ["tf.nothere", "tf.nothere.keras", "tf.compat.v3.keras", "tf.compat.v1.keras.nothere"])
def test_an_attribute_path_that_is_not_there(path: str) -> None:
    absent = probe(PathSpec(path, "attribute", "tensorflow"))
    assert absent is not None
    assert absent["error"] == "AttributeError"
    assert absent["message"].endswith(("'nothere'", "'v3'"))


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("locatable.needing", "ModuleNotFoundError"),
        ("locatable.needing_own", "ModuleNotFoundError"),
        ("locatable.needing_name", "ImportError"),
        ("locatable.attribute", "AttributeError"),
        ("locatable.raising", "RuntimeError"),
        ("locatable.leaving", "SystemExit"),
        ("tf.lazy", "ModuleNotFoundError"),
        ("tf.odd", "AttributeError"),
        ("tf.broken", "RuntimeError"),
    ],
)
def test_present_but_broken_path_raises_own_error(path: str, error: str) -> None:
    with pytest.raises(BaseException) as caught:  # noqa: PT011, the name is looked at below
        probe(spec(path))
    assert type(caught.value).__name__ == error


def test_without_tensorflow_no_attribute_path_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(ModuleNotFoundError):
        probe(PathSpec("tf.keras", "attribute", "tensorflow"))
