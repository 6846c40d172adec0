"""Wrappers, looked through by what they say and by the hooks of plugins."""

from __future__ import annotations

import inspect
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from harness.contract.inventory import InventoryRequest
from tests.runner.inventory.test_measuring import measure, thing

PACKAGE = """
    import functools

    def traced(function):
        @functools.wraps(function)
        def wrapper(*args):
            return function(*args)
        return wrapper

    def traceless(function):
        def wrapper(*args):
            return function(*args)
        return wrapper

    class Compiled:
        def __init__(self, function):
            self.target = function

    class Anything:
        def __getattr__(self, name):
            return len

    class Base:
        @traceless
        def __init__(self, units, rate=0.5): pass
        @traceless
        def fit(self, x, epochs=1): pass

    class Derived(Base): pass

    @functools.lru_cache()
    def cached(x, y=1): pass

    @traceless
    @traced
    def both(x, y=2): pass

    @Compiled
    def compiled(x, y=3): pass

    def inner(x, y=4): pass

    outer, anything = traceless(inner), Anything()
    Base.__wrapped__ = inner
"""
HOOK = """
    def unwrap(value):
        if getattr(value, "__qualname__", "") == "traceless.<locals>.wrapper":
            return value.__closure__[0].cell_contents
        return vars(value)["target"] if type(value).__name__ == "Compiled" else value
"""


def measured(folder: Path, hook: str, methods: tuple[str, ...] = ()) -> Any:
    """The inventory of the package, with this hook if there is one."""
    (folder / "worn.py").write_text(inspect.cleandoc(PACKAGE) + "\n", encoding="utf-8")
    hooks = [inspect.cleandoc(hook)] if hook else []
    return measure(folder, InventoryRequest(["worn"], methods=list(methods), hooks=hooks))


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return measured(tmp_path_factory.mktemp("worn"), HOOK, ("fit",))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cached", ["function", "worn.cached", "(x, y=1)", None]),
        ("both", ["function", "worn.both", "(x, y=2)", None]),
        ("compiled", ["function", "worn.compiled", "(x, y=3)", None]),
        ("inner", ["function", "worn.inner", "(x, y=4)", None]),
        ("outer", ["function", "worn.inner:worn.outer", "(x, y=4)", None]),  # what it wraps is another object
        ("Derived", ["class", "worn.Derived", "(units, rate=0.5)", {"fit": "(x, epochs=1)"}]),
        ("anything", ["value", "worn.Anything:worn.anything", None, None]),
    ],
)
def test_wrappers_are_looked_through(inventory: Any, name: str, expected: list[Any]) -> None:
    assert thing(inventory, "worn", name) == expected


def test_without_a_hook_traceless_wrappers_stay(tmp_path: Path) -> None:
    found = measured(tmp_path, "")
    assert thing(found, "worn", "cached") == ["function", "worn.cached", "(x, y=1)", None]
    assert thing(found, "worn", "outer") == ["function", "worn.traceless.<locals>.wrapper:worn.outer", "(*args)", None]
    assert thing(found, "worn", "compiled") == ["value", "worn.Compiled:worn.compiled", None, None]


@pytest.mark.parametrize(
    ("hook", "said"),
    [
        ("def unwrap(value): return value.target", r"worn(\.\w+)?: AttributeError: .* has no attribute 'target', for "),
        ("import nowhere", r"ModuleNotFoundError: No module named 'nowhere', when its module was loaded"),
    ],
)
def test_a_hook_that_raises_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str], hook: str, said: str) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        measured(tmp_path, hook)
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("the hook unwrap of a plugin raised: ")
    assert re.search(said, line)
