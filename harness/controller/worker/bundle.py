"""The runner bundle: the runner and the contract as a folder that environments import from."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import harness
from harness.controller.digests import BUNDLED, code_digest


def make_bundle(state: Path) -> Path:
    """Copy what runs inside environments below `state`, once per content, and return the folder for PYTHONPATH."""
    source = Path(harness.__file__).parent
    target = state / "runner" / code_digest(source, BUNDLED)
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=target.parent))
    made.chmod(0o755)
    shutil.copytree(source, made / "harness", ignore=_not_bundled)
    try:
        made.rename(target)
    except OSError:
        shutil.rmtree(made)
        if not target.exists():  # no other run was faster: the fault is real
            raise
    return target


def _not_bundled(folder: str, names: list[str]) -> list[str]:
    if Path(folder) == Path(harness.__file__).parent:
        return [name for name in names if name not in (*BUNDLED, "__init__.py")]
    return [name for name in names if name == "__pycache__"]
