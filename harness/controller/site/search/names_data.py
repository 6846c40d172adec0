"""The names of the API inventory for the search box: each name, and where it can be reached, small enough to load."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from harness.controller.api.document import ApiDocument, ApiRow
from harness.controller.api.environments import Environments, Mask, Measured, in_words
from harness.controller.site.rendering import script_constant
from harness.controller.site.search.answers_data import EVERYWHERE

_Places = tuple[tuple[int, int], ...]  # by root: numbers of where it is imported, and where it is an attribute


def method_rows(documents: Mapping[str, ApiDocument]) -> dict[str, ApiDocument]:
    """The methods of public classes that were measured, as names below these."""
    found = {}
    for root, document in documents.items():
        rows: dict[str, ApiRow] = {}
        for name, row in document.rows.items():
            for lines, mask in row.values("methods").items() if row.visibility == "public" else ():
                for line in lines.splitlines():
                    method = rows.setdefault(f"{name}.{line.partition('(')[0]}", ApiRow())
                    method.imports |= row.imports & mask
                    method.attributes |= row.attributes & mask
        found[root] = ApiDocument(root, document.environments, rows)
    return found


def names_script(variable: str, documents: Mapping[str, ApiDocument], visible: Collection[str]) -> str:
    """A script that sets a variable to the names of some visibilities.

    `names` has a module a line, then for each group of its names that are in the same places a line: the number of the
    group in `places`, and the names. A place is a pair for each root, of numbers of `words`.
    """
    tables = _Tables(list(documents))
    modules: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name in sorted({name for document in documents.values() for name in document.rows}):
        rows = [document.rows.get(name) for document in documents.values()]
        shown = [row if row is not None and row.visibility in visible and row.reached else None for row in rows]
        if any(shown):
            module, _, last = name.rpartition(".")
            modules[module][tables.place(list(documents.values()), shown)].append(last)
    lines = []
    for module, groups in modules.items():
        lines.append(f":{module}")
        lines += [f"{number} {' '.join(names)}" for number, names in groups.items()]
    data = {
        "roots": tables.roots,
        "words": list(tables.words),
        "places": list(tables.places),
        "names": "\n".join(lines),
    }
    return script_constant(variable, data)


class _Tables:
    """Words and places by number, each once."""

    def __init__(self, roots: list[str]) -> None:
        self.roots = roots
        self.words = {"": 0}
        self.places: dict[_Places, int] = {}
        self._known: dict[tuple[int, Mask], int] = {}

    def place(self, documents: Sequence[ApiDocument], rows: Sequence[ApiRow | None]) -> int:
        pairs = tuple(
            (self._where(document, row.imports), self._where(document, row.attributes)) if row else (0, 0)
            for document, row in zip(documents, rows, strict=True)
        )
        return self.places.setdefault(pairs, len(self.places))

    def _where(self, document: ApiDocument, mask: Mask) -> int:
        key = (id(document), mask)
        if key not in self._known:
            text = where_in_words(document.environments, mask)
            self._known[key] = self.words.setdefault(text, len(self.words))
        return self._known[key]


def where_in_words(environments: Environments, mask: Mask) -> str:
    """The releases of a set; of a set with variants alone, these."""
    measured = [item for item in environments.items if item.measured is Measured.YES and not item.is_variant]
    releases = [item for item in environments.items if not item.is_variant]
    if len(measured) == len(releases) and all(environments.bits[item.id] & mask for item in releases):
        return EVERYWHERE
    return in_words(environments.ranges(mask), environments.newest) or ", ".join(environments.variants(mask))
