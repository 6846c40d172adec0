"""Wheels of a few lines, for uv to resolve and to install without a network."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

_WHEEL = "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def make_wheel(folder: Path, name: str, *needs: str, modules: Sequence[str] = ()) -> None:
    """A wheel such as `pytest_xdist-3`, that needs others; of its modules each file is empty."""
    project, _, version = name.partition("-")
    head = f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n"
    files = {"METADATA": head + "".join(f"Requires-Dist: {need}\n" for need in needs), "WHEEL": _WHEEL}
    names = [*modules, *(f"{name}.dist-info/{file}" for file in (*files, "RECORD"))]
    record = "".join(f"{file},,\n" for file in names)
    with zipfile.ZipFile(folder / f"{name}-py3-none-any.whl", "w") as wheel:
        for file, text in (files | {"RECORD": record}).items():
            wheel.writestr(f"{name}.dist-info/{file}", text)
        for module in modules:
            wheel.writestr(module, "")
