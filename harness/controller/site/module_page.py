"""The pages of the API inventory: a page for each public module, with the releases that have each of its names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from harness.controller.api.document import ApiDocument, ApiRow
from harness.controller.api.environments import Mask
from harness.controller.site.search.names_data import where_in_words

PLURALS = {"class": "Classes", "function": "Functions", "module": "Modules", "value": "Values"}


@dataclass(frozen=True)
class ModuleName:
    """A public name of a module: where it can be imported and reached as an attribute, in words and as a set."""

    last: str
    kind: str
    imports: str
    attributes: str
    signature: str
    reached: Mask


@dataclass(frozen=True)
class ModulePage:
    """A module below a root. `elsewhere` are the modules of the same name below other roots that have a page."""

    document: ApiDocument
    name: str
    row: ApiRow
    imports: str
    attributes: str
    names: tuple[ModuleName, ...]
    elsewhere: tuple[str, ...]

    @property
    def full(self) -> str:
        return self.document.full(self.name)

    @property
    def groups(self) -> dict[str, list[ModuleName]]:
        """The names by the plural of their kind."""
        found = {title: [name for name in self.names if name.kind == kind] for kind, title in PLURALS.items()}
        return {title: names for title, names in found.items() if names}


def module_pages(documents: Mapping[str, ApiDocument]) -> list[ModulePage]:
    """A page for each public module, by its full name."""
    names = {root: _names_by_module(document) for root, document in documents.items()}
    roots_of: dict[str, list[str]] = defaultdict(list)
    for root, modules in names.items():
        for module in modules:
            roots_of[module].append(root)
    pages = []
    for root, modules in names.items():
        document, words = documents[root], _Words(documents[root])
        for module, own in modules.items():
            row = document.rows.get(module, ApiRow())
            found = tuple(_name(document, words, module, last) for last in sorted(own))
            others = tuple(documents[other].full(module) for other in roots_of[module] if other != root)
            where = words.of(row.imports), words.of(row.attributes)
            pages.append(ModulePage(document, module, row, *where, found, others))
    return pages


def _names_by_module(document: ApiDocument) -> dict[str, list[str]]:
    """The last parts of public names by their module. A module without any has a page under its own name alone."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, row in document.rows.items():
        if row.visibility != "public" or not row.reached:
            continue
        if row.values("kind").get("module") and document.full(name) in row.values("home"):
            found.setdefault(name, [])
        if name:
            module, _, last = name.rpartition(".")
            found[module].append(last)
    return dict(sorted(found.items()))


class _Words:
    """Sets of a document in words, each once."""

    def __init__(self, document: ApiDocument) -> None:
        self._environments = document.environments
        self._known: dict[Mask, str] = {}

    def of(self, mask: Mask) -> str:
        if mask not in self._known:
            self._known[mask] = where_in_words(self._environments, mask)
        return self._known[mask]


def _name(document: ApiDocument, words: _Words, module: str, last: str) -> ModuleName:
    row = document.rows[f"{module}.{last}" if module else last]
    kind = _newest(row.values("kind"))
    signature = _newest(row.values("signature"))
    where = words.of(row.imports), words.of(row.attributes)
    return ModuleName(last, kind if kind in PLURALS else "value", *where, signature, row.reached)


def _newest(values: Mapping[str, Mask]) -> str:
    """The value of the newest environment that has one."""
    return max(values.items(), key=lambda item: item[1].bit_length(), default=("", 0))[0]
