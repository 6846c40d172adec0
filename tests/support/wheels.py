"""Wheels of a few lines, for uv to resolve and to install without a network."""

from __future__ import annotations

import zipfile
from pathlib import Path

_WHEEL = "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def make_wheel(folder: Path, name: str, *needs: str) -> None:
    """An empty wheel such as `pytest_xdist-3`, that needs others."""
    project, _, version = name.partition("-")
    head = f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n"
    files = {"METADATA": head + "".join(f"Requires-Dist: {need}\n" for need in needs), "WHEEL": _WHEEL}
    record = "".join(f"{name}.dist-info/{file},,\n" for file in (*files, "RECORD"))
    with zipfile.ZipFile(folder / f"{name}-py3-none-any.whl", "w") as wheel:
        for file, text in (files | {"RECORD": record}).items():
            wheel.writestr(f"{name}.dist-info/{file}", text)
