"""What came, went and changed below the roots, from one environment to another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from harness.controller.api.document import ApiDocument, ApiRow
from harness.controller.api.environments import Mask
from harness.controller.text import one_line

NAME_WORDS = ("gone", "new", "import", "attribute", "kind", "object", "signature")


@dataclass(frozen=True)
class NameChange:
    """A name that is another in `after` than in `before`, and in what: one of NAME_WORDS.

    Of a name that is gone or new, `before` or `after` has the ways in which it can be reached.
    """

    word: str
    name: str
    before: str
    after: str

    def __str__(self) -> str:
        if self.word in ("gone", "new"):
            return one_line(f"{self.word}: {self.name}")
        return one_line(f"{self.word}: {self.name}: {self.before} -> {self.after}")


def compare_environments(
    documents: Iterable[ApiDocument], since: str, until: str, with_private: bool = False
) -> list[NameChange]:
    """The changes between two environments of the same documents, those of a document together."""
    found: list[NameChange] = []
    for document in documents:
        one, other = document.environments.bits[since], document.environments.bits[until]
        both = document.environments.measured & one and document.environments.measured & other
        for name in sorted(document.rows) if both else ():
            row = document.rows[name]
            if with_private or row.visibility == "public":
                found += _compare(document.full(name), row, one, row, other)
    return found


def compare_documents(
    before: Mapping[str, ApiDocument], after: Mapping[str, ApiDocument], environment: str
) -> list[NameChange]:
    """The changes of one environment from some documents to others. A root that only one has is left out."""
    found: list[NameChange] = []
    for root in before.keys() & after.keys():
        one, other = before[root], after[root]
        bits = one.environments.bits.get(environment, 0), other.environments.bits.get(environment, 0)
        if not (bits[0] & one.environments.measured and bits[1] & other.environments.measured):
            continue
        for name in sorted(one.rows.keys() | other.rows.keys()):
            rows = one.rows.get(name, ApiRow()), other.rows.get(name, ApiRow())
            found += _compare(one.full(name), rows[0], bits[0], rows[1], bits[1])
    return sorted(found, key=lambda change: (NAME_WORDS.index(change.word), change.name))


def _compare(name: str, one: ApiRow, before: Mask, other: ApiRow, after: Mask) -> Iterator[NameChange]:
    if one.unasked & before or other.unasked & after:
        return
    reached = bool(one.reached & before), bool(other.reached & after)
    if reached != (True, True):
        if any(reached):
            word = "gone" if reached[0] else "new"
            yield NameChange(word, name, _ways_in(one, before), _ways_in(other, after))
        return
    ways = (("import", one.imports, other.imports), ("attribute", one.attributes, other.attributes))
    for word, was, now in ways:
        if bool(was & before) != bool(now & after):
            words = {True: "yes", False: "no"}
            yield NameChange(word, name, words[bool(was & before)], words[bool(now & after)])
    facts = ("kind", one.value_in("kind", before), other.value_in("kind", after))
    objects = ("object", _object(one, before), _object(other, after))
    signatures = ("signature", one.value_in("signature", before), other.value_in("signature", after))
    for word, earlier, later in (facts, objects, signatures):
        if earlier != later and earlier is not None and later is not None:
            yield NameChange(word, name, earlier, later)


def _ways_in(row: ApiRow, mask: Mask) -> str:
    ways = {"import": row.imports, "attribute": row.attributes}
    return ", ".join(way for way, where in ways.items() if where & mask)


def _object(row: ApiRow, mask: Mask) -> str | None:
    """The package and the own name of what is behind a name: modules are moved about within a package all the time."""
    home = row.value_in("home", mask)
    if home is None or row.value_in("kind", mask) in ("module", "value"):
        return None
    top, _, rest = home.partition(":")[0].partition(".")
    return f"{top}: {rest.rpartition('.')[2]}"
