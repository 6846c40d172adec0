"""The matrix.yaml of a package that has none: its newest releases, found in an index. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from string import Template
from typing import Any

from harness.cases.subject import default_prefix
from harness.controller.discovery.matrix_edit import flow_mapping
from harness.controller.discovery.pages import File
from harness.controller.discovery.releases import Companion, Minor, Release, Terms, newest_releases
from harness.controller.discovery.updates import new_entry
from harness.controller.project.migration import subject_text

_OLDEST = 7  # the minor of the first Python that the runner knows
_MARGIN = timedelta(days=14)  # the `days_after_release` of the templates


@dataclass(frozen=True)
class ChosenRelease:
    """A release and the Python that it is measured on."""

    release: Release
    python: str


def choose_releases(
    files: Mapping[str, Sequence[File]],
    distributions: Sequence[str],
    terms: Terms,
    most: int,
    is_here: Callable[[str], bool],
) -> list[ChosenRelease]:
    """The newest release of each of the `most` newest minors, on the newest of its Pythons, if possible one that is
    here."""
    found = []
    for release in newest_releases(files, distributions, terms).values():
        pythons = [name for name in release.pythons[release.distribution] if int(name.split(".")[1]) >= _OLDEST]
        if pythons:
            found.append(ChosenRelease(release, next(filter(is_here, reversed(pythons)), pythons[-1])))
    return found[-most:]


def new_subject(distribution: str, package: str) -> dict[str, Any]:
    """What matrix.yaml says of a package that no plugin knows."""
    others = {"distributions": [distribution]} if distribution != package else {}
    return {"package": package, **others, "prefix": default_prefix(package)}


def release_lines(
    subject: Mapping[str, Any], chosen: Sequence[ChosenRelease], companions: Mapping[Minor, Companion]
) -> str:
    """The environments of these releases, a line each."""
    prefix = subject.get("prefix", default_prefix(subject["package"]))
    lines = ["# The newest release of each minor.", "environments:"]
    for item in chosen:
        version = item.release.version
        entry = new_entry(item.release, item.python, companions.get(version.release[:2]), "release", _MARGIN)
        lines.append(f"  {prefix}{version.major}{version.minor}: {flow_mapping(entry)}")
    return "\n".join(lines)


def matrix_text(template: str, subject: Mapping[str, Any], plugin: str | None, environments: str, today: date) -> str:
    """The text of matrix.yaml."""
    return Template(template).substitute(
        subject=subject_text(subject, plugin), package=subject["package"], environments=environments, today=today
    )
