"""The outcomes of scripts on sets of packages, kept by content: a file for each, of a few hundred bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from harness.contract.records import Outcome
from harness.controller.files import write_atomically

_MOST = 5000  # files; the oldest go


class OutcomeStore:
    """Keeps each answer that was obtained for a key, in order: an outcome, or the reason why uv cannot install it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, key: str) -> list[Outcome | str]:
        """What is known; empty for a damaged file."""
        try:
            found = json.loads(self._file(key).read_text(encoding="utf-8"))
            return [_answer(entry) for entry in found]
        except (OSError, ValueError, KeyError, TypeError):
            return []

    def add(self, key: str, answer: Outcome | str) -> None:
        """Keep one more answer."""
        entries = [item if isinstance(item, str) else item.to_json() for item in [*self.read(key), answer]]
        write_atomically(self._file(key), json.dumps(entries, indent=1) + "\n")

    def trim(self) -> None:
        """Remove the oldest files beyond the limit."""
        files = sorted(self._folder.glob("*.json"), key=lambda file: file.stat().st_mtime)
        for file in files[: max(0, len(files) - _MOST)]:
            file.unlink(missing_ok=True)

    def _file(self, key: str) -> Path:
        return self._folder / f"{key}.json"


def _answer(entry: Any) -> Outcome | str:
    return entry if isinstance(entry, str) else Outcome.from_json(entry)
