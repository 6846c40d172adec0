"""The changes between two columns, or two sets of columns: pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from harness.contract.records import CellKey, Outcome, is_untried
from harness.contract.statuses import Status
from harness.controller.project.first_subject import release_title
from harness.controller.results.documents import Column, EnvironmentFacts
from harness.controller.text import one_line

NOT_TRIED = "not tried"
_FAILING = (Status.FAIL, Status.CRASH, Status.TIMEOUT)


@dataclass(frozen=True)
class Change:
    """One difference.

    `word` is regressed, fixed, changed, not reached, not tried, new or removed of a cell; environment lost, gained,
    changed, new or removed of a whole environment, which has no cell; or package, and then `name` says which.
    """

    word: str
    environment: str
    cell: CellKey | None = None
    before: Outcome | str | None = None
    after: Outcome | str | None = None
    name: str | None = None

    @property
    def differs(self) -> bool:
        """Whether a set with this change disagrees with the one before, see docs/commands.md.

        What is new agrees, but for a cell that fails: nobody has accepted that. What was not tried says nothing.
        """
        if self.word == "new":
            return isinstance(self.after, Outcome) and self.after.status in _FAILING
        return self.word not in ("environment new", NOT_TRIED)


def compare(before: Column | None, after: Column, planned: Collection[CellKey] | None = None) -> list[Change]:
    """The changes from `before` (None: no such column) in the cells that `after` has.

    A cell of `before` that is not in `planned` is removed; without `planned` no cell is.
    """
    name = after.environment.id
    if before is not None:
        whole = _environment_change(before.environment, after.environment)
        if whole is not None:
            return [whole]
    known = before.cells if before else {}
    # Most outcomes are one object in both columns: identity is much faster to compare than equality.
    differing = [key for key, new in after.cells.items() if (old := known.get(key)) is not new and old != new]
    pairs = [(key, known.get(key), after.cells[key]) for key in sorted(differing)]
    changes = [Change(_word(old, new), name, key, old, new) for key, old, new in pairs]
    gone = [key for key in known if planned is not None and key not in planned and key not in after.cells]
    return changes + [Change("removed", name, key, known[key]) for key in sorted(gone)]


def _environment_change(before: EnvironmentFacts, after: EnvironmentFacts) -> Change | None:
    if after.failed != before.failed:
        word = "environment lost" if after.failed else "environment gained"
        return Change(word, after.id, before=before.reason, after=after.reason)
    if after.failed and after.reason != before.reason:
        return Change("environment changed", after.id, before=before.reason, after=after.reason)
    return None


def _word(before: Outcome | None, after: Outcome) -> str:
    if before is None:
        return "new"
    if after.status is Status.NOT_RUN:
        return "not reached"
    if is_untried(after, before):
        return NOT_TRIED
    if before.status is after.status:
        return "changed"
    if before.status is Status.PASS:
        return "regressed"
    return "fixed" if after.status is Status.PASS else "changed"


def package_changes(before: Column, after: Column) -> list[Change]:
    """The packages that differ. None if either environment failed or was not reached: its packages are unknown."""
    if any(_is_unknown(column) for column in (before, after)):
        return []
    old, new = _installed(before.environment), _installed(after.environment)
    names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    environment = after.environment.id
    return [Change("package", environment, None, old.get(name), new.get(name), name) for name in names]


def _is_unknown(column: Column) -> bool:
    return not column.environment.packages and (column.environment.failed or not column.answers())


def _installed(facts: EnvironmentFacts) -> dict[str, str]:
    own = {"Python": facts.python, release_title(facts.subject): facts.release, "distribution": facts.distribution}
    return own | facts.packages


def compare_sets(before: Mapping[str, Column], after: Mapping[str, Column], whole: bool) -> list[Change]:
    """The changes between two sets of columns, by environment.

    `whole`: `after` is complete, so that what is missing from it was removed.
    """
    changes = []
    for name in [*after, *(name for name in before if name not in after)]:
        if name not in after:
            changes += [Change("environment removed", name)] if whole else []
        elif name not in before:
            changes += [Change("environment new", name)]
        else:
            changes += package_changes(before[name], after[name])
            changes += compare(before[name], after[name], after[name].cells if whole else None)
    return changes


def not_tried_sentences(changes: Iterable[Change]) -> list[str]:
    """`34 not tried here: no dot on the PATH: ...`, one for each reason, the most frequent first."""
    outcomes = [change.after for change in changes if change.word == NOT_TRIED and isinstance(change.after, Outcome)]
    reasons = Counter(outcome.message or "a prerequisite is missing" for outcome in outcomes)
    return [one_line(f"{number} not tried here: {reason}") for reason, number in reasons.most_common()]


def new_cells_sentence(changes: Iterable[Change]) -> str:
    """`3 new cells: 2 fail, 1 crash`; empty where no cell is new."""
    new = [change.after.status for change in changes if change.word == "new" and isinstance(change.after, Outcome)]
    counts = [f"{new.count(status)} {status.value}" for status in Status if status in new]
    return f"{len(new)} new cell{'s' if len(new) > 1 else ''}: {', '.join(counts)}" if new else ""


def change_sentence(change: Change) -> str:
    """`tf215 regressed sequential-mlp[keras]: pass → fail at import (ImportError: ...)`."""
    what = f"{change.cell[0]}[{change.cell[1]}]" if change.cell else change.name or ""
    return sentence_of(change.environment, change.word, what, *both_sides(change))


def sentence_of(where: str, word: str, what: str, before: str, after: str) -> str:
    """The sentence of a change, in one line."""
    if word == "package":
        return one_line(f"{where} {what} {before or 'none'} → {after or 'none'}")
    sides = f"{before} → {after}" if before and after else before or after
    return one_line(" ".join(filter(None, [where, word, what])) + (f": {sides}" if sides else ""))


def both_sides(change: Change) -> tuple[str, str]:
    """The outcome before and after, in one line each, with the first line that differs."""
    before, after = describe_outcome(change.before), describe_outcome(change.after)
    if before == after and isinstance(change.before, Outcome) and isinstance(change.after, Outcome):
        pairs = zip_longest(_lines(change.before), _lines(change.after), fillvalue="nothing")
        old, new = next(pair for pair in pairs if pair[0] != pair[1])
        return f"{before}: {old}", f"{after}: {new}"
    return before, after


def _lines(outcome: Outcome) -> list[str]:
    """The lines that describe_outcome leaves out."""
    rest = (outcome.message or "").split("\n")[1:]
    return [*rest, *outcome.warnings, f"{outcome.error!r}, {outcome.message!r}"]  # the last: None is not ''


def describe_outcome(what: Outcome | str | None) -> str:
    """An outcome in one line; text unchanged."""
    if not isinstance(what, Outcome):
        return what or ""
    where = f" at {what.stage.value}" if what.stage else ""
    error = ": ".join(filter(None, [what.error, (what.message or "").partition("\n")[0]]))
    warned = f", {len(what.warnings)} warning{'s' * (len(what.warnings) > 1)}" if what.warnings else ""
    return f"{what.status.value}{where}{warned}{f' ({error})' if error else ''}"
