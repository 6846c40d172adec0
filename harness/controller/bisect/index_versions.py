"""The versions of a package that an index has for a Python."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache

from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.version import Version

from harness.controller.discovery.index import read_index_project
from harness.controller.discovery.index_settings import index_addresses
from harness.controller.discovery.pages import File


class IndexVersions:
    """Asks the configured index, each package once."""

    def __init__(self) -> None:
        self._files: dict[str, list[File]] = {}
        self._addresses: list[str] | None = None

    def between(self, package: str, python: str, ends: tuple[str, str], pre: bool = False) -> list[str]:
        """The versions from one end to the other, both included, pre-releases only on request. Raises HarnessError."""
        first, last = map(Version, ends)
        low, high = min(first, last), max(first, last)
        found = versions_for(self._read(package), python, pre or low.is_prerelease or high.is_prerelease)
        inner = sorted((version for version in found if low < version < high), reverse=last < first)
        return [ends[0], *map(str, inner), ends[1]]

    def uploaded(self, package: str, version: str) -> date | None:
        """The day on which the first file of a version came."""
        wanted = Version(version)
        days = [file.uploaded.date() for file in self._read(package) if file.uploaded and file.version == wanted]
        return min(days, default=None)

    def pythons(self, package: str, version: str, among: Iterable[str]) -> list[str]:
        """Those of the Pythons that a version has a wheel for."""
        files = [file for file in self._read(package) if file.version == Version(version)]
        return [python for python in among if versions_for(files, python, pre=True)]

    def _read(self, package: str) -> list[File]:
        if package not in self._files:
            self._addresses = self._addresses or index_addresses()
            self._files[package] = read_index_project(self._addresses, package)
        return self._files[package]


def versions_for(files: Iterable[File], python: str, pre: bool) -> set[Version]:
    """The versions with a wheel for this machine and Python; without any wheel, those with a source package."""
    files = [
        file
        for file in files
        if not file.yanked and (pre or not file.version.is_prerelease) and file.requires_python.contains(python)
    ]
    fitting = _tags(python)
    wheels = {file.version for file in files if not fitting.isdisjoint(file.tags)}
    return wheels or {file.version for file in files if not file.tags}


@cache
def _tags(python: str) -> frozenset[Tag]:
    major, minor = map(int, python.split("."))
    interpreter = f"cp{major}{minor}"
    abi = interpreter + ("m" if (major, minor) < (3, 8) else "")
    return frozenset([*cpython_tags((major, minor), abis=[abi]), *compatible_tags((major, minor), interpreter)])
