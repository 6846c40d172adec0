"""`results/api/ROOT.json`: the names below one root in all environments, one a line. The only reader and writer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.controller.api.environments import ApiEnvironment, Environments, Mask
from harness.controller.errors import HarnessError
from harness.controller.files import read_text
from harness.controller.results.sources import API
from harness.controller.text import json_line

API_SCHEMA = 1
FACTS = ("kind", "home", "attribute_home", "signature", "methods", "warning", "error")
_INTERNED = {"home": "homes", "attribute_home": "homes", "signature": "signatures", "methods": "methods"}
_MALFORMED = (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError)


@dataclass
class ApiRow:
    """What is known of a name: for each fact the environments in which it has a value.

    `facts` has the values of each of FACTS; the key of `warning` and `error` is `form: type: first line`.
    """

    imports: Mask = 0
    attributes: Mask = 0
    unasked: Mask = 0  # measured, and this name was not asked for
    visibility: str = "public"  # or `private`, `leaked`
    facts: dict[str, dict[str, Mask]] = field(default_factory=dict)

    @property
    def reached(self) -> Mask:
        return self.imports | self.attributes

    def add(self, fact: str, value: str, mask: Mask) -> None:
        values = self.facts.setdefault(fact, {})
        values[value] = values.get(value, 0) | mask

    def values(self, fact: str) -> dict[str, Mask]:
        return self.facts.get(fact, {})

    def value_in(self, fact: str, mask: Mask) -> str | None:
        """The value of a fact in one environment."""
        return next((value for value, where in self.values(fact).items() if where & mask), None)

    def changed(self, change: Callable[[Mask], Mask]) -> ApiRow:
        """The row with every set of environments changed in the same way, without facts that hold nowhere."""
        facts = {
            fact: kept
            for fact, values in self.facts.items()
            if (kept := {value: after for value, mask in values.items() if (after := change(mask))})
        }
        imports, attributes, unasked = map(change, (self.imports, self.attributes, self.unasked))
        return ApiRow(imports, attributes, unasked, self.visibility, facts)


@dataclass
class ApiDocument:
    """The names below a root, relative to it; the name "" is the root itself."""

    root: str
    environments: Environments
    rows: MutableMapping[str, ApiRow] = field(default_factory=dict)

    def full(self, name: str) -> str:
        return f"{self.root}.{name}" if name else self.root

    def by_home(self) -> dict[str, list[str]]:
        """The names by what is behind them in any environment."""
        if isinstance(self.rows, StoredRows) and not self.rows.is_changed:
            return self.rows.by_home()
        found: dict[str, list[str]] = {}
        for name, row in self.rows.items():
            for home in row.values("home"):
                found.setdefault(home, []).append(name)
        return found

    def text(self) -> str:
        """The file: heads of interned values, then a line for each name, sorted."""
        masks = _Table(self.environments.to_json, self._masks())
        tables = {name: _Table(str, self._interned(name)) for name in sorted(set(_INTERNED.values()))}
        usual = self._usual_visibility()
        heads: dict[str, Any] = {"schema": API_SCHEMA, "root": self.root, "visibility": usual}
        lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in heads.items()]
        lines.append(_lines("environments", "[]", [json_line(item.to_json()) for item in self.environments.items]))
        lines.append(_lines("patterns", "[]", map(json_line, masks.written())))
        lines += [_lines(name, "[]", map(json_line, table.written())) for name, table in tables.items()]
        rows = [
            f"{json_line(name)}:{_compact(_row_json(row, usual, masks, tables))}"
            for name, row in sorted(self.rows.items())
        ]
        lines.append(_lines("names", "{}", rows))
        return "{" + ",\n".join(lines) + "}\n"

    def _usual_visibility(self) -> str:
        """That of most names: it stands at the head, and not with each of them."""
        counts = Counter(row.visibility for row in self.rows.values())
        return max(sorted(counts), key=lambda word: counts[word], default="public")

    def _masks(self) -> Iterable[Mask]:
        for row in self.rows.values():
            yield from (row.imports, row.attributes, row.unasked)
            for values in row.facts.values():
                yield from values.values()

    def _interned(self, table: str) -> Iterable[str]:
        facts = [fact for fact, name in _INTERNED.items() if name == table]
        return (value for row in self.rows.values() for fact in facts for value in row.values(fact))


class _Table:
    """Values at the head of a file, sorted, and the number of each."""

    def __init__(self, write: Callable[[Any], Any], values: Iterable[Any]) -> None:
        self._write = write
        self._values = sorted(set(values))
        self.number = {value: index for index, value in enumerate(self._values)}

    def written(self) -> list[Any]:
        return [self._write(value) for value in self._values]


def _compact(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"))


def _lines(key: str, brackets: str, lines: Iterable[str]) -> str:
    return f"{json.dumps(key)}: {brackets[0]}\n" + ",\n".join(lines) + f"\n{brackets[1]}"


def _row_json(row: ApiRow, usual: str, masks: _Table, tables: Mapping[str, _Table]) -> dict[str, Any]:
    data: dict[str, Any] = {"import": masks.number[row.imports], "attribute": masks.number[row.attributes]}
    if row.unasked:
        data["unasked"] = masks.number[row.unasked]
    if row.visibility != usual:
        data["visibility"] = row.visibility
    for fact in FACTS:
        table = tables.get(_INTERNED.get(fact, ""))
        values = {table.number[value] if table else value: mask for value, mask in row.values(fact).items()}
        if list(values.values()) == [row.reached]:  # one value wherever the name can be reached
            data[fact] = next(iter(values))
        elif values:
            data[fact] = [[value, masks.number[values[value]]] for value in sorted(values)]
    return data


def read_document(file: Path) -> ApiDocument:
    """The document in a file. Raises HarnessError where it is not one, or of another schema."""
    try:
        data = json.loads(read_text(file))
    except ValueError as error:
        raise _not_a_document(file, error) from None
    return parse_document(data, file)


def parse_document(data: Any, file: Path) -> ApiDocument:
    """The document that a file holds as JSON. Raises HarnessError where it is not one, or of another schema."""
    try:
        if data["schema"] != API_SCHEMA:
            raise HarnessError(f"{file}: schema {data['schema']!r}: this harness reads schema {API_SCHEMA}")
        environments = Environments(tuple(map(ApiEnvironment.from_json, data["environments"])))
        masks = [environments.from_json(pattern) for pattern in data["patterns"]]
        return ApiDocument(data["root"], environments, StoredRows(file, data, masks))
    except _MALFORMED as error:
        raise _not_a_document(file, error) from None


def _not_a_document(file: Path, error: Exception) -> HarnessError:
    return HarnessError(f"{file}: not a document of the API ({type(error).__name__}: {error})")


class StoredRows(MutableMapping[str, ApiRow]):
    """The rows of a document as JSON, each made when it is first asked for: most questions are about a few of many."""

    def __init__(self, file: Path, data: Mapping[str, Any], masks: list[Mask]) -> None:
        self._file = file
        self._data = data
        self._masks = masks
        self._rows: dict[str, ApiRow | None] = dict.fromkeys(data["names"])
        self.is_changed = False

    def __getitem__(self, name: str) -> ApiRow:
        row = self._rows[name]
        if row is None:
            try:
                row = self._rows[name] = _read_row(self._data["names"][name], self._masks, self._data)
            except _MALFORMED as error:
                raise _not_a_document(self._file, error) from None
        return row

    def by_home(self) -> dict[str, list[str]]:
        """The names by what is behind them in any environment; without making their rows."""
        homes = self._data["homes"]
        names: list[list[str]] = [[] for _ in homes]  # by the number of a home: most names have one
        for name, data in self._data["names"].items():
            given = data.get("home", ())
            if given.__class__ is int:
                names[given].append(name)
            else:
                for number, _ in given:
                    names[number].append(name)
        return {home: listed for home, listed in zip(homes, names, strict=True) if listed}

    def __setitem__(self, name: str, row: ApiRow) -> None:
        self.is_changed = True
        self._rows[name] = row

    def __delitem__(self, name: str) -> None:
        self.is_changed = True
        del self._rows[name]

    def __contains__(self, name: object) -> bool:
        return name in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def _read_row(data: Mapping[str, Any], masks: list[Mask], tables: Mapping[str, Any]) -> ApiRow:
    unasked = masks[data["unasked"]] if "unasked" in data else 0
    visibility = data.get("visibility", tables["visibility"])
    row = ApiRow(masks[data["import"]], masks[data["attribute"]], unasked, visibility)
    for fact in FACTS:
        table = tables[_INTERNED[fact]] if fact in _INTERNED else None
        given = data.get(fact, [])
        pairs = [(value, masks[mask]) for value, mask in given] if isinstance(given, list) else [(given, row.reached)]
        for value, mask in pairs:
            row.add(fact, value if table is None else table[value], mask)
    return row


def document_files(results: Path) -> dict[str, Path]:
    """The files of the documents below a results folder, by root."""
    return {file.name.removesuffix(".json"): file for file in sorted((results / API).glob("*.json"))}


def read_documents(results: Path) -> dict[str, ApiDocument]:
    """All documents below a results folder, by root. Raises HarnessError."""
    documents = [read_document(file) for file in document_files(results).values()]
    return {document.root: document for document in documents}


def root_of(roots: Iterable[str], name: str) -> str | None:
    """The innermost root that a dotted name is, or is below."""
    return max((root for root in roots if (name + ".").startswith(root + ".")), key=len, default=None)
