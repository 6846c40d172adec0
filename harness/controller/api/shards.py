"""The inventories that the shards of a run bring along."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from harness.controller.api.local import read_inventory
from harness.controller.errors import HarnessError
from harness.controller.files import read_text, write_atomically
from harness.controller.project.layout import Layout
from harness.controller.text import one_line


def take_inventories(layout: Layout, folder: Path, environments: Iterable[str]) -> None:
    """Keep the names that shards below a folder measured. An unreadable file, of a killed job, is left out."""
    for name in environments:
        for file in sorted(folder.rglob(f"inventory/{name}.json")):
            try:
                read_inventory(file)
                write_atomically(layout.files(name).inventory, read_text(file))
                break
            except HarnessError as error:
                print(f"left out: {one_line(str(error))}")
