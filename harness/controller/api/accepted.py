"""The inventories that `.harness/` holds, against the accepted documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from harness.controller.api.document import ApiDocument, read_documents
from harness.controller.api.lane_changes import lane_changes
from harness.controller.api.lanes import LaneNames, read_lane_names, updated_lanes
from harness.controller.api.local import LocalInventory, read_inventory
from harness.controller.api.name_changes import NAME_WORDS, NameChange, compare_documents
from harness.controller.api.update import updated_documents
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import Environment, Matrix
from harness.controller.text import one_line

_MOST = 5  # names in a line
_SENTENCES = {
    "gone": "gone",
    "new": "new",
    "import": "of another answer to import",
    "attribute": "of another answer as attribute",
    "kind": "of another kind",
    "object": "of another object",
    "signature": "of another signature",
}


def local_inventories(layout: Layout, environments: Iterable[Environment]) -> list[LocalInventory]:
    """The inventories of these environments that were measured here, those of lanes left out."""
    return _inventories(layout, [item for item in environments if item.lane is None])


def lane_inventories(layout: Layout, environments: Iterable[Environment]) -> list[LocalInventory]:
    """The inventories of those of these environments that are of lanes, and were measured here."""
    return _inventories(layout, [item for item in environments if item.lane is not None])


def _inventories(layout: Layout, environments: Iterable[Environment]) -> list[LocalInventory]:
    files = [layout.files(item.id).inventory for item in environments]
    return [read_inventory(file) for file in files if file.exists()]


def documents_with(
    layout: Layout, matrix: Matrix, inventories: Sequence[LocalInventory]
) -> tuple[Mapping[str, ApiDocument], Mapping[str, ApiDocument]]:
    """The accepted documents, and the same with these inventories in them."""
    before = read_documents(layout.results)
    return before, updated_documents(matrix, before, inventories)


def measured_changes(
    layout: Layout, matrix: Matrix, environments: Iterable[Environment]
) -> dict[str, list[NameChange]] | None:
    """What changed in those of these environments and lanes that were measured here; None if none was."""
    chosen = list(environments)
    inventories, lanes = local_inventories(layout, chosen), lane_inventories(layout, chosen)
    if not inventories and not lanes:  # and the accepted documents, of megabytes, need not be read
        return None
    before, after = documents_with(layout, matrix, inventories)
    changes = name_changes(before, after, [item.environment for item in inventories])
    if lanes:
        accepted = read_lane_names(layout.results)
        changes |= changes_of_lanes(accepted, updated_lanes(matrix, after, accepted, lanes), lanes)
    return changes


def changes_of_lanes(
    before: LaneNames, after: LaneNames, inventories: Iterable[LocalInventory]
) -> dict[str, list[NameChange]]:
    """What changed in each lane of these inventories, for those in which something did."""
    found = {item.environment: lane_changes(before, after, item.environment) for item in inventories}
    return {name: changes for name, changes in found.items() if changes}


def name_changes(
    before: Mapping[str, ApiDocument], after: Mapping[str, ApiDocument], environments: Iterable[str]
) -> dict[str, list[NameChange]]:
    """What changed in each environment, for those in which something did."""
    found = {name: compare_documents(before, after, name) for name in environments}
    return {name: changes for name, changes in found.items() if changes}


def names_as_text(changes: Mapping[str, list[NameChange]]) -> str:
    """A line for each environment and word, with the first few names."""
    lines = []
    for environment, found in changes.items():
        for word in NAME_WORDS:
            names = [change.name for change in found if change.word == word]
            if names:
                more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
                count = "1 name" if len(names) == 1 else f"{len(names)} names"
                lines.append(f"{environment}: {count} {_SENTENCES[word]}: {', '.join(names[:_MOST])}{more}")
    return "".join(one_line(line) + "\n" for line in lines)
