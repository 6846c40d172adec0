"""What changed in the names of a lane since it was accepted.

A lane is kept as its differences from a release, so two states of it are two sets of differences: what neither has is
as in the release, and did not change.
"""

from __future__ import annotations

from collections.abc import Iterable

from harness.controller.api.environments import Measured
from harness.controller.api.lanes import LaneNames, MeasuredLane
from harness.controller.api.name_changes import NAME_WORDS, NameChange

_WAYS = "ways"  # the field of a name that is gone or new
_Fields = dict[tuple[str, str], tuple[str, str]]  # by name and field: in the release, and in the lane


def lane_changes(before: LaneNames, after: LaneNames, lane: str) -> list[NameChange]:
    """The changes of a lane; of one that was not accepted yet, those from its release."""
    if before.lanes.get(lane) == after.lanes[lane] and before.of_lane(lane) == after.of_lane(lane):
        return []
    found = _package_changes(before.lanes.get(lane), after.lanes[lane])
    changed = {change.name for change in found}
    was, now = _fields(before, lane), _fields(after, lane)
    for name, field in sorted(was.keys() | now.keys()):
        key = name, field
        earlier = was[key][1] if key in was else now[key][0]
        later = now[key][1] if key in now else was[key][0]
        if earlier != later and name.partition(".")[0] not in changed:
            found.append(NameChange(_word(field, earlier, later), name, earlier, later))
    moved = {change.name for change in found if change.word in ("gone", "new")}
    kept = (change for change in found if change.word in ("gone", "new") or change.name not in moved)
    return sorted(kept, key=lambda change: (NAME_WORDS.index(change.word), change.name))


def _fields(names: LaneNames, lane: str) -> _Fields:
    changes: Iterable[NameChange] = names.of_lane(lane) if lane in names.lanes else ()
    return {
        (change.name, _WAYS if change.word in ("gone", "new") else change.word): (change.before, change.after)
        for change in changes
    }


def _word(field: str, earlier: str, later: str) -> str:
    if field != _WAYS:
        return field
    if earlier and later:
        return "import" if ("import" in earlier) != ("import" in later) else "attribute"
    return "gone" if earlier else "new"


def _package_changes(before: MeasuredLane | None, after: MeasuredLane) -> list[NameChange]:
    """The packages that can be imported now, or no longer. Of their names nothing else is said."""
    if before is None:
        return []
    tops = sorted({*before.packages, *before.failed, *after.packages, *after.failed})
    words = {Measured.YES: "yes", Measured.FAILED: "no", Measured.NOT_INSTALLED: "not installed"}
    states = [(top, words[before.state_of(top)], words[after.state_of(top)]) for top in tops]
    return [NameChange("import", top, was, now) for top, was, now in states if was != now]
