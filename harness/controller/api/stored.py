"""The documents below a results folder, or packed in an installed harness, each read when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from harness.controller.api.document import ApiDocument, document_files, read_document
from harness.controller.api.packed import joined, packed_roots, read_private, read_public
from harness.controller.results.sources import API


class StoredDocuments(Mapping[str, ApiDocument]):
    """By root. Reading one raises HarnessError where it is damaged."""

    def __init__(self, results: Path) -> None:
        self._folder = results / API
        self._files = document_files(results)
        self._roots = list(self._files) or packed_roots(self._folder)
        self._read: dict[str, ApiDocument] = {}

    def __getitem__(self, root: str) -> ApiDocument:
        if root not in self._roots:
            raise KeyError(root)
        if root not in self._read:
            self._read[root] = self._document(root)
        return self._read[root]

    def __iter__(self) -> Iterator[str]:
        return iter(self._roots)

    def __len__(self) -> int:
        return len(self._roots)

    def _document(self, root: str) -> ApiDocument:
        if root in self._files:
            return read_document(self._files[root])
        return joined(self._public[root], read_private(self._folder, root))

    @cached_property
    def _public(self) -> dict[str, ApiDocument]:
        return read_public(self._folder)
