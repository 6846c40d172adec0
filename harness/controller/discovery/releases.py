"""From files to releases: their versions, dates and Pythons. No I/O."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass
from datetime import date, datetime

from packaging.tags import Tag
from packaging.version import Version

from harness.controller.discovery.pages import File

Minor = tuple[int, ...]

# PEP 494 and those that follow it for the later versions: the first day of each Python.
_PYTHON_RELEASED = {
    7: date(2018, 6, 27),
    8: date(2019, 10, 14),
    9: date(2020, 10, 5),
    10: date(2021, 10, 4),
    11: date(2022, 10, 24),
    12: date(2023, 10, 2),
    13: date(2024, 10, 7),
    14: date(2025, 10, 7),
}


OLDEST_MINOR = 7  # of the first Python that the runner knows


@dataclass(frozen=True)
class Terms:
    """The versions that count: those uploaded until a moment, pre-releases only on request."""

    until: datetime
    pre: bool = False

    def versions(self, files: Iterable[File]) -> dict[Version, list[File]]:
        """The files of each version that was complete by then, without yanked ones."""
        found: dict[Version, list[File]] = defaultdict(list)
        for file in files:
            if self.pre or not file.version.is_prerelease:
                found[file.version].append(file)
        return {
            version: [file for file in found[version] if not file.yanked]
            for version in sorted(found)
            if all(moment(file) <= self.until for file in found[version])
        }


@dataclass(frozen=True)
class Release:
    """A release of the subject. `pythons`: by distribution, the Pythons of Linux x86-64 wheels, oldest first."""

    version: Version
    released: date
    pythons: Map[str, Sequence[str]]

    @property
    def distribution(self) -> str:
        return next(iter(self.pythons))

    @property
    def python(self) -> str:
        return self.pythons[self.distribution][-1]

    @property
    def oldest_python(self) -> str:
        """The oldest that the runner knows."""
        pythons = self.pythons[self.distribution]
        return next((python for python in pythons if int(python.split(".")[1]) >= OLDEST_MINOR), pythons[-1])


@dataclass(frozen=True)
class Companion:
    """The companion of a minor of the subject: the date of its first release, and whether an earlier one was yanked."""

    name: str

    minor: Minor
    since: date
    after_withdrawn: bool

    @property
    def pin(self) -> str:
        return f"{self.name}=={'.'.join(map(str, self.minor))}.*"


def newest_releases(
    index: Map[str, Sequence[File]], distributions: Sequence[str], terms: Terms
) -> dict[Minor, Release]:
    """The newest release of every minor, oldest minor first. The first distribution with wheels is preferred."""
    newest = {}
    for version, files in terms.versions(file for name in distributions for file in index[name]).items():
        pythons = {name: _pythons(file for file in files if file.project == name) for name in distributions}
        pythons = {name: found for name, found in pythons.items() if found}
        if pythons:
            preferred = next(iter(pythons))
            first = min(moment(file) for file in files if file.project == preferred)
            newest[version.release[:2]] = Release(version, first.date(), pythons)
    return newest


def read_companions(name: str, everything: Sequence[File], terms: Terms) -> dict[Minor, Companion]:
    """The companion of each minor that has one."""
    found: dict[Minor, list[File]] = defaultdict(list)
    for version, files in terms.versions(everything).items():
        found[version.release[:2]] += files
    return {minor: _companion(name, minor, files, everything) for minor, files in found.items() if files}


def _companion(name: str, minor: Minor, files: Sequence[File], everything: Sequence[File]) -> Companion:
    first = min(map(moment, files))
    withdrawn = [file for file in everything if file.yanked and file.version.release[:2] == minor]
    return Companion(name, minor, first.date(), any(moment(file) < first for file in withdrawn))


def newest_version(files: Sequence[File], terms: Terms, by: date, python: str) -> Version | None:
    """The newest version that a resolver chooses on a day."""
    there = [file for file in files if moment(file).date() <= by and file.requires_python.contains(python)]
    return max((version for version, left in terms.versions(there).items() if left), default=None)


def _pythons(files: Iterable[File]) -> list[str]:
    found = {minor for file in files for minor in _minors(file) if file.requires_python.contains(f"3.{minor}")}
    return [f"3.{minor}" for minor in sorted(found)]


def _minors(file: File) -> Iterator[int]:
    """The minors of Python 3 that a wheel is for, free-threaded builds excluded.

    One that is for any of them is for those that had been released by then.
    """
    for tag in file.tags:
        if tag.interpreter == "py3" and tag.abi == "none" and (tag.platform == "any" or _is_linux(tag)):
            yield from (minor for minor, day in _PYTHON_RELEASED.items() if day < moment(file).date())
        python = re.fullmatch(r"cp3(\d+)", tag.interpreter)
        if python and tag.abi in (tag.interpreter, f"{tag.interpreter}m") and _is_linux(tag):
            yield int(python[1])


def _is_linux(tag: Tag) -> bool:
    return re.fullmatch(r"(many)?linux.*_x86_64", tag.platform) is not None


def moment(file: File) -> datetime:
    """The upload time. Pages without it are refused when they are read."""
    assert file.uploaded is not None
    return file.uploaded
