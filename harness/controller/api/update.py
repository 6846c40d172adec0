"""Bringing inventories together: each takes the place of what the documents had of its environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from harness.contract.inventory import Fact, is_yes
from harness.controller.api.document import ApiDocument, ApiRow, root_of
from harness.controller.api.environments import ApiEnvironment, Environments, Mask
from harness.controller.api.local import LocalInventory, LocalName, Thing
from harness.controller.api.visibility import classify
from harness.controller.project.matrix import Matrix
from harness.controller.results.sources import API


def updated_documents(
    matrix: Matrix, documents: Mapping[str, ApiDocument], inventories: Sequence[LocalInventory]
) -> dict[str, ApiDocument]:
    """The documents of all roots of the matrix, with these inventories in them."""
    updated = {}
    for root in matrix.roots:
        document = _in_matrix(matrix, documents.get(root, ApiDocument(root, Environments(()))))
        updated[root] = _with_inventories(matrix, document, inventories)
    classify(updated, matrix.inventory.private)
    for document in updated.values():
        document.rows = {name: _slim(row) for name, row in document.rows.items() if _says_something(name, row)}
    return updated


def document_texts(results: Path, documents: Mapping[str, ApiDocument]) -> dict[Path, str]:
    """The text of each document's file."""
    return {results / API / f"{root}.json": document.text() for root, document in documents.items()}


def _in_matrix(matrix: Matrix, document: ApiDocument) -> ApiDocument:
    """The document with the environments that the matrix has now."""
    known = {item.id: item for item in document.environments.items}
    items = []
    for environment in matrix.environments.values():
        item = ApiEnvironment.of(environment)
        before = known.get(item.id, item)
        items.append(replace(item, measured=before.measured, version=before.version))
    environments = Environments(tuple(items))
    rows = {
        name: row.changed(lambda mask: document.environments.moved(mask, environments))
        for name, row in document.rows.items()
    }
    return ApiDocument(document.root, environments, rows)


def _with_inventories(matrix: Matrix, document: ApiDocument, inventories: Sequence[LocalInventory]) -> ApiDocument:
    environments = document.environments
    of = {item.environment: item for item in inventories if document.root in item.roots}
    stays = ~sum(environments.bits[name] for name in of)
    document.rows = {name: row.changed(lambda mask: mask & stays) for name, row in document.rows.items()}
    states = {name: inventory.state_of(document.root) for name, inventory in of.items()}
    document.environments = Environments(
        tuple(
            replace(item, measured=states[item.id][0], version=states[item.id][1]) if item.id in states else item
            for item in environments.items
        )
    )
    found = {name: _names_below(matrix, document.root, inventory) for name, inventory in of.items()}
    others = document.environments.measured & stays
    for name in set().union(*found.values()) - document.rows.keys():
        document.rows[name] = ApiRow(unasked=others)
    for environment, names in found.items():
        bit = environments.bits[environment]
        for name, row in document.rows.items():
            if name in names:
                _add_answers(row, names[name], bit)
            else:
                row.unasked |= bit & document.environments.measured
    _answer_by_modules(document)
    return document


def _answer_by_modules(document: ApiDocument) -> None:
    """Where a module was asked for and is not there, nothing in it is, asked for or not."""
    lacking: dict[str, Mask] = {}  # by module; the modules around it come first
    for name in sorted(document.rows):
        row = document.rows[name]
        around = lacking.get(name.rpartition(".")[0], 0) if name else 0
        row.unasked &= ~around
        lacking[name] = around | (document.environments.measured & ~row.reached & ~row.unasked)


def _names_below(matrix: Matrix, root: str, inventory: LocalInventory) -> dict[str, LocalName]:
    """The names of an inventory that belong to a root, relative to it."""
    found = {}
    for module, names in inventory.names.items():
        if root_of(matrix.roots, module) != root:
            continue
        for name, local in names.items():
            full = f"{module}.{name}" if name else module
            if full == root or full not in matrix.roots:
                found[full[len(root) + 1 :]] = local
    return found


def _add_answers(row: ApiRow, local: LocalName, bit: Mask) -> None:
    row.imports |= bit if is_yes(local.imports) else 0
    row.attributes |= bit if is_yes(local.attribute) else 0
    for form, fact in (("import", local.imports), ("attribute", local.attribute)):
        _add_notes(row, form, fact, bit)
    thing = local.thing or local.attribute_thing
    if thing is None:
        return
    row.add("kind", thing.kind, bit)
    row.add("home", thing.home, bit)
    _add_signatures(row, thing, bit)
    if local.attribute_thing is not None and local.attribute_thing is not thing:
        row.add("attribute_home", local.attribute_thing.home, bit)


def _add_notes(row: ApiRow, form: str, fact: Fact, bit: Mask) -> None:
    if isinstance(fact, dict):
        for word, (type_name, text) in fact.items():
            row.add(word, f"{form}: {type_name}: {text}", bit)


def _add_signatures(row: ApiRow, thing: Thing, bit: Mask) -> None:
    if thing.signature is not None:
        row.add("signature", thing.signature, bit)
    if thing.methods:
        row.add("methods", thing.methods, bit)


def _says_something(name: str, row: ApiRow) -> bool:
    """A name that was found nowhere is none, unless something else than its absence is in the way."""
    return not name or bool(row.reached or row.values("error"))


def _slim(row: ApiRow) -> ApiRow:
    """The row without signatures, if it is not public; and without the homes of private values, which are types."""
    if row.visibility != "public":
        row.facts = {fact: values for fact, values in row.facts.items() if fact not in ("signature", "methods")}
    if row.visibility == "private":
        values = row.values("kind").get("value", 0)
        homes = {home: mask & ~values for home, mask in row.values("home").items() if mask & ~values}
        row.facts = {**row.facts, "home": homes} if homes else {k: v for k, v in row.facts.items() if k != "home"}
    return row
