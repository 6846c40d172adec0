"""The names that every environment is asked for: all that any has. Only what was asked can be answered by no."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from harness.controller.api.document import document_files, read_documents
from harness.controller.api.local import LocalInventory
from harness.controller.digests import file_digest
from harness.controller.errors import HarnessError
from harness.controller.files import read_text, write_atomically
from harness.controller.project.layout import Layout

NamesByModule = dict[str, set[str]]  # by module


def known_names(layout: Layout) -> NamesByModule:
    """The names of the accepted documents, and those that were found since. Raises HarnessError."""
    names: NamesByModule = {}
    for document in read_documents(layout.results).values():
        for name in filter(None, document.rows):
            module, _, last = document.full(name).rpartition(".")
            names.setdefault(module, set()).add(last)
    return merged_names([names, _read(_found(layout))])


def note_names(layout: Layout, names: NamesByModule) -> None:
    """Keep the names for the inventories of other environments."""
    text = json.dumps({module: sorted(names[module]) for module in sorted(names)})
    write_atomically(_found(layout), text + "\n")


def names_digest(layout: Layout) -> str:
    """A digest of the files from which `known_names` are read."""
    files = [*document_files(layout.results).values(), _found(layout)]
    return hashlib.sha256("".join(f"{file.name} {file_digest(file)}\n" for file in files).encode()).hexdigest()


def merged_names(several: Iterable[Mapping[str, Iterable[str]]]) -> NamesByModule:
    """All names of several."""
    merged: NamesByModule = {}
    for names in several:
        for module, listed in names.items():
            merged.setdefault(module, set()).update(listed)
    return merged


def missing_names(wanted: NamesByModule, inventory: LocalInventory) -> NamesByModule:
    """Those of the wanted names that an environment was not asked for, and whose module may be there."""
    asked = inventory.asked()
    found = {module: names - asked.get(module, set()) - {""} for module, names in wanted.items()}
    return {module: names for module, names in found.items() if names and not inventory.lacks(module)}


def _found(layout: Layout) -> Path:
    return layout.state / "inventory" / "names.list"


def _read(file: Path) -> NamesByModule:
    if not file.exists():
        return {}
    try:
        return {module: set(names) for module, names in json.loads(read_text(file)).items()}
    except (ValueError, TypeError, AttributeError):
        raise HarnessError(f"{file}: not what an inventory leaves: delete it") from None
