"""What changed from the baseline: pure functions over columns."""

from __future__ import annotations

from dataclasses import dataclass

from harness.contract.records import CellKey, Outcome
from harness.contract.statuses import Status
from harness.controller.store import Column


@dataclass(frozen=True)
class Change:
    """One difference. `word` is regressed, fixed, changed or new; or environment lost or gained, and then no cell."""

    word: str
    environment: str
    cell: CellKey | None = None
    before: Outcome | None = None
    after: Outcome | None = None
    reason: str | None = None

    @property
    def differs(self) -> bool:
        """Whether it contradicts the baseline: a cell that the baseline does not have contradicts nothing."""
        return self.word != "new"


def compare(before: Column | None, after: Column) -> list[Change]:
    """The differences from `before` (None: there is no baseline) in those cells that `after` has."""
    name = after.environment.id
    if before is not None and after.environment.failed != before.environment.failed:
        word = "environment lost" if after.environment.failed else "environment gained"
        return [Change(word, name, reason=after.environment.reason)]
    known = before.cells if before else {}
    changes = []
    for key in sorted(after.cells):
        old, new = known.get(key), after.cells[key]
        if old != new:
            changes.append(Change(_word(old, new), name, key, old, new))
    return changes


def _word(before: Outcome | None, after: Outcome) -> str:
    if before is None:
        return "new"
    if before.status is after.status:
        return "changed"
    if before.status is Status.PASS:
        return "regressed"
    return "fixed" if after.status is Status.PASS else "changed"


def in_words(change: Change) -> str:
    """`tf215 regressed sequential-mlp[keras]: pass → fail at import (ImportError: ...)`."""
    if change.cell is None:
        return f"{change.environment} {change.word}" + (f": {change.reason}" if change.reason else "")
    case, path = change.cell
    before = f"{describe(change.before)} → " if change.before else ""
    after = describe(change.after) if change.after else ""
    return f"{change.environment} {change.word} {case}[{path}]: {before}{after}"


def describe(outcome: Outcome | None) -> str:
    """An outcome in one line."""
    if outcome is None:
        return "nothing"
    where = f" at {outcome.stage.value}" if outcome.stage else ""
    what = ": ".join(filter(None, [outcome.error, (outcome.message or "").partition("\n")[0]]))
    warned = f", {len(outcome.warnings)} warnings" if outcome.warnings else ""
    return f"{outcome.status.value}{where}{warned}{f' ({what})' if what else ''}"
