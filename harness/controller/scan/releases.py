"""The releases that matter to a code base: given as a range, or as its project declares them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from harness.controller.api.environments import Environments, Mask
from harness.controller.errors import UsageError
from harness.controller.project.matrix import Environment, Matrix

_BUILDS = ("cpu", "gpu", "macos")  # of one package, under names of their own
_QUOTED = re.compile(r"[\"']([^\"'\n]+)[\"']")
_POETRY = re.compile(r'^([\w-]+) *= *(?:\{.*version *= *)?"([^"]+)"', re.MULTILINE)
_CARET = re.compile(r"([\^~])\s*(\d+)(?:\.(\d+))?[\w.]*$")  # of Poetry


@dataclass(frozen=True)
class ScannedReleases:
    """Sets of the measured releases: all of them, those asked about, and those that are newer.

    `source` says where the range comes from.
    """

    every: Mask
    inside: Mask
    newer: Mask
    source: str


def chosen_range(
    matrix: Matrix, environments: Environments, given: str | None, paths: Sequence[Path]
) -> ScannedReleases:
    """The releases of a range such as `>=2.10,<2.19`, or those that the project around the paths declares, or all.

    Raises UsageError for a range that is none, or in which no release was measured.
    """
    if given is not None:
        specifiers, source = [_specifier(given)], f"--range {given}"
    else:
        specifiers, source = _declared(matrix, paths)
    releases = [item for item in matrix.environments.values() if not item.is_variant]
    inside = [item for item in releases if any(_has(specifier, item) for specifier in specifiers)]
    if not inside:
        known = f"{releases[0].release_label} to {releases[-1].release_label}"
        raise UsageError(f"{source}: no measured release of {matrix.subject.title} is in it (measured: {known})")
    every, chosen = (sum(environments.bits[item.id] for item in items) for items in (releases, inside))
    after = releases[releases.index(inside[-1]) + 1 :]
    return ScannedReleases(every, chosen, sum(environments.bits[item.id] for item in after), source)


def _specifier(text: str) -> SpecifierSet:
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        raise UsageError(f"--range {text}: not a range of releases, such as '>=2.10,<2.19'") from None


def _has(specifier: SpecifierSet, environment: Environment) -> bool:
    """Whether any patch release up to the measured one is in the range: it answers for all of its minor."""
    version = environment.version
    patches = [f"{version.major}.{version.minor}.{patch}" for patch in range(version.micro + 1)]
    return any(specifier.contains(patch, prereleases=True) for patch in [*patches, environment.release])


def _declared(matrix: Matrix, paths: Sequence[Path]) -> tuple[list[SpecifierSet], str]:
    """What the nearest project file says of the subject."""
    names = {matrix.subject.package, *matrix.subject.distributions}
    names |= {f"{matrix.subject.package}-{build}" for build in _BUILDS}
    wanted = {canonicalize_name(name) for name in names}
    start = paths[0].resolve() if paths else Path.cwd()
    for folder in (start, *start.parents) if start.is_dir() else start.parents:
        for file in _project_files(folder):
            found = [item.specifier for item in _requirements(file) if canonicalize_name(item.name) in wanted]
            bounded = [specifier for specifier in found if str(specifier)]
            if bounded:
                return bounded, f"{file.name}: {' or '.join(sorted({str(specifier) for specifier in bounded}))}"
        if (folder / ".git").exists():
            break
    return [SpecifierSet()], "all measured releases"


def _project_files(folder: Path) -> list[Path]:
    names = ("pyproject.toml", "setup.cfg", "setup.py", "environment.yml", "environment.yaml")
    files = [folder / name for name in names]
    return [file for file in [*files[:3], *sorted(folder.glob("requirements*.txt")), *files[3:]] if file.is_file()]


def _requirements(file: Path) -> Iterator[Requirement]:
    """The requirements in a file, as far as they can be read without running it."""
    try:
        texts = list(_texts(file))
    except (OSError, ValueError, SyntaxError, yaml.YAMLError, AttributeError, TypeError):
        return  # another program will complain
    for text in texts:
        try:
            yield Requirement(text.split("#")[0].strip())
        except InvalidRequirement:
            continue


def _texts(file: Path) -> Iterable[str]:
    """What may be a requirement. Of TOML and Python, which nothing runs here, every text in quotes may be."""
    text = file.read_text(encoding="utf-8")
    if file.suffix in (".yml", ".yaml"):
        return _conda_texts(yaml.safe_load(text)["dependencies"])
    if file.suffix == ".py":
        constants = (node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant))
        return [value for value in constants if isinstance(value, str)]
    if file.suffix == ".toml":
        poetry = [found[1] + _from_poetry(found[2]) for found in _POETRY.finditer(text)]
        return [*_QUOTED.findall(text), *poetry]
    return [line.strip() for line in text.splitlines()]


def _from_poetry(text: str) -> str:
    """`^2.8` as `>=2.8,<3`, `~2.8` as `>=2.8,<2.9`; a bare version is that one."""
    found = _CARET.match(text)
    if found:
        major, minor = int(found[2]), int(found[3] or 0)
        end = f"{major + 1}" if found[1] == "^" else f"{major}.{minor + 1}"
        return f">={major}.{minor},<{end}"
    return text.replace("*", "") if text == "*" or not text[:1].isdigit() else f"=={text}"


def _conda_texts(dependencies: Sequence[Any]) -> Iterator[str]:
    for item in dependencies:
        if isinstance(item, dict):
            yield from item.get("pip", [])
        else:
            name, equals, version = str(item).partition("=")
            is_pin = equals and version[:1].isdigit() and name[-1] not in "<>!~="
            yield f"{name}=={version.split('=')[0]}.*" if is_pin else str(item)
