"""A tiny project with environments that only have to be measured: each a Python that sees a few packages."""

from __future__ import annotations

import inspect
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.tiny_project import TinyProject

OLD = {
    "tensorflow/__init__.py": "from tensorflow import keras\n__version__ = '2.15.1'",
    "tensorflow/keras/__init__.py": "import sys\nfrom tensorflow.keras import layers\nfrom keras.models import Model",
    "tensorflow/keras/layers.py": "from keras.layers import Dense, Old",
    "keras/__init__.py": "__version__ = '2.15.0'\nfrom keras import layers, models",
    "keras/layers.py": """
        import numbers

        class Dense:
            def __init__(self, units, activation=None):
                pass

        class Old:
            pass
    """,
    "keras/models.py": """
        class Model:
            def fit(self, x, workers=1):
                pass
    """,
}
NEW = {
    **OLD,
    "tensorflow/__init__.py": "from tensorflow import keras\n__version__ = '2.16.2'",
    "tensorflow/keras/__init__.py": "from tensorflow.keras import layers\nfrom keras.models import Model",
    "tensorflow/keras/layers.py": "from keras.layers import Dense, New",
    "keras/__init__.py": "__version__ = '3.4.1'\nfrom keras import layers, models",
    "keras/layers.py": """
        class Dense:
            def __init__(self, units, activation=None, lora_rank=None):
                pass

        class New:
            pass
    """,
    "keras/models.py": """
        class Model:
            def fit(self, x):
                pass
    """,
}
SETTINGS = """\
inventory:
  private: [keras.models]
  methods: [fit]
"""


def make_environment(project: TinyProject, name: str, packages: Mapping[str, str]) -> Path:
    """Give the project an environment with these packages. Returns the folder that they are in."""
    prefix = project.root / ".tox" / name
    folder = prefix / "lib" / "python3.99" / "site-packages"
    for file, text in packages.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(inspect.cleandoc(text) + "\n", encoding="utf-8")
    program = prefix / "bin" / "python"
    program.parent.mkdir(exist_ok=True)
    path = f'PYTHONPATH="$PYTHONPATH":{shlex.quote(str(folder))}'
    program.write_text(f'#!/bin/sh\n{path} exec {shlex.quote(sys.executable)} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return folder


def make_measured_project(project: TinyProject) -> None:
    """Environments tf215 and tf216 with small packages, and the settings of an inventory."""
    matrix = project.root / "matrix.yaml"
    matrix.write_text(matrix.read_text(encoding="utf-8") + SETTINGS, encoding="utf-8")
    make_environment(project, "tf215", OLD)
    make_environment(project, "tf216", NEW)
