"""Objects whose attributes are of any type or cannot be read, and modules that end with any exception."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

from harness.contract.inventory import InventoryRequest
from tests.runner.inventory.test_measuring import facts, measure, thing

FILES = {
    "__init__.py": """
        import sys, types

        __version__ = (1, 2)
        wrapper = "".__str__  # a routine of Python 3.11 on, without a module

        class Refuses:
            @property
            def __class__(self):
                raise RuntimeError("no class")

        class Raises:
            def __getattr__(self, name):
                raise Skipped(name)
            __repr__ = __str__ = __dir__ = lambda self: self.anything

        class Skipped(BaseException):
            pass

        class Numbered:
            __module__ = 7
            fit = Refuses()

        class Falsy(types.ModuleType):
            def __bool__(self):
                raise ValueError("neither true nor false")

        def function(value=Raises(), other=Refuses()):
            pass

        def moved():
            pass

        refuses, raises, falsy, nameless = Refuses(), Raises(), Falsy("odd.falsy"), types.ModuleType("nameless")
        moved.__module__ = 1.5
        del nameless.__name__
        sys.modules["odd.falsy"] = falsy
        globals()[1] = "no text"

        def __getattr__(name):
            if name == "skipped":
                raise Skipped("not today")
            raise AttributeError(name)
    """,
    "skipping.py": "from odd import Skipped\nraise Skipped('no such device')",
}


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("odd")
    (folder / "odd").mkdir()
    for name, text in FILES.items():
        (Path(folder) / "odd" / name).write_text(inspect.cleandoc(text) + "\n", encoding="utf-8")
    return measure(folder, InventoryRequest(["odd"], {"odd": ["skipped"]}, methods=["fit"]))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("refuses", ["value", "odd.Refuses:odd.refuses", None, None]),
        ("raises", ["value", "odd.Raises:odd.raises", None, None]),
        ("Numbered", ["class", "Numbered:odd.Numbered", "()", None]),
        ("falsy", ["module", "odd.falsy", None, None]),
        ("nameless", ["module", "None:odd.nameless", None, None]),
        ("moved", ["function", "moved:odd.moved", "()", None]),
    ],
)
def test_odd_objects_are_described(inventory: Any, name: str, expected: list[Any]) -> None:
    assert facts(inventory, "odd", name) == (True, True)
    assert thing(inventory, "odd", name) == expected


def test_routines_may_have_no_module(inventory: Any) -> None:
    assert thing(inventory, "odd", "wrapper")[0] in ("function", "value")  # as Python's `isroutine` says
    assert thing(inventory, "odd", "function")[:2] == ["function", "odd.function"]
    assert thing(inventory, "odd", "Skipped")[:2] == ["class", "odd.Skipped"]


def test_any_exception_is_an_answer(inventory: Any) -> None:
    device = {"error": ["Skipped", "no such device"]}
    assert facts(inventory, "odd", "skipping") == (device, False)
    today = {"error": ["Skipped", "not today"]}
    assert facts(inventory, "odd", "skipped") == (today, today)


def test_versions_are_texts(inventory: Any) -> None:
    assert inventory["packages"] == {"odd": {"version": ""}}
