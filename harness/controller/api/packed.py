"""The documents of the API as the wheel carries them: compressed, and the public names apart from all else.

`names.json.xz` holds the public names of all roots with their kind and where they can be reached, `facts.json.xz` what
else is known of them, in the same order, and `ROOT.json.xz` the private and leaked names below a root.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from harness.controller.api.document import ApiDocument, ApiRow, parse_document
from harness.controller.errors import HarnessError

NAMES, FACTS = "names.json.xz", "facts.json.xz"
_SUFFIX = ".json.xz"
_PRESET = 6 | lzma.PRESET_EXTREME
Rows = Mapping[str, ApiRow]


def pack(documents: Mapping[str, ApiDocument]) -> dict[str, bytes]:
    """The content of each file, by its name."""
    names, facts, files = [], [], {}
    for root, document in documents.items():
        public = [(name, row) for name, row in sorted(document.rows.items()) if row.visibility == "public"]
        names.append(_with_rows(document, {name: _facts_of(row, {"kind"}) for name, row in public}))
        others = [_facts_of(row, row.facts.keys() - {"kind"}) for _, row in public]
        facts.append(_with_rows(document, {f"{index:05}": row for index, row in enumerate(others)}))
        private = {name: row for name, row in document.rows.items() if row.visibility != "public"}
        files[root + _SUFFIX] = _compress([_with_rows(document, private)])
    return {NAMES: _compress(names), FACTS: _compress(facts), **files}


def packed_roots(folder: Path) -> list[str]:
    """The roots whose packed documents a folder has."""
    files = sorted(file.name for file in folder.glob("*" + _SUFFIX))
    return [name.removesuffix(_SUFFIX) for name in files if name not in (NAMES, FACTS)]


def read_public(folder: Path) -> dict[str, ApiDocument]:
    """The public names of all roots. Raises HarnessError where the files are damaged."""
    documents = {}
    for document, facts in zip(_read(folder / NAMES), _read(folder / FACTS), strict=True):
        rows = zip(document.rows.items(), facts.rows.values(), strict=True)
        joined = {name: replace(row, facts={**row.facts, **other.facts}) for (name, row), other in rows}
        documents[document.root] = _with_rows(document, joined)
    return documents


def read_private(folder: Path, root: str) -> ApiDocument:
    """The private and leaked names below a root. Raises HarnessError where the file is damaged."""
    (document,) = _read(folder / (root + _SUFFIX))
    return document


def joined(public: ApiDocument, private: ApiDocument) -> ApiDocument:
    """The whole document of a root."""
    return _with_rows(public, dict(sorted({**public.rows, **private.rows}.items())))


def _with_rows(document: ApiDocument, rows: Rows) -> ApiDocument:
    return ApiDocument(document.root, document.environments, dict(rows))


def _facts_of(row: ApiRow, facts: Iterable[str]) -> ApiRow:
    return replace(row, facts={fact: row.facts[fact] for fact in row.facts if fact in facts})


def _compress(documents: Iterable[ApiDocument]) -> bytes:
    text = ",".join(document.text() for document in documents)
    return lzma.compress(f"[{text}]".encode(), preset=_PRESET)


def _read(file: Path) -> list[ApiDocument]:
    try:
        data = json.loads(lzma.decompress(file.read_bytes()))
    except (OSError, ValueError, lzma.LZMAError) as error:
        raise HarnessError(f"{file}: not a packed document of the API ({error}): install the harness again") from None
    return [parse_document(item, file) for item in data]
