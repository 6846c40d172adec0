"""results/history.csv: what each accepted run changed, one line a change, only ever added to.

A case that is new in an environment is one line for all its import paths, `*`. The day is that of accepting.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from harness.contract.records import CellKey
from harness.controller.compare import Change, describe
from harness.controller.errors import HarnessError
from harness.controller.export import harmless
from harness.controller.files import write_atomically

ALL_PATHS = "*"


@dataclass(frozen=True)
class Event:
    """A line of the history, as text."""

    day: str
    environment: str
    case: str
    path: str
    change: str
    before: str
    after: str


_HEAD = [field.name for field in fields(Event)]


def events(changes: Iterable[Change], day: str) -> list[Event]:
    """The lines that changes of cells and whole environments make; packages are in the documents themselves."""
    made = []
    for change in changes:
        if change.word == "new" and change.cell:
            made.append(Event(day, change.environment, change.cell[0], ALL_PATHS, "new", "", ""))
        elif change.word != "package":
            case, path = change.cell or ("", "")
            before, after = harmless(describe(change.before)), harmless(describe(change.after))
            made.append(Event(day, change.environment, case, path, change.word, before, after))
    return list(dict.fromkeys(made))


def read_history(file: Path) -> list[Event]:
    """All lines, oldest first; none where there is no file. Raises HarnessError for a file of another form."""
    if not file.exists():
        return []
    rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))
    if not rows or rows[0] != _HEAD or any(len(row) != len(_HEAD) for row in rows):
        raise HarnessError(f"{file}: not a history: its lines must be {', '.join(_HEAD)}")
    return [Event(*row) for row in rows[1:]]


def append_history(file: Path, new: Sequence[Event]) -> None:
    """Add lines at the end. What is there is kept as it is, byte for byte."""
    read_history(file)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    if not file.exists():
        writer.writerow(_HEAD)
    writer.writerows(map(astuple, new))
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    write_atomically(file, before + buffer.getvalue())


def since(history: Sequence[Event], environment: str, cell: CellKey) -> Event | None:
    """The last event of a cell: it is as it is since then."""
    case, path = cell
    for event in reversed(history):
        if (event.environment, event.case) == (environment, case) and event.path in (path, ALL_PATHS):
            return event
    return None
