"""Packages with every way in which a name can be there or not, for the inventory. Keeps the grammar of Python 3.7."""

from __future__ import annotations

import inspect
from pathlib import Path

_LAZY = """
    import importlib, types

    class Lazy(types.ModuleType):
        def __init__(self, name, target):
            super().__init__(name)
            self._target = target

        def __getattr__(self, name):
            return getattr(importlib.import_module(self._target), name)

        def __dir__(self):
            return dir(importlib.import_module(self._target))
"""
FILES = {
    "flow/__init__.py": """
        import sys as _sys
        from flow._lazy import Lazy
        from flow import python

        __version__ = "2.15.1"
        keras = Lazy("keras", "real")
    """,
    "flow/_lazy.py": _LAZY,
    "flow/python/__init__.py": "",
    "flow/keras/__init__.py": """
        from real import *
        from real import __version__, layers, tools
        from real.extra import saving
    """,
    "flow/python/keras/__init__.py": "raise RuntimeError('use another one')",
    "flow/python/keras/layers.py": "",
    "real/__init__.py": """
        import json
        import warnings
        from real import layers, tools
        from real.core import Dense
        from real.other import helper as assist

        __version__ = "3.4.1"
        EPSILON = 1e-7
        again = layers

        def __getattr__(name):
            if name == "old":
                warnings.warn("old is deprecated at 0x7f0000000000\\nand more", DeprecationWarning, stacklevel=2)
                return Dense
            if name == "hidden":
                return assist
            if name == "refused":
                raise RuntimeError("refused for a reason\\nand more")
            raise AttributeError("module 'real' has no attribute {!r}".format(name))
    """,
    "real/core.py": """
        import functools

        def named(function):
            @functools.wraps(function)
            def wrapper(*args, **kwargs):
                return function(*args, **kwargs)
            return wrapper

        class Base:
            def fit(self, x, epochs=1, *, verbose="auto"):
                pass

        class Dense(Base):
            @named
            def __init__(self, units: int, activation=None, start=named, kinds=(1, 2), **kwargs):
                pass

            def secret(self):
                pass
    """,
    "real/other.py": """
        def helper(value=object()):
            pass
    """,
    "real/layers/__init__.py": "from real.core import Dense\nfrom real import tools as utilities",
    "real/layers/inner.py": "import numbers\nDEPTH = 3",
    "real/tools.py": "def tool(): pass",
    "real/extra/__init__.py": "",
    "real/extra/saving.py": "def save(): pass",
    "real/broken/__init__.py": "import nosuchdependency",
    "real/broken/inside.py": "",
    "real/leaving.py": "import os\nos._exit(3)",
    "real/killed.py": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "real/hanging.py": "import threading\nthreading.Event().wait()",
    "real/exiting.py": "raise SystemExit(0)",
    "real/__main__.py": "raise RuntimeError('a program')",
}


def write_packages(folder: Path) -> None:
    """Write the packages `flow` and `real`. `flow.keras` is one module by import, and another as an attribute."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(inspect.cleandoc(text) + "\n", encoding="utf-8")
