"""Updates of the matrix: new releases in the index, and the entries they get. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import Version

from harness.cases.subject import Subject
from harness.controller.discovery.pages import File
from harness.controller.discovery.releases import (
    Companion,
    Minor,
    Release,
    Terms,
    newest_releases,
    newest_version,
    read_companions,
)
from harness.controller.project.matrix_schema import RELEASE_KEYS

EnvironmentEntry = Map[str, Any]  # an environment of matrix.yaml


@dataclass(frozen=True)
class MatrixUpdate:
    """An update of one environment: the new or changed keys of its entry, and a summary in words."""

    id: str
    values: EnvironmentEntry
    summary: str
    comment: str | None = None


@dataclass(frozen=True)
class _Entries:
    """The environments of matrix.yaml. `key` is that of their release, `margin` the days after which it is resolved."""

    by_id: Map[str, EnvironmentEntry]
    key: str
    margin: timedelta
    subject: Subject

    def minor(self, entry: EnvironmentEntry) -> Minor:
        return Version(entry[self.key]).release[:2]

    def has_companion(self, entry: EnvironmentEntry) -> bool:
        names = [re.split(r"[^\w.-]", package, maxsplit=1)[0] for package in entry.get("packages", ())]
        return self.subject.companion in {str(canonicalize_name(name)) for name in names}


def find_updates(
    matrix: Map[str, Any], subject: Subject, index: Map[str, Sequence[File]], terms: Terms
) -> list[MatrixUpdate]:
    """The updates: patches of the matrix's releases, newer minors, and companions released after their minor."""
    margin = timedelta(days=matrix["resolve"]["days_after_release"])
    entries = _Entries(matrix["environments"], RELEASE_KEYS[matrix["schema"]], margin, subject)
    known = entries.by_id.values()
    newest = max(map(entries.minor, known))
    expecting = min((entries.minor(entry) for entry in known if entries.has_companion(entry)), default=newest)
    companions = read_companions(subject.companion, index[subject.companion], terms) if subject.companion else {}
    changes = []
    for minor, release in newest_releases(index, subject.distributions, terms).items():
        name, companion = f"{subject.prefix}{minor[0]}{minor[1]}", companions.get(minor)
        if name in entries.by_id:
            before = entries.by_id[name]
            values = _revised(before, release, companion, entries, minor > expecting)
            summary = ", ".join(_in_words(key, value, before) for key, value in values.items())
            changes += [MatrixUpdate(name, values, summary)] if values else []
        elif minor > newest:
            values = new_entry(release, release.python, companion, entries.key, entries.margin)
            shown = _shown(subject, index, terms, values.get("as_of", release.released + margin), release.python)
            summary = _introduced(values, subject.title, entries.key, shown)
            changes.append(MatrixUpdate(name, values, summary, _comment(values, companion)))
    return changes


def _shown(
    subject: Subject, index: Map[str, Sequence[File]], terms: Terms, day: date, python: str
) -> dict[str, Version]:
    """The version of each further package that a resolver chooses on a day."""
    found = {title: newest_version(index[names[0]], terms, day, python) for title, names in subject.shows.items()}
    return {title: version for title, version in found.items() if version}


def new_entry(
    release: Release, python: str, companion: Companion | None, key: str, margin: timedelta
) -> dict[str, Any]:
    """The entry of a release in matrix.yaml: `key` is that of the release, `margin` the time after it that counts."""
    values: dict[str, Any] = {
        key: str(release.version),
        "python": python,
        **({"oldest_python": release.oldest_python} if release.oldest_python != python else {}),
        "distribution": release.distribution,
        "released": release.released,
    }
    if companion:
        values["packages"] = [companion.pin]
        if companion.since > release.released + margin:
            values["as_of"] = _day_after(companion)
    return values


def _revised(
    entry: EnvironmentEntry, release: Release, companion: Companion | None, entries: _Entries, joins: bool
) -> dict[str, Any]:
    """The changed keys. A patch keeps Python and distribution where it can. `joins`: the companion may be added."""
    values: dict[str, Any] = {}
    if release.version > Version(entry[entries.key]):
        values = {entries.key: str(release.version), "released": release.released}
        distribution = entry["distribution"]
        if distribution not in release.pythons:
            distribution = values["distribution"] = release.distribution
        if entry["python"] not in release.pythons[distribution]:
            values["python"] = release.pythons[distribution][-1]
    if joins and companion and "packages" not in entry:
        values["packages"] = [companion.pin]
    if values:
        values |= _resolved({**entry, **values}, companion, entries)
    return {key: value for key, value in values.items() if entry.get(key) != value}


def _resolved(entry: EnvironmentEntry, companion: Companion | None, entries: _Entries) -> dict[str, date]:
    """The `as_of` of the entry, if it needs one or has one: the present date may be too early for this release."""
    usual = entry["released"] + entries.margin
    if companion and companion.since > usual and entries.has_companion(entry):
        return {"as_of": _day_after(companion)}
    return {"as_of": max(entry["as_of"], usual)} if "as_of" in entry else {}


def _day_after(companion: Companion) -> date:
    return companion.since + timedelta(days=1)


def _introduced(values: EnvironmentEntry, title: str, key: str, shown: Map[str, Version]) -> str:
    text = f"{title} {values[key]} of {values['released']}, {values['distribution']} on Python"
    text += " ".join([f" {values['python']}", *(f"with {package}" for package in values.get("packages", ()))])
    text += f", as of {values['as_of']}" if "as_of" in values else ""
    return text + "".join(f"; {other} was at {version}" for other, version in shown.items())


def _in_words(key: str, value: object, before: EnvironmentEntry) -> str:
    text = ", ".join(value) if isinstance(value, list) else value
    return f"{key} {text}" + (f" instead of {before[key]}" if key in before else "")


def _comment(values: EnvironmentEntry, companion: Companion | None) -> str | None:
    if companion is None or "as_of" not in values:
        return None
    which = " that was not withdrawn" if companion.after_withdrawn else ""
    return f"The first {companion.name} for {'.'.join(map(str, companion.minor))}{which} came out on {companion.since}."
