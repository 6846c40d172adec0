"""The hooks that have AutoGraph convert a function once, on a small AutoGraph with the same internals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.contract.statuses import Status
from tests.support import ROOT
from tests.support.runner_projects import Project, Ran, snippet

HOOKS = [(ROOT / "harness" / "keras" / "autograph.py").read_text(encoding="utf-8")]

# It converts nothing, and notes who asked. What is kept is a module with a file, which is removed at the end.
API = """\
import inspect
import os
import warnings
import weakref

from tensorflow.python.autograph.core import converter
from tensorflow.python.autograph.pyct import loader

MADE = []


class _Cache:
    def __init__(self):
        self._cache = weakref.WeakKeyDictionary()

    def __getitem__(self, function):
        return self._cache.setdefault(function.__code__, {})


class _Transpiler:
    def __init__(self):
        self._cache = _Cache()

    def get_caching_key(self, context):
        return context.options

    def transform_function(self, function, context):
        kept = self._cache[function]
        if context.options not in kept:
            MADE.append((os.getpid(), function.__name__))
            if function.__name__ == "warning":
                warnings.warn("converted", DeprecationWarning)
            kept[context.options] = loader.load_source(inspect.getsource(function), True)
        return kept[context.options]


_TRANSPILER = _Transpiler()


def convert(function):
    context = converter.ProgramContext(converter.ConversionOptions(recursive=True, optional_features=None))
    file = _TRANSPILER.transform_function(function, context)
    assert os.path.basename(os.path.dirname(file)) == "tmp" and os.path.exists(file)
"""
CONVERTER = """\
class ConversionOptions:
    def __init__(self, recursive, user_requested=False, internal_convert_user_code=True, optional_features=None):
        self.recursive = recursive
        self.user_requested = user_requested
        self.internal_convert_user_code = internal_convert_user_code
        self.optional_features = frozenset(optional_features or ())

    def __hash__(self):
        return hash(self.recursive)

    def __eq__(self, other):
        return vars(self) == vars(other)


class ProgramContext:
    def __init__(self, options):
        self.options = options
"""
LOADER = """\
import atexit
import os
import tempfile


def load_source(source, delete_on_exit):
    with tempfile.NamedTemporaryFile("w", suffix=".py", delete=False) as file:
        file.write(source)
    if delete_on_exit:
        atexit.register(os.remove, file.name)
    return file.name
"""
KERAS = """\
import functools

from tensorflow.python.autograph.impl import api


def plain(): pass
def warning(): pass


def decorated(function):
    @functools.wraps(function)
    def wrapper(): return function
    return wrapper


def enclosed():
    number = 1
    def closed(): return number
    return closed


class Layer:
    class Inner:
        @property
        def size(self): pass

    @staticmethod
    def static(): pass

    @decorated
    def wrapped(self): pass

    def call(self): return super().__init__()


METHODS = [Layer.Inner.size.fget, Layer.static, Layer.wrapped.__wrapped__, Layer.call]


def fit():
    for function in [plain, *METHODS, enclosed(), Layer.wrapped, warning]:
        api.convert(function)
"""
NAMES = ["plain", "size", "static", "wrapped", "call", "closed", "wrapped", "warning"]
CELL = """\
import os
import KERAS
from tensorflow.python.autograph.impl import api
# fit
KERAS.fit()
# check
made = [name for pid, name in api.MADE if pid == os.getpid()]
assert made == {made}, made
"""


@pytest.fixture
def packages() -> dict[str, str]:
    """A TensorFlow that is little more than its AutoGraph, and a Keras."""
    root = "tensorflow/python/autograph/"
    files = {
        "impl/api": API,
        "core/converter": CONVERTER,
        "pyct/loader": LOADER,
        "utils/ag_logging": "def get_verbosity(): return 0\n",
    }
    folders = ["tensorflow/", "tensorflow/python/", root, *(root + name.split("/")[0] + "/" for name in files)]
    texts = {f"{root}{name}.py": text for name, text in files.items()}
    imports = "".join(f"import {(root + name).replace('/', '.')}\n" for name in files)
    inits = {f"{folder}__init__.py": "" for folder in folders}
    return {**inits, **texts, "tensorflow/__init__.py": imports, "tf_keras.py": KERAS}


def run(folder: Path, packages: dict[str, str], second: list[str], **plan: Any) -> tuple[Project, Ran]:
    """Three cells after another. The first must make all conversions, the others those of `second`."""
    codes = {"a": NAMES, "b": second, "c": second}
    cases = {name: snippet(CELL.replace("{made}", repr(made)), "tf_keras") for name, made in codes.items()}
    project = Project(folder, cases, packages, preload=["tensorflow"], **plan)
    ran = project.run()
    assert {case: outcome.message for (case, _), outcome in ran.outcomes.items()} == dict.fromkeys("abc")
    return project, ran


def test_later_cells_find_conversions_made(tmp_path: Path, packages: dict[str, str]) -> None:
    project, ran = run(tmp_path, packages, ["warning"], hooks=HOOKS)
    assert {outcome.status for outcome in ran.outcomes.values()} == {Status.PASS}
    assert project.temporary == []


def test_a_conversion_warns_in_every_cell(tmp_path: Path, packages: dict[str, str]) -> None:
    _, ran = run(tmp_path, packages, ["warning"], hooks=HOOKS)
    assert {outcome.warnings for outcome in ran.outcomes.values()} == {("DeprecationWarning: converted",)}


def test_without_hooks_every_cell_converts(tmp_path: Path, packages: dict[str, str]) -> None:
    run(tmp_path, packages, NAMES)


def test_without_time_left_every_cell_converts(tmp_path: Path, packages: dict[str, str]) -> None:
    run(tmp_path, packages, NAMES, hooks=HOOKS, patience=0.0)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("pyct/loader", "delete_on_exit", "delete"),
        ("utils/ag_logging", "return 0", "return 1"),
        ("impl/api", "_TRANSPILER", "_CONVERTER"),
        ("impl/api", "._cache", "._kept"),
    ],
)
def test_other_internals_are_left_alone(
    tmp_path: Path, packages: dict[str, str], file: str, old: str, new: str
) -> None:
    name = f"tensorflow/python/autograph/{file}.py"
    packages[name] = packages[name].replace(old, new)
    run(tmp_path, packages, NAMES, hooks=HOOKS)
