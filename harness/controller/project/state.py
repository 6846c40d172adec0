"""Which version of the harness wrote a `.harness/` folder: an older one's caches are not used, its shards refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import harness
from harness.controller.errors import HarnessError
from harness.controller.files import write_atomically
from harness.controller.project.layout import Layout

VERSION_FILE = "version.json"
STATE_LAYOUT = 2  # counts up when the folders or the form of the files in `.harness/` change
# What only speeds up the next run. The names of layout 1 are among them.
_CACHES = ("outcomes", "stamps", "kept", "settled")


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
