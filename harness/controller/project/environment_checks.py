"""Checks of the environments and variants of matrix.yaml: ids, releases, distributions, ranges."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from harness.cases.document.reader import Place
from harness.cases.document.suggestions import suggest
from harness.cases.subject import Subject

# An environment with one of these words in its name gets that Python from tox, in place of the one in matrix.yaml.
_PYTHON_OF_TOX = re.compile(r"(?!py$)(py|pypy|cpython|jython|graalpy|rustpython|ironpython)([2-9]\d{0,2}t?d?)?")


def check_environments(data: dict[str, Any], subject: Subject, release_key: str, place: Place) -> list[str]:
    """Report what is wrong with environments and variants. Gives the ids of all, as far as they can be known."""
    environments = data["environments"]
    for name, entry in environments.items():
        at = place.at("environments").at(name)
        _check_release(entry, subject, release_key, at)
        _check_id(name, entry, subject, release_key, at)
        _check_words(name, at)
    ids = list(environments)
    for name, entry in data.get("variants", {}).items():
        at = place.at("variants").at(name)
        _check_variant(name, entry, environments, ids, release_key, at)
        _check_release(entry, subject, release_key, at)
        _check_words(name, at)
        for variant in _variant_ids(name, entry["of"], environments, ids, release_key):
            if variant in ids:
                at.fault(f"duplicate environment {variant!r}")
            ids.append(variant)
    return ids


def is_range(text: str) -> bool:
    """Whether a variant is of a range of releases such as `>=2`, and not of one environment."""
    return text.lstrip()[:1] in tuple("<>=!~")


def releases_of(data: Mapping[str, Any], release_key: str) -> list[Version]:
    """The releases of the environments, without variants. Those that are none are reported elsewhere."""
    return list(filter(None, (_release(entry[release_key]) for entry in data["environments"].values())))


def check_members(patterns: Sequence[str], ids: Sequence[str], place: Place) -> None:
    """Report patterns that match no environment."""
    for index, pattern in enumerate(patterns):
        if not fnmatch.filter(ids, pattern):
            place.at(index).fault(f"unknown environment {pattern!r}{suggest(pattern, ids)}")


def _check_variant(
    name: str,
    entry: Mapping[str, Any],
    environments: Mapping[str, Any],
    above: Sequence[str],
    release_key: str,
    place: Place,
) -> None:
    """`above` are the ids of the environments, and of the variants above this one."""
    of = entry["of"]
    if isinstance(of, list):
        check_members(of, above, place.at("of"))
    elif is_range(of):
        check_range(of, releases_of({"environments": environments}, release_key), place.at("of"))
    elif of not in environments:
        place.at("of").fault(f"unknown environment {of!r}{suggest(of, environments)}")
    elif not name.startswith(of + "-"):
        place.fault(f"the id of a variant of {of} starts with {of}-")
    if entry.keys() <= {"of"}:
        place.fault("differs in nothing: add set_env, packages, python or a release")
    if release_key in entry and not {"released", "as_of"} & entry.keys():
        place.fault(f"a {release_key} of its own needs the date on which it was released")


def _variant_ids(
    name: str, of: str | list[str], environments: Mapping[str, Any], above: Sequence[str], release_key: str
) -> list[str]:
    if isinstance(of, list):
        return [f"{base}-{name}" for base in above if any(fnmatch.fnmatch(base, pattern) for pattern in of)]
    if not is_range(of):
        return [name]
    releases = {base: _release(entry[release_key]) for base, entry in environments.items()}
    known = {base: release for base, release in releases.items() if release}
    within = releases_within(of, known.values())
    return [f"{base}-{name}" for base, release in known.items() if release in within]


def _check_release(entry: Mapping[str, Any], subject: Subject, release_key: str, place: Place) -> None:
    """The release and the distribution, as far as the entry has them."""
    if release_key in entry:
        check_release(entry[release_key], place.at(release_key))
    distribution = entry.get("distribution", subject.distributions[0])
    if distribution not in subject.distributions:
        known = subject.distributions
        place.at("distribution").fault(
            f"{distribution!r} is not a distribution of {subject.title}{suggest(distribution, known)}"
        )


def check_release(text: str, place: Place) -> None:
    """Report what is no release."""
    if _release(text) is None:
        place.fault(f"{text!r} is not a release")


def _check_id(name: str, entry: Mapping[str, Any], subject: Subject, release_key: str, place: Place) -> None:
    """An id of digits names the minor or the whole release; any other word may follow the prefix too."""
    release = _release(entry[release_key])
    if release is None:
        return
    minor, whole = f"{release.major}{release.minor}", "".join(map(str, release.release))
    rest = name.removeprefix(subject.prefix)
    if not name.startswith(subject.prefix) or (rest.isdigit() and rest not in (minor, whole)):
        place.fault(f"the id of {subject.title} {release} is {subject.prefix}{minor}, not {name}")


def _check_words(name: str, place: Place) -> None:
    for word in filter(_PYTHON_OF_TOX.fullmatch, name.split("-")):
        place.fault(f"tox takes {word!r} in an id for a Python of its own: choose another word, such as python310")


def _release(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def releases_within(text: str, releases: Iterable[Version]) -> list[Version]:
    """The releases in a range; all of them if it is no range, which is reported elsewhere."""
    try:
        return list(SpecifierSet(text).filter(releases, prereleases=True))
    except InvalidSpecifier:
        return list(releases)


def check_range(text: str, releases: Iterable[Version], place: Place) -> None:
    """Report a text that is no range, or one that no release is in."""
    try:
        wanted = SpecifierSet(text)
    except InvalidSpecifier:
        place.fault(f'{text!r} is not a range of releases such as ">=2,<2.6"')
        return
    if not any(wanted.contains(release, prereleases=True) for release in releases):
        place.fault(f"no environment has a release in {text!r}")
