"""`harness discover`: ask the package index for new releases, and take them into matrix.yaml."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

from harness.cases.document.reader import load
from harness.controller.commands.common import open_root
from harness.controller.discovery.index import read_index_project
from harness.controller.discovery.index_settings import index_addresses
from harness.controller.discovery.matrix_edit import edit_matrix
from harness.controller.discovery.pages import File
from harness.controller.discovery.releases import DISTRIBUTIONS, PACKAGES, Terms
from harness.controller.discovery.updates import MatrixUpdate, find_updates
from harness.controller.errors import Exit, HarnessError
from harness.controller.files import write_atomically
from harness.controller.project.loader import load_matrix
from harness.controller.project.matrix import FILE, Matrix


def discover(root: Path | None, check: bool, pre: bool, cool_down: int) -> Exit:
    """Say what is new, and without `check` write it. Releases count from `cool_down` days after their last file on."""
    found = open_root(root)
    matrix = load_matrix(found)
    terms = Terms(datetime.now(timezone.utc) - timedelta(days=cool_down), pre)
    changes = find_updates(load(str(found), FILE).data, _ask(), terms)
    for change in changes:
        print(f"{change.id}: {change.said}")
    if not changes:
        print("nothing new")
        return Exit.AGREES
    if check:
        return Exit.DIFFERS
    file = found / FILE
    write_atomically(file, edit_matrix(file.read_bytes().decode("utf-8"), changes))
    print(f"{FILE}: written; now run `harness lock {_selecting(changes, matrix)}`")
    return Exit.AGREES


def _ask() -> dict[str, list[File]]:
    addresses = index_addresses()
    index = {name: read_index_project(addresses, name) for name in PACKAGES}
    if not any(index[name] for name in DISTRIBUTIONS):
        raise HarnessError("the package index has no TensorFlow")
    return index


def _selecting(changes: Sequence[MatrixUpdate], matrix: Matrix) -> str:
    """The environments to lock: those that changed, and their variants."""
    changed = [change.id for change in changes]
    variants = [name for name, item in matrix.environments.items() if item.base in changed]
    return " ".join(f"-e {name}" for name in [*changed, *variants])
