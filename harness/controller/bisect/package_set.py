"""Exact packages on one Python, and sets that lie between two of them. No I/O."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from packaging.utils import canonicalize_name

from harness.controller.text import json_line

_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


@dataclass(frozen=True)
class PackageSet:
    """The version of each package by its canonical name, on a Python such as `3.10`."""

    python: str
    versions: Mapping[str, str] = field(hash=False)

    @property
    def digest(self) -> str:
        """Names the content."""
        return hashlib.sha256(json_line([self.python, sorted(self.versions.items())]).encode()).hexdigest()[:24]

    @property
    def requirements(self) -> str:
        """The text of a requirements file."""
        return "".join(f"{name}=={version}\n" for name, version in sorted(self.versions.items()))

    def having(self, changed: Mapping[str, str | None]) -> PackageSet:
        """The set with these versions instead; None removes the package."""
        merged = {**self.versions, **changed}
        return PackageSet(self.python, {name: version for name, version in merged.items() if version is not None})

    def like(self, other: PackageSet, names: Collection[str]) -> PackageSet:
        """The set with these packages as the other has them."""
        return self.having({name: other.versions.get(name) for name in names})


def parse_pins(text: str) -> dict[str, str]:
    """The versions in a requirements file, such as a lock; lines of any other form count for nothing."""
    return {str(canonicalize_name(name)): version for name, version in _PIN.findall(text)}


def differing_packages(one: PackageSet, other: PackageSet) -> list[str]:
    """The packages of which the versions differ, and those that only one of the sets has."""
    names = sorted({*one.versions, *other.versions})
    return [name for name in names if one.versions.get(name) != other.versions.get(name)]
