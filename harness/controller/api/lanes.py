"""`results/api/lanes/names.json`: what other packages change in the names of a release. The only reader and writer.

A lane has the newest packages that its release allows. It is kept as its differences from the accepted names of the
release, or, where it is of no release, of the newest one.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.controller.api.document import ApiDocument
from harness.controller.api.environments import Measured
from harness.controller.api.local import LocalInventory
from harness.controller.api.name_changes import NAME_WORDS, NameChange, compare_documents
from harness.controller.api.update import updated_documents
from harness.controller.errors import HarnessError
from harness.controller.files import read_text
from harness.controller.project.matrix import Environment, Matrix
from harness.controller.results.sources import API
from harness.controller.text import json_line

LANES_SCHEMA = 1


@dataclass(frozen=True)
class MeasuredLane:
    """An environment of a lane: what it was compared with, and the packages with their versions.

    `failed` has those that cannot be imported, with the error; a package that is in neither is not installed.
    """

    of: str
    packages: Mapping[str, str]
    failed: Mapping[str, str]


@dataclass(frozen=True)
class LaneNames:
    """The measured lanes by id, and the changes of each."""

    lanes: dict[str, MeasuredLane] = field(default_factory=dict)
    changes: dict[str, list[NameChange]] = field(default_factory=dict)

    def about(self, name: str) -> list[dict[str, Any]]:
        """What the lanes change of one name, as it stands in answers."""
        return [
            {"environment": lane, "packages": dict(self.lanes[lane].packages), **vars(change)}
            for lane, changes in self.changes.items()
            for change in changes
            if change.name == name
        ]

    def text(self) -> str:
        """The file: the lanes, then a line for each name, with the lanes of each change."""
        names: dict[str, dict[tuple[str, str, str], list[str]]] = defaultdict(lambda: defaultdict(list))
        for lane in self.lanes:
            for change in self.changes[lane]:
                names[change.name][change.word, change.before, change.after].append(lane)
        rows = [f"{json_line(name)}: {json_line(_rows(names[name]))}" for name in sorted(names)]
        lanes = ",\n".join(f"{json_line(lane)}: {json_line(vars(item))}" for lane, item in self.lanes.items())
        return f'{{"schema": {LANES_SCHEMA},\n"lanes": {{\n{lanes}\n}},\n"names": {{\n' + ",\n".join(rows) + "\n}}\n"


def _rows(changes: Mapping[tuple[str, str, str], list[str]]) -> list[list[object]]:
    return [[*change, lanes] for change, lanes in sorted(changes.items())]


def lanes_file(results: Path) -> Path:
    """The document of the lanes below a results folder."""
    return results / API / "lanes" / "names.json"


def read_lane_names(results: Path) -> LaneNames:
    """The accepted lanes. Raises HarnessError where the file is no such document."""
    file = lanes_file(results)
    if not file.exists():
        return LaneNames()
    try:
        data = json.loads(read_text(file))
        if data["schema"] != LANES_SCHEMA:
            raise HarnessError(f"{file}: schema {data['schema']!r}: this harness reads schema {LANES_SCHEMA}")
        lanes = {name: MeasuredLane(**item) for name, item in data["lanes"].items()}
        changes: dict[str, list[NameChange]] = {name: [] for name in lanes}
        for name, rows in data["names"].items():
            for word, before, after, where in rows:
                for lane in where:
                    changes[lane].append(NameChange(word, name, before, after))
        return LaneNames(lanes, {name: _sorted(found) for name, found in changes.items()})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HarnessError(f"{file}: not a document of lanes ({type(error).__name__}: {error})") from None


def updated_lanes(
    matrix: Matrix, releases: Mapping[str, ApiDocument], known: LaneNames, inventories: Iterable[LocalInventory]
) -> LaneNames:
    """The lanes of the matrix, with these inventories in the place of what was known of theirs.

    Where newer packages have the same names the known ones stay: else every night would change the document.
    """
    measured = {item.environment: item for item in inventories}
    lanes, changes = {}, {}
    for environment in matrix.in_lanes.values():
        name = environment.id
        if name in known.lanes:
            lanes[name], changes[name] = known.lanes[name], known.changes[name]
        if name in measured:
            of = _compared_with(matrix, environment)
            lane, found = _lane(of, measured[name]), _changes(matrix, releases, of, measured[name])
            if name not in lanes or (lane.failed, found) != (lanes[name].failed, changes[name]):
                lanes[name], changes[name] = lane, found
    return LaneNames(lanes, changes)


def _compared_with(matrix: Matrix, lane: Environment) -> str:
    releases = [item.id for item in matrix.environments.values() if not item.is_variant]
    return lane.base if lane.base in releases else releases[-1]


def _lane(of: str, inventory: LocalInventory) -> MeasuredLane:
    states = {top: inventory.state_of(top) for top in sorted(inventory.packages)}
    versions = {top: version for top, (state, version) in states.items() if state is Measured.YES}
    failed = [top for top, (state, _) in states.items() if state is Measured.FAILED]
    return MeasuredLane(of, versions, {top: ": ".join(inventory.packages[top]["error"]) for top in failed})


def _changes(
    matrix: Matrix, releases: Mapping[str, ApiDocument], of: str, inventory: LocalInventory
) -> list[NameChange]:
    """What would change if the lane took the place of the environment that it is compared with."""
    return compare_documents(releases, updated_documents(matrix, releases, [replace(inventory, environment=of)]), of)


def _sorted(changes: Iterable[NameChange]) -> list[NameChange]:
    return sorted(changes, key=lambda change: (NAME_WORDS.index(change.word), change.name))
