"""A TensorFlow of a few lines, for environments that only have to run the harness."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

TENSORFLOW = {
    "tensorflow/__init__.py": "from tensorflow import keras\n",
    "tensorflow/keras/__init__.py": "__version__ = '2.15.0'\n",
    "tensorflow_cpu-2.15.1.dist-info/METADATA": "Metadata-Version: 2.1\nName: tensorflow-cpu\nVersion: 2.15.1\n",
}

_PYTEST = Path(str(pytest.__file__))
# It is in the environment, as it must be, and runs the code of the pytest of these tests.
PYTEST = {
    "pytest/__init__.py": f"""\
import sys

sys.path.append({str(_PYTEST.parents[1])!r})
__path__ = [{str(_PYTEST.parent)!r}]
with open({str(_PYTEST)!r}, encoding="utf-8") as file:
    exec(compile(file.read(), {str(_PYTEST)!r}, "exec"))
"""
}


def fill_environment(prefix: Path) -> None:
    """Put the small TensorFlow into an environment, and the pytest of these tests."""
    put(prefix, TENSORFLOW | PYTEST)


def put(prefix: Path, texts: Mapping[str, str]) -> None:
    """Write files into the `site-packages` of an environment."""
    packages = packages_of(prefix)
    for name, text in texts.items():
        (packages / name).parent.mkdir(exist_ok=True, parents=True)
        (packages / name).write_text(text, encoding="utf-8")


def packages_of(prefix: Path) -> Path:
    """The `site-packages` of an environment."""
    (packages,) = prefix.glob("lib/python3.*/site-packages")
    return packages


def replace_pytest(prefix: Path, code: str) -> None:
    """Put a module with this code in the place of an environment's pytest."""
    put(prefix, {"pytest/__init__.py": code})


def remove_pytest(prefix: Path) -> None:
    """Remove an environment's pytest."""
    shutil.rmtree(packages_of(prefix) / "pytest")
