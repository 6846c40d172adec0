"""Checks between the parts of matrix.yaml: unknown names, empty ranges."""

from __future__ import annotations

import fnmatch
from typing import Any

from packaging.version import Version

from harness.cases.document.reader import Place
from harness.cases.document.suggestions import suggest
from harness.cases.subject import Subject
from harness.controller.project.environment_checks import (
    check_environments,
    check_members,
    check_range,
    check_release,
    releases_of,
    releases_within,
)

ALL_CASES = "all"  # the set of cases that every matrix has

_PYTHONS = ("newest", "oldest")  # of those that a release has a wheel for


def check_names(data: dict[str, Any], subject: Subject, release_key: str, place: Place) -> None:
    """Report names that another part of the file does not define. `release_key`: the key of environments' releases."""
    ids = check_environments(data, subject, release_key, place)
    releases = releases_of(data, release_key)
    for name, entry in data["groups"].items():
        _check_group(name, entry, ids, place.at("groups").at(name))
        if isinstance(entry, dict):
            check_range(entry[release_key], releases, place.at("groups").at(name).at(release_key))
    for name, entry in data.get("lanes", {}).items():
        _check_lane(name, entry, data, ids, place.at("lanes").at(name))
        _check_releases(entry, data["environments"], release_key, place.at("lanes").at(name))
    if data["default"] not in data["groups"]:
        place.at("default").fault(f"unknown group {data['default']!r}{suggest(data['default'], data['groups'])}")
    for index, name in enumerate(data.get("writers", ())):
        if name not in ids:
            place.at("writers").at(index).fault(f"unknown environment {name!r}{suggest(name, ids)}")
    _check_sets(data, place)
    for name, form in data["paths"].items():
        first = name.split(".")[0]
        if form == "from" and first in subject.aliases:
            place.at("paths").at(name).fault(
                f"the form is attribute: {first} is a short name, which nothing imports from"
            )


def _check_group(name: str, entry: Any, known: list[str], place: Place) -> None:
    if name in known:
        place.fault(f"{name!r} is also an environment")
    check_members(entry if isinstance(entry, list) else [], known, place)


def _check_sets(data: dict[str, Any], place: Place) -> None:
    """The names of the sets of cases; what they hold is checked with the cases."""
    sets, default = data.get("sets", {}), data.get("default_set", ALL_CASES)
    if ALL_CASES in sets:
        place.at("sets").at(ALL_CASES).fault(f"{ALL_CASES!r} is built in: the set of all cases")
    if default not in (*sets, ALL_CASES):
        place.at("default_set").fault(f"unknown set of cases {default!r}{suggest(default, [*sets, ALL_CASES])}")


def _check_lane(
    name: str,
    entry: dict[str, Any],
    data: dict[str, Any],
    ids: list[str],
    place: Place,
) -> None:
    if name in data["groups"]:
        place.fault(f"{name!r} is also a group: every lane is a group of its own name")
    clash = next((item for item in ids if item.endswith(f"-{name}")), None)
    if clash:
        place.fault(f"the variant {clash} is named as an environment of this lane")
    for index, path in enumerate(entry["paths"]):
        if path not in data["paths"]:
            place.at("paths").at(index).fault(f"unknown import path {path!r}{suggest(path, data['paths'])}")


def _check_releases(entry: dict[str, Any], environments: dict[str, Any], release_key: str, place: Place) -> None:
    """A lane is either of releases, or of a distribution. `environments` are those that the file lists."""
    releases = releases_of({"environments": environments}, release_key)
    within: list[Version] = []
    if "of" in entry:
        if "distribution" in entry:
            place.at("distribution").fault("remove 'distribution': in a lane `of` releases it comes from each release")
        if entry.get("python", "newest") not in _PYTHONS:
            place.at("python").fault("in a lane `of` releases it is newest or oldest: each release has its own")
        if isinstance(entry["of"], list):
            check_members(entry["of"], list(environments), place.at("of"))
            varied = {name: environments[name] for text in entry["of"] for name in fnmatch.filter(environments, text)}
            within = releases_of({"environments": varied}, release_key)
        else:
            check_range(entry["of"], releases, place.at("of"))
            within = releases_within(entry["of"], releases)
        if "known" in entry:
            check_range(entry["known"], within, place.at("known"))
    elif "known" in entry:
        place.at("known").fault("remove 'known': it is a range of releases, in a lane `of` releases")
    elif not {"distribution", "python"} <= entry.keys() or entry["python"] in _PYTHONS:
        place.fault("needs `of`, or `distribution` and `python`")
    if "release" in entry:
        check_release(entry["release"], place.at("release"))
        if len(within) != 1:
            place.at("release").fault("another release is in place of one alone: `of` must name one environment")
