"""Changes in the order a maintainer reads them: the worst first, many similar ones as one group. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.contract.records import CellKey, Outcome
from harness.controller.results.compare import NOT_TRIED, Change, both_sides, change_sentence

WORDS = (  # the worst first
    "environment lost",
    "regressed",
    "not reached",
    NOT_TRIED,
    "changed",
    "environment changed",
    "package",
    "fixed",
    "environment gained",
    "new",
    "removed",
    "environment new",
    "environment removed",
)
FEW = 8  # more similar changes than this become one group
_MESSAGES = 3  # shown of a group
_LONGEST = 100  # characters of a message


@dataclass(frozen=True)
class ChangeGroup:
    """Similar changes as one: `what` changed `where`. A group of cells lists the most frequent ones in `details`."""

    word: str
    where: str
    what: str
    before: str
    after: str
    details: tuple[str, ...] = ()


def order_changes(changes: Iterable[Change]) -> list[Change]:
    """Sorted by word, the worst first. Sorting is stable."""
    return sorted(changes, key=lambda change: WORDS.index(change.word))


def group_changes(changes: Iterable[Change]) -> list[ChangeGroup]:
    """The changes in order, with more than FEW similar ones as one group.

    Similar cells have the same status, stage and error before and after. Changes of the same package are always one
    group.
    """
    sorts = grouped(changes)
    packages = [alike for alike in sorts if alike[0].word == "package"]
    groups = []
    for alike in sorts:
        if alike[0].word == "package" or (len(alike) > FEW and not alike[0].cell):
            groups.append(_of_environments(alike))
        elif len(alike) > FEW:
            groups.append(_of_cells(alike, packages))
        else:
            groups += [_of_one(change) for change in alike]
    return groups


def grouped(changes: Iterable[Change]) -> list[list[Change]]:
    """The changes in lists of similar ones: the worst first, of one word the most frequent."""
    sorts: dict[object, list[Change]] = {}
    for change in order_changes(changes):
        sides = (_kind(change.before), _kind(change.after)) if change.cell else (change.before, change.after)
        sorts.setdefault((change.word, change.name, sides), []).append(change)
    return sorted(sorts.values(), key=lambda alike: (WORDS.index(alike[0].word), -len(alike)))


def cells_by_cause(changes: Iterable[Change]) -> list[list[CellKey]]:
    """The changed cells of one environment, in lists of those with similar changes, which have one cause."""
    by_cause = ([change.cell for change in alike if change.cell] for alike in grouped(changes))
    return [cells for cells in by_cause if cells]


def _kind(side: Outcome | str | None) -> str:
    """`fail at fit (ValueError)`: an outcome without its message."""
    if not isinstance(side, Outcome):
        return side or ""
    where = f" at {side.stage.value}" if side.stage else ""
    return f"{side.status.value}{where}" + (f" ({side.error})" if side.error else "")


def _of_one(change: Change) -> ChangeGroup:
    what = f"{change.cell[0]}[{change.cell[1]}]" if change.cell else ""
    return ChangeGroup(change.word, change.environment, what, *both_sides(change))


def _of_environments(alike: Sequence[Change]) -> ChangeGroup:
    first = alike[0]
    return ChangeGroup(first.word, ", ".join(_environments(alike)), first.name or "", *both_sides(first))


def _of_cells(alike: Sequence[Change], packages: Iterable[Sequence[Change]]) -> ChangeGroup:
    first, names = alike[0], _environments(alike)
    where = ", ".join(names) if len(names) <= FEW else f"{len(names)} environments"
    cells = [change.cell for change in alike if change.cell]
    messages = (_message(change.after or change.before) for change in alike)
    same = [found[0] for found in packages if {*names} <= {*_environments(found)}]
    details = {
        "packages that changed in all of them": ", ".join(map(_package, same)),
        "messages": shorten_list(Counter(filter(None, messages)), _MESSAGES),
        "environments": shorten_list(Counter(change.environment for change in alike)) if names[1:] else "",
        "paths": shorten_list(Counter(path for _, path in cells)),
        "cases": shorten_list(Counter(case for case, _ in cells)),
        "first": change_sentence(first),
    }
    lines = tuple(f"{name}: {text}" for name, text in details.items() if text)
    return ChangeGroup(first.word, where, f"{len(alike)} cells", _kind(first.before), _kind(first.after), lines)


def _message(side: Outcome | str | None) -> str:
    """The start of the message."""
    message = side.message if isinstance(side, Outcome) else side
    line = (message or "").partition("\n")[0]
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _package(change: Change) -> str:
    return f"{change.name} {change.before or 'none'} → {change.after or 'none'}"


def _environments(changes: Iterable[Change]) -> list[str]:
    return list(dict.fromkeys(change.environment for change in changes))


def shorten_list(counts: Counter[str], most: int = FEW) -> str:
    """`dense (12), mlp (3) and 4 others`: the most frequent first, then by name."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    named = ", ".join(f"{name} ({number})" for name, number in ranked[:most])
    return named + (f" and {len(ranked) - most} others" if len(ranked) > most else "")
