"""The folder `.harness/`: its locks, and its version. Caches of an older version are not used, its shards refused."""

from __future__ import annotations

import json
import shutil
from contextlib import AbstractContextManager
from pathlib import Path

import harness
from harness.controller.errors import HarnessError
from harness.controller.files import exclusive_lock, write_atomically
from harness.controller.project.layout import Layout, RunFiles

VERSION_FILE = "version.json"
STATE_LAYOUT = 2  # counts up when the folders or the form of the files in `.harness/` change
# What only speeds up the next run. The names of layout 1 are among them.
_CACHES = ("outcomes", "stamps", "kept", "settled")


def run_lock(layout: Layout) -> AbstractContextManager[None]:
    """The lock of a command that starts or replaces runs. Entering raises HarnessError if another one holds it."""
    return exclusive_lock(layout.state / "lock", f"run in {layout.root}")


def environment_lock(files: RunFiles) -> AbstractContextManager[None]:
    """The lock of an environment's worker. Entering raises HarnessError if another one holds it."""
    return exclusive_lock(files.lock, f"run of {files.environment}")


def bisect_lock(layout: Layout) -> AbstractContextManager[None]:
    """The lock of a command that tries sets of packages, in the one environment for them. Raises HarnessError."""
    return exclusive_lock(layout.state / "bisect" / "lock", f"bisection in {layout.root}")


def claim_state(layout: Layout) -> None:
    """Note that this version writes `.harness/`. What another layout has cached is dropped, with one line."""
    found = _read(layout.state)
    if found == _own():
        return
    leftovers = [layout.state / name for name in _CACHES if (layout.state / name).exists()]
    if leftovers and found.get("layout") != STATE_LAYOUT:
        print(
            f"{layout.state.name}/ is of another version of the harness: its cached outcomes are not used", flush=True
        )
        for path in leftovers:
            shutil.rmtree(path)
    write_atomically(layout.state / VERSION_FILE, json.dumps(_own()) + "\n")


def check_shard(shard: Path) -> None:
    """Raises HarnessError where another version of the harness wrote the shard."""
    found, own = _read(shard), _own()
    if found != own:
        version = found.get("harness", "an older version")
        raise HarnessError(f"{shard}: written by harness {version}, and this is {own['harness']}: run its job again")


def _own() -> dict[str, object]:
    return {"layout": STATE_LAYOUT, "harness": harness.__version__}


def _read(folder: Path) -> dict[str, object]:
    """The folder's version file; empty if it is missing or damaged."""
    try:
        found = json.loads((folder / VERSION_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
