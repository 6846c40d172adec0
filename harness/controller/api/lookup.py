"""Asking the API: which names a word or pattern means, and where each can be reached."""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property

from harness.controller.api.document import ApiDocument, ApiRow, root_of
from harness.controller.api.environments import Mask

_MAGIC = set("*?[")


@dataclass(frozen=True)
class FoundName:
    """A row of a document under its full name. `method` is the last part of what was asked for, if that is one."""

    document: ApiDocument
    name: str
    row: ApiRow
    method: str = ""

    @property
    def full(self) -> str:
        full = self.document.full(self.name)
        return f"{full}.{self.method}" if self.method else full

    def signatures(self) -> dict[str, Mask]:
        """Each signature, and the environments that have it."""
        if not self.method:
            return self.row.values("signature")
        found: dict[str, Mask] = {}
        for lines, mask in self.row.values("methods").items():
            for line in lines.splitlines():
                name, bracket, rest = line.partition("(")
                if name == self.method:
                    text = bracket + rest
                    found[text] = found.get(text, 0) | mask
        return found


@dataclass
class Api:
    """All documents. `aliases` are those that a name may begin with instead of a package."""

    documents: Mapping[str, ApiDocument]
    aliases: Mapping[str, str] = field(default_factory=dict)
    _ordered: dict[str, list[str]] = field(default_factory=dict)

    def find(self, word: str) -> list[FoundName]:
        """What a full name, a pattern, or the last parts of a name mean, public names first."""
        word = self.full(word)
        if _MAGIC & set(word):
            return self._sorted(item for item in self._all() if fnmatchcase(item.full, word))
        if root_of(self.documents, word) is not None:
            exact = self.exact(word)
            return [exact] if exact else []
        return self._ending_with(word) or self._methods(word)

    def _ending_with(self, word: str) -> list[FoundName]:
        return self._sorted(item for item in self._all() if item.full.endswith("." + word))

    def _methods(self, word: str) -> list[FoundName]:
        """The methods that `Model.fit` means."""
        owner, _, method = word.rpartition(".")
        found = [replace(item, method=method) for item in self._ending_with(owner)] if owner else []
        return [item for item in found if item.signatures()]

    def exact(self, name: str) -> FoundName | None:
        """The row of a full name, or that of the class whose method it is."""
        root = root_of(self.documents, name)
        if root is None:
            return None
        document = self.documents[root]
        inner = name[len(root) + 1 :]
        if inner in document.rows:
            return FoundName(document, inner, document.rows[inner])
        owner, _, method = inner.rpartition(".")
        if owner in document.rows:
            found = FoundName(document, owner, document.rows[owner], method)
            return found if found.signatures() else None
        return None

    def same_as(self, found: FoundName) -> dict[str, Mask]:
        """The other names of what is behind a name, and the environments in which it is the identical object."""
        same: dict[str, Mask] = {}
        for fact in ("home", "attribute_home"):
            for home, mask in found.row.values(fact).items():
                for other in self._at(home):
                    common = mask & other.row.values("home")[home]
                    if common and other.full != found.full and _stands_for(other, home):
                        same[other.full] = same.get(other.full, 0) | common
        return same

    def below(self, found: FoundName) -> list[str]:
        """The names below a name, relative to its root."""
        root = found.document.root
        if root not in self._ordered:
            self._ordered[root] = sorted(found.document.rows)
        names = self._ordered[root]
        if not found.name:
            return names
        return names[bisect_left(names, f"{found.name}.") : bisect_left(names, f"{found.name}/")]

    def suggest_names(self, word: str, count: int = 5) -> list[str]:
        """Known public names that look like the word."""
        word = self.full(word)
        names = [item.full for item in self._all() if item.row.visibility == "public"]
        last = word.rpartition(".")[2]
        alike = [name for name in names if name.rpartition(".")[2].lower() == last.lower()]
        close = difflib.get_close_matches(word, alike or names, n=count, cutoff=0.6)
        return close or sorted(alike, key=len)[:count]

    def full(self, word: str) -> str:
        """A name that does not begin with an alias."""
        first, dot, rest = word.partition(".")
        return self.aliases.get(first, first) + dot + rest if dot else word

    def _all(self) -> Iterator[FoundName]:
        for document in self.documents.values():
            for name, row in document.rows.items():
                yield FoundName(document, name, row)

    def _sorted(self, found: Iterable[FoundName]) -> list[FoundName]:
        order = {"public": 0, "private": 1, "leaked": 2}
        return sorted(found, key=lambda item: (order[item.row.visibility], item.full))

    def _at(self, home: str) -> Iterator[FoundName]:
        """The names of what is at home there."""
        for document, by_home in self._by_home:
            for name in by_home.get(home, ()):
                yield FoundName(document, name, document.rows[name])

    @cached_property
    def _by_home(self) -> list[tuple[ApiDocument, dict[str, list[str]]]]:
        return [(document, document.by_home()) for document in self.documents.values()]


def _stands_for(item: FoundName, home: str) -> bool:
    """Whether a name is one for what is behind it: a public name, and a private one at home.

    Plain values are left out: equal ones may be one object by chance.
    """
    if item.row.visibility != "public" and home != item.full:
        return False
    mask = item.row.values("home")[home]
    return ":" in home or bool(mask & ~item.row.values("kind").get("value", 0))
