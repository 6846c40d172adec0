"""Checks between the parts of matrix.yaml: unknown names, wrong ids, empty ranges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from harness.cases.document.reader import Place
from harness.cases.document.suggestions import suggest
from harness.cases.subject import Subject

ALL_CASES = "all"  # the set of cases that every matrix has


def check_names(data: dict[str, Any], subject: Subject, release_key: str, place: Place) -> None:
    """Report names that another part of the file does not define. `release_key`: the key of environments' releases."""
    for name, entry in data["environments"].items():
        _check_environment(name, entry, subject, release_key, place.at("environments").at(name))
    for name, entry in data.get("variants", {}).items():
        _check_variant(name, entry["of"], data["environments"], place.at("variants").at(name))
    known = [*data["environments"], *data.get("variants", {})]
    releases = list(filter(None, (_release(entry[release_key]) for entry in data["environments"].values())))
    for name, entry in data["groups"].items():
        _check_group(name, entry, known, place.at("groups").at(name))
        if isinstance(entry, dict):
            _check_range(entry[release_key], releases, place.at("groups").at(name).at(release_key))
    for name, entry in data.get("lanes", {}).items():
        _check_lane(name, entry, data, releases, place.at("lanes").at(name))
    if data["default"] not in data["groups"]:
        place.at("default").fault(f"unknown group {data['default']!r}{suggest(data['default'], data['groups'])}")
    _check_sets(data, place)
    for name, form in data["paths"].items():
        first = name.split(".")[0]
        if form == "from" and first in subject.aliases:
            place.at("paths").at(name).fault(
                f"the form is attribute: {first} is a short name, which nothing imports from"
            )


def _check_variant(name: str, of: str, environments: Iterable[str], place: Place) -> None:
    if of not in environments:
        place.at("of").fault(f"unknown environment {of!r}{suggest(of, environments)}")
    elif not name.startswith(of + "-"):
        place.fault(f"the id of a variant of {of} starts with {of}-")


def _check_group(name: str, entry: Any, known: list[str], place: Place) -> None:
    if name in known:
        place.fault(f"{name!r} is also an environment")
    for index, member in enumerate(entry if isinstance(entry, list) else []):
        if member not in known:
            place.at(index).fault(f"unknown environment {member!r}{suggest(member, known)}")


def _check_sets(data: dict[str, Any], place: Place) -> None:
    """The names of the sets of cases; what they hold is checked with the cases."""
    sets, default = data.get("sets", {}), data.get("default_set", ALL_CASES)
    if ALL_CASES in sets:
        place.at("sets").at(ALL_CASES).fault(f"{ALL_CASES!r} is built in: the set of all cases")
    if default not in (*sets, ALL_CASES):
        place.at("default_set").fault(f"unknown set of cases {default!r}{suggest(default, [*sets, ALL_CASES])}")


def _check_lane(name: str, entry: dict[str, Any], data: dict[str, Any], releases: list[Version], place: Place) -> None:
    if name in data["groups"]:
        place.fault(f"{name!r} is also a group: every lane is a group of its own name")
    clash = next((item for item in data.get("variants", {}) if item.endswith(f"-{name}")), None)
    if clash:
        place.fault(f"the variant {clash} is named as an environment of this lane")
    _check_releases(entry, releases, place)
    for index, path in enumerate(entry["paths"]):
        if path not in data["paths"]:
            place.at("paths").at(index).fault(f"unknown import path {path!r}{suggest(path, data['paths'])}")


def _check_releases(entry: dict[str, Any], releases: list[Version], place: Place) -> None:
    """A lane is either of releases, or of a distribution."""
    if "of" in entry:
        for key in ("distribution", "python"):
            if key in entry:
                place.at(key).fault(f"remove {key!r}: in a lane `of` releases it comes from each release")
        _check_range(entry["of"], releases, place.at("of"))
        if "known" in entry:
            _check_range(entry["known"], _within(entry["of"], releases), place.at("known"))
    elif "known" in entry:
        place.at("known").fault("remove 'known': it is a range of releases, in a lane `of` releases")
    elif not {"distribution", "python"} <= entry.keys():
        place.fault("needs `of`, or `distribution` and `python`")


def _check_environment(name: str, entry: dict[str, Any], subject: Subject, release_key: str, place: Place) -> None:
    text, distribution = entry[release_key], entry["distribution"]
    release = _release(text)
    if release is None:
        place.at(release_key).fault(f"{text!r} is not a release")
        return
    minor, whole = f"{release.major}{release.minor}", "".join(map(str, release.release))
    wanted = f"{subject.prefix}{minor}"
    if not name.startswith(subject.prefix) or (
        name.removeprefix(subject.prefix).isdigit() and (name.removeprefix(subject.prefix) not in (minor, whole))
    ):
        place.fault(f"the id of {subject.title} {release} is {wanted}, not {name}")
    if distribution not in subject.distributions:
        known = subject.distributions
        place.at("distribution").fault(
            f"{distribution!r} is not a distribution of {subject.title}{suggest(distribution, known)}"
        )


def _release(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _within(text: str, releases: Iterable[Version]) -> list[Version]:
    """The releases in a range; all of them if it is no range, which is reported elsewhere."""
    try:
        return list(SpecifierSet(text).filter(releases, prereleases=True))
    except InvalidSpecifier:
        return list(releases)


def _check_range(text: str, releases: Iterable[Version], place: Place) -> None:
    try:
        wanted = SpecifierSet(text)
    except InvalidSpecifier:
        place.fault(f'{text!r} is not a range of releases such as ">=2,<2.6"')
        return
    if not any(wanted.contains(release, prereleases=True) for release in releases):
        place.fault(f"no environment has a release in {text!r}")
