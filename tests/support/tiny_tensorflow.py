"""A TensorFlow of a few lines, for environments that only have to run the harness."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import yaml

TENSORFLOW = {
    "tensorflow/__init__.py": "from tensorflow import keras\n",
    "tensorflow/keras/__init__.py": "__version__ = '2.15.0'\n",
    "tensorflow_cpu-2.15.1.dist-info/METADATA": "Metadata-Version: 2.1\nName: tensorflow-cpu\nVersion: 2.15.1\n",
}


def fill_environment(prefix: Path) -> None:
    """Put the small TensorFlow into an environment, and the pytest and PyYAML of these tests."""
    (packages,) = prefix.glob("lib/python3.*/site-packages")
    for name, text in TENSORFLOW.items():
        (packages / name).parent.mkdir(exist_ok=True, parents=True)
        (packages / name).write_text(text, encoding="utf-8")
    shared = {str(Path(str(module.__file__)).parents[1]) for module in (pytest, yaml)}
    (packages / "shared.pth").write_text("\n".join(shared), encoding="utf-8")
    program = prefix / "bin" / "pytest"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(str(prefix))}/bin/python -m pytest "$@"\n', encoding="utf-8")
    program.chmod(0o755)
