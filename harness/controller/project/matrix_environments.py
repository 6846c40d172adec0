"""The environments of matrix.yaml: those that it lists, their variants, and those of the lanes."""

from __future__ import annotations

import datetime
import fnmatch
from collections.abc import Mapping as Map
from dataclasses import replace
from itertools import chain
from typing import Any

from packaging.specifiers import SpecifierSet

from harness.cases.subject import Subject
from harness.controller.project.environment_checks import is_range
from harness.controller.project.matrix import NEWEST, Environment, Lane

_Environments = Map[str, Environment]


def read_environments(data: Map[str, Any], subject: Subject, release_key: str) -> dict[str, Environment]:
    """The environments of the grid, oldest release first. `release_key` is the key of their releases."""
    margin = datetime.timedelta(days=data["resolve"]["days_after_release"])
    listed = {}
    for name, entry in data["environments"].items():
        listed[name] = Environment(
            id=name,
            subject=subject,
            release=entry[release_key],
            python=entry["python"],
            distribution=entry["distribution"],
            as_of=entry.get("as_of", entry["released"] + margin),
            packages=tuple(entry.get("packages", ())),
            set_env=_variables(entry),
            oldest_python=entry.get("oldest_python", entry["python"]),
            name=entry.get("label", _patch_label(name, entry[release_key], subject)),
        )
    found = dict(listed)
    for name, entry in data.get("variants", {}).items():
        for base in _varied(entry["of"], listed, found):
            variant = name if base.id == entry["of"] else f"{base.id}-{name}"
            found[variant] = _variant(variant, base, entry, release_key, margin)
    return dict(sorted(found.items(), key=lambda item: (item[1].version, item[0])))


def _patch_label(name: str, release: str, subject: Subject) -> str:
    """The whole release, if the id is made from it rather than from its minor: `1.26.4` for `np1264`."""
    digits = name.removeprefix(subject.prefix)
    parts = release.split(".")
    return release if digits == "".join(parts) != "".join(parts[:2]) else ""


def _varied(of: str | list[str], listed: _Environments, above: _Environments) -> list[Environment]:
    """The environments that a variant is of. A list may also name the variants `above` it."""
    if isinstance(of, list):
        return [above[name] for name in members(of, above)]
    return [listed[name] for name in members_of(of, listed)] if is_range(of) else [listed[of]]


def _variant(
    name: str, base: Environment, entry: Map[str, Any], release_key: str, margin: datetime.timedelta
) -> Environment:
    """The base with what the entry has of its own. Packages and variables are added to those of the base."""
    own = {key: entry[key] for key in ("python", "distribution") if key in entry}
    if release_key in entry:
        own |= {"release": entry[release_key], "name": ""}
    if "released" in entry or "as_of" in entry:
        own["as_of"] = entry.get("as_of") or entry["released"] + margin
    packages = (*base.packages, *entry.get("packages", ()))
    variables = tuple(sorted({**dict(base.set_env), **dict(_variables(entry))}.items()))
    return replace(base, id=name, packages=packages, set_env=variables, **own)


def _variables(entry: Map[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(entry.get("set_env", {}).items()))


def read_lanes(data: Map[str, Any], subject: Subject, environments: _Environments) -> dict[str, Lane]:
    """The lanes, with environments of their own."""
    return {name: _lane(name, entry, subject, environments) for name, entry in data.get("lanes", {}).items()}


def _lane(name: str, entry: Map[str, Any], subject: Subject, environments: _Environments) -> Lane:
    """A lane of releases, or of the newest release of one distribution."""
    overrides = tuple(entry.get("overrides", ()))
    if "of" in entry:
        chosen = members(entry["of"], environments)
        of = (item for member, item in environments.items() if member in chosen and not item.is_variant)
        varied = [replace(item, id=f"{item.id}-{name}", as_of=None) for item in of]
        if "release" in entry:
            varied = [replace(item, release=entry["release"], name=entry["release"]) for item in varied]
        if entry.get("python") == "oldest":  # where it is the newest one too, another lane has it
            varied = [replace(item, python=item.oldest_python) for item in varied if item.oldest_python != item.python]
    else:
        varied = [
            Environment(f"{subject.prefix}-{name}", subject, NEWEST, entry["python"], entry["distribution"], as_of=None)
        ]
    own = {
        "packages": (*entry.get("packages", ()), *overrides),
        "overrides": overrides,
        "lane": name,
        "may_fail": entry.get("may_fail", False),
        "pre_releases": entry.get("pre_releases", False),
    }
    with_known = members_of(entry["known"], environments) if "known" in entry else ()
    found = tuple(replace(item, runs_known=item.id.removesuffix(f"-{name}") in with_known, **own) for item in varied)
    return Lane(entry["title"], tuple(entry["cases"]), tuple(entry["paths"]), found)


def members(entry: Any, environments: _Environments) -> tuple[str, ...]:
    """The environments of a list, by ids or patterns of them, or those whose releases are in a range."""
    if isinstance(entry, list):
        matching = ([name] if name in environments else fnmatch.filter(environments, name) for name in entry)
        return tuple(dict.fromkeys(chain.from_iterable(matching)))
    if isinstance(entry, str):
        return members_of(entry, environments)
    (wanted,) = entry.values()
    return members_of(wanted, environments)


def members_of(text: str, environments: _Environments) -> tuple[str, ...]:
    """The environments whose releases are in a range."""
    wanted = SpecifierSet(text)
    return tuple(name for name, item in environments.items() if wanted.contains(item.version, prereleases=True))
