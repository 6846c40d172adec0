"""Public, private or leaked: the rule of docs/api.md."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from harness.controller.api.document import ApiDocument, ApiRow
from harness.controller.api.environments import Mask

_PYTHONS = "builtins"  # where the types of plain values are


def classify(documents: Mapping[str, ApiDocument], private: Sequence[str]) -> None:
    """Set the visibility of every row."""
    rule = _Rule(documents, private)
    for document in documents.values():
        for name, row in document.rows.items():
            row.visibility = rule.visibility(document, name, row)


class _Rule:
    def __init__(self, documents: Mapping[str, ApiDocument], private: Sequence[str]) -> None:
        self.private = private
        self.bases = _bases(documents)
        self.defining = _defining_modules(documents)

    def visibility(self, document: ApiDocument, name: str, row: ApiRow) -> str:
        full = document.full(name)
        inner = name.split(".") if name else []
        if any(part.startswith("_") and not part.startswith("__") for part in inner) or self._is_private(full):
            return "private"
        if not name or not row.reached:
            return "public"
        parent = document.rows.get(name.rpartition(".")[0])
        leaked = 0
        for home, mask in row.values("home").items():
            kinds = row.values("kind")
            leaked |= self._leaked(home, mask, kinds, parent)
        return "leaked" if leaked == sum(row.values("home").values()) and leaked else "public"

    def _is_private(self, full: str) -> bool:
        return any(fnmatchcase(full, pattern) or fnmatchcase(full, pattern + ".*") for pattern in self.private)

    def _leaked(self, home: str, mask: Mask, kinds: Mapping[str, Mask], parent: ApiRow | None) -> Mask:
        """Those of these environments in which what is at `home` is not of the roots."""
        home = home.partition(":")[0]
        if self._is_ours(home) or home.startswith(_PYTHONS + "."):
            return 0
        modules = kinds.get("module", 0) & mask
        return modules | (mask & ~modules & self._defines(parent))

    def _is_ours(self, home: str) -> bool:
        parts = home.split(".")
        return any(".".join(parts[:count]) in self.bases for count in range(1, len(parts) + 1))

    def _defines(self, parent: ApiRow | None) -> Mask:
        """The environments in which the module defines something, and is not there only to gather names."""
        if parent is None:
            return -1
        found = 0
        for home, mask in parent.values("home").items():
            found |= mask & self.defining.get(home.partition(":")[0], 0)
        return found


def _bases(documents: Mapping[str, ApiDocument]) -> set[str]:
    """The roots, under their own names and under those that the modules behind them have."""
    homes = {
        home.partition(":")[0]
        for document in documents.values()
        if "" in document.rows
        for fact in ("home", "attribute_home")
        for home in document.rows[""].values(fact)
    }
    return {*documents, *homes}


def _defining_modules(documents: Mapping[str, ApiDocument]) -> dict[str, Mask]:
    """The modules in which a class or a function is at home, and in which environments."""
    found: dict[str, Mask] = defaultdict(int)
    for document in documents.values():
        for row in document.rows.values():
            modules = row.values("kind").get("module", 0) | row.values("kind").get("value", 0)
            for home, mask in row.values("home").items():
                found[home.partition(":")[0].rpartition(".")[0]] |= mask & ~modules
    return found
