"""results/history.csv: the changes of each accepted run, one line for each change. Lines are only ever added.

A case new to an environment has one line for all its import paths, `*`. The day is the day of acceptance.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from harness.contract.records import CellKey
from harness.controller.errors import HarnessError
from harness.controller.files import read_text
from harness.controller.results.compare import Change, describe_outcome
from harness.controller.results.documents import Column
from harness.controller.text import csv_safe, one_line

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


# The last event by environment, case and path, with its place in the history.
LastEvents = Mapping[tuple[str, str, str], tuple[int, Event]]

_HEAD = [field.name for field in fields(Event)]


def events(changes: Iterable[Change], baseline: Mapping[str, Column], day: str) -> list[Event]:
    """The lines for changes from `baseline`. Changes of packages are in the documents, not here."""
    known = {(name, case) for name, column in baseline.items() for case, _ in column.cells}
    found = []
    for change in changes:
        case, path = change.cell or ("", "")
        if change.word == "new" and (change.environment, case) not in known:
            found.append(Event(day, change.environment, case, ALL_PATHS, "new", "", ""))
        elif change.word != "package":
            found.append(
                Event(
                    day,
                    change.environment,
                    case,
                    path,
                    change.word,
                    describe_outcome(change.before),
                    describe_outcome(change.after),
                )
            )
    return [Event(*map(_cell_text, astuple(event))) for event in dict.fromkeys(found)]


def _cell_text(text: str) -> str:
    return csv_safe(one_line(text))


def read_history(file: Path) -> list[Event]:
    """All lines, oldest first; none without a file. Raises HarnessError for a file of another form."""
    if not file.exists():
        return []
    try:
        rows = list(csv.reader(io.StringIO(read_text(file), newline="")))
    except csv.Error as error:
        raise HarnessError(f"{file}: cannot be read: {error}") from None
    if not rows or rows[0] != _HEAD or any(len(row) != len(_HEAD) for row in rows):
        raise HarnessError(f"{file}: not a history: its lines must be {', '.join(_HEAD)}")
    return [Event(*row) for row in rows[1:]]


def continued(file: Path, new: Sequence[Event]) -> str:
    """The text of the file with lines added at the end. The present text stays byte for byte."""
    read_history(file)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    if not file.exists():
        writer.writerow(_HEAD)
    writer.writerows(map(astuple, new))
    before = file.read_bytes().decode("utf-8") if file.exists() else ""
    if new and before and not before.endswith("\n"):
        before += "\n"
    return before + buffer.getvalue()


def last_events(history: Iterable[Event]) -> LastEvents:
    """The last event of each place, for `since`."""
    return {(event.environment, event.case, event.path): (place, event) for place, event in enumerate(history)}


def since(last: LastEvents, environment: str, cell: CellKey) -> Event | None:
    """The last event of a cell or its whole environment, after which its outcome is unchanged."""
    case, path = cell
    keys = [(environment, *place) for place in ((case, path), (case, ALL_PATHS), ("", ""))]
    found = [last[key] for key in keys if key in last]
    return max(found)[1] if found else None
