"""The runner as a folder of its own that environments can import from, and nothing else with it."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import harness

PARTS = ("contract", "cases", "runner")
RUNS_CELLS = ("contract", "runner")  # a cell depends on the code of cases only through its script


def ship(state: Path) -> Path:
    """Copy what runs inside environments below `state`, once per content, and return the folder for PYTHONPATH."""
    source = Path(harness.__file__).parent
    target = state / "runner" / digest(source, PARTS)
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=target.parent))
    made.chmod(0o755)
    shutil.copytree(source, made / "harness", ignore=_not_shipped)
    try:
        made.rename(target)
    except OSError:
        shutil.rmtree(made)
        if not target.exists():  # no other run was faster: the fault is real
            raise
    return target


def _not_shipped(folder: str, names: list[str]) -> list[str]:
    if Path(folder) == Path(harness.__file__).parent:
        return [name for name in names if name not in (*PARTS, "__init__.py")]
    return [name for name in names if name == "__pycache__"]


def digest(source: Path, parts: Iterable[str]) -> str:
    """Names the content of these parts of the code: it changes when any of their files does."""
    total = hashlib.sha256()
    files = [source / "__init__.py", *(file for part in parts for file in sorted((source / part).rglob("*.*")))]
    for file in files:
        if file.is_file() and file.suffix in (".py", ".ini"):
            total.update(f"{file.relative_to(source)}\0".encode() + file.read_bytes() + b"\0")
    return total.hexdigest()[:16]
