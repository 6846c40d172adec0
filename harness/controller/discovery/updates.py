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

EnvironmentEntry = Map[str, Any]  # an environment of matrix.yaml


@dataclass(frozen=True)
class MatrixUpdate:
    """An update of one environment: the new or changed keys of its entry, and a summary in words."""

    id: str
    values: EnvironmentEntry
    summary: str
    comment: str | None = None


def find_updates(matrix: Map[str, Any], index: Map[str, Sequence[File]], terms: Terms) -> list[MatrixUpdate]:
    """The updates: patches of the matrix's releases, newer minors, and tf-keras released after its TensorFlow."""
    entries: Map[str, EnvironmentEntry] = matrix["environments"]
    margin = timedelta(days=matrix["resolve"]["days_after_release"])
    newest = max(map(_minor, entries.values()))
    expecting = min((_minor(entry) for entry in entries.values() if _has_companion(entry)), default=newest)
    companions = read_companions(index["tf-keras"], terms)
    changes = []
    for minor, release in newest_releases(index, terms).items():
        name, companion = f"tf{minor[0]}{minor[1]}", companions.get(minor)
        if name in entries:
            values = _revised(entries[name], release, companion, margin, minor > expecting)
            summary = ", ".join(_in_words(key, value, entries[name]) for key, value in values.items())
            changes += [MatrixUpdate(name, values, summary)] if values else []
        elif minor > newest:
            values = _new(release, companion, margin)
            keras = newest_version(
                index["keras"], terms, values.get("as_of", release.released + margin), release.python
            )
            changes.append(MatrixUpdate(name, values, _introduced(values, keras), _comment(values, companion)))
    return changes


def _new(release: Release, companion: Companion | None, margin: timedelta) -> dict[str, Any]:
    values: dict[str, Any] = {
        "tensorflow": str(release.version),
        "python": release.python,
        "distribution": release.distribution,
        "released": release.released,
    }
    if companion:
        values["packages"] = [companion.pin]
        if companion.since > release.released + margin:
            values["as_of"] = _day_after(companion)
    return values


def _revised(
    entry: EnvironmentEntry, release: Release, companion: Companion | None, margin: timedelta, joins: bool
) -> dict[str, Any]:
    """The changed keys. A patch keeps Python and distribution where it can. `joins`: tf-keras may be added."""
    values: dict[str, Any] = {}
    if release.version > Version(entry["tensorflow"]):
        values = {"tensorflow": str(release.version), "released": release.released}
        distribution = entry["distribution"]
        if distribution not in release.pythons:
            distribution = values["distribution"] = release.distribution
        if entry["python"] not in release.pythons[distribution]:
            values["python"] = release.pythons[distribution][-1]
    if joins and companion and "packages" not in entry:
        values["packages"] = [companion.pin]
    if values:
        values |= _resolved({**entry, **values}, companion, margin)
    return {key: value for key, value in values.items() if entry.get(key) != value}


def _resolved(entry: EnvironmentEntry, companion: Companion | None, margin: timedelta) -> dict[str, date]:
    """The `as_of` of the entry, if it needs one or has one: the present date may be too early for this release."""
    usual = entry["released"] + margin
    if companion and companion.since > usual and _has_companion(entry):
        return {"as_of": _day_after(companion)}
    return {"as_of": max(entry["as_of"], usual)} if "as_of" in entry else {}


def _day_after(companion: Companion) -> date:
    return companion.since + timedelta(days=1)


def _minor(entry: EnvironmentEntry) -> Minor:
    return Version(entry["tensorflow"]).release[:2]


def _has_companion(entry: EnvironmentEntry) -> bool:
    names = [re.split(r"[^\w.-]", package, maxsplit=1)[0] for package in entry.get("packages", ())]
    return any(canonicalize_name(name) == "tf-keras" for name in names)


def _introduced(values: EnvironmentEntry, keras: Version | None) -> str:
    text = f"TensorFlow {values['tensorflow']} of {values['released']}, {values['distribution']} on Python"
    text += " ".join([f" {values['python']}", *(f"with {package}" for package in values.get("packages", ()))])
    text += f", as of {values['as_of']}" if "as_of" in values else ""
    return text + (f"; Keras was at {keras}" if keras else "")


def _in_words(key: str, value: object, before: EnvironmentEntry) -> str:
    text = ", ".join(value) if isinstance(value, list) else value
    return f"{key} {text}" + (f" instead of {before[key]}" if key in before else "")


def _comment(values: EnvironmentEntry, companion: Companion | None) -> str | None:
    if companion is None or "as_of" not in values:
        return None
    which = " that was not withdrawn" if companion.after_withdrawn else ""
    return f"The first tf-keras for {'.'.join(map(str, companion.minor))}{which} came out on {companion.since}."
