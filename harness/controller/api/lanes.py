"""`results/api/lanes/names.json`: what other packages change in the names of a release. The only reader and writer.

A lane has the newest packages that its release allows. It is kept as its differences from the accepted names of the
release, or, where it is of no release, of the newest one. Lanes with the same packages differ from their releases in
much the same names, so a name has one line for all of them, in which changes and sets of lanes are numbers.
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

LANES_SCHEMA = 2
_What = tuple[str, str, str]  # a word, and the value before and after
_Where = tuple[str, ...]  # lanes


@dataclass(frozen=True)
class MeasuredLane:
    """An environment of a lane: what it was compared with, and the packages with their versions.

    `failed` has those that cannot be imported, with the error; a package that is in neither is not installed.
    """

    of: str
    packages: Mapping[str, str]
    failed: Mapping[str, str]

    def state_of(self, name: str) -> Measured:
        """Whether the package of a name was measured."""
        top = name.partition(".")[0]
        if top in self.failed:
            return Measured.FAILED
        return Measured.YES if top in self.packages else Measured.NOT_INSTALLED


@dataclass(frozen=True)
class LaneNames:
    """The measured lanes by id, and by name what each changes."""

    lanes: Mapping[str, MeasuredLane] = field(default_factory=dict)
    names: Mapping[str, Mapping[_What, _Where]] = field(default_factory=dict)

    def of_lane(self, lane: str) -> list[NameChange]:
        """What a lane changes."""
        return [
            NameChange(word, name, before, after)
            for name, changes in self.names.items()
            for (word, before, after), lanes in changes.items()
            if lane in lanes
        ]

    def about(self, name: str) -> list[dict[str, Any]]:
        """What the lanes change of one name, as it stands in answers."""
        changes = self.names.get(name, {})
        return [
            {"environment": lane, "packages": dict(item.packages), **vars(NameChange(word, name, before, after))}
            for lane, item in self.lanes.items()
            for (word, before, after), lanes in changes.items()
            if lane in lanes
        ]

    def states(self, name: str) -> dict[str, list[str]]:
        """The lanes that change nothing of a name, by the reason."""
        changing = {lane for lanes in self.names.get(name, {}).values() for lane in lanes}
        found: dict[str, list[str]] = {"as_release": [], "not_installed": [], "failed": []}
        words = {Measured.YES: "as_release", Measured.NOT_INSTALLED: "not_installed", Measured.FAILED: "failed"}
        for lane, item in self.lanes.items():
            if lane not in changing:
                found[words[item.state_of(name)]].append(lane)
        return found

    def text(self) -> str:
        """The file: the lanes, the changes and the sets of lanes, then a line for each name."""
        whats = sorted({what for changes in self.names.values() for what in changes}, key=_by_word)
        wheres = sorted({where for changes in self.names.values() for where in changes.values()})
        numbers = {what: number for number, what in enumerate(whats)}
        places = {where: number for number, where in enumerate(wheres)}
        rows = {
            name: [[numbers[what], places[changes[what]]] for what in sorted(changes, key=_by_word)]
            for name, changes in self.names.items()
        }
        parts = [
            f'"schema": {LANES_SCHEMA}',
            _block("lanes", [f"{json_line(lane)}: {json_line(vars(item))}" for lane, item in self.lanes.items()]),
            _block("changes", map(json_line, whats), "[]"),
            _block("sets", map(json_line, wheres), "[]"),
            _block("names", [f"{json_line(name)}:{_compact(rows[name])}" for name in sorted(rows)]),
        ]
        return "{" + ",\n".join(parts) + "}\n"


def _by_word(what: _What) -> tuple[int, str, str]:
    return NAME_WORDS.index(what[0]), what[1], what[2]


def _block(key: str, lines: Iterable[str], brackets: str = "{}") -> str:
    return f"{json_line(key)}: {brackets[0]}\n" + ",\n".join(lines) + f"\n{brackets[1]}"


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def lane_names(lanes: Mapping[str, MeasuredLane], changes: Mapping[str, Iterable[NameChange]]) -> LaneNames:
    """These lanes with the changes of each."""
    names: dict[str, dict[_What, list[str]]] = defaultdict(lambda: defaultdict(list))
    for lane in lanes:
        for change in changes[lane]:
            names[change.name][change.word, change.before, change.after].append(lane)
    return LaneNames(
        lanes, {name: {what: tuple(where) for what, where in found.items()} for name, found in names.items()}
    )


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
        whats = [(word, before, after) for word, before, after in data["changes"]]
        wheres = [tuple(where) for where in data["sets"]]
        names = {name: {whats[what]: wheres[where] for what, where in rows} for name, rows in data["names"].items()}
        return LaneNames(lanes, names)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
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
            lanes[name], changes[name] = known.lanes[name], known.of_lane(name)
        if name in measured:
            of = _compared_with(matrix, environment)
            lane, found = _lane(of, measured[name]), _changes(matrix, releases, of, measured[name])
            if name not in lanes or (lane.failed, set(found)) != (lanes[name].failed, set(changes[name])):
                lanes[name], changes[name] = lane, found
    return lane_names(lanes, changes)


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
