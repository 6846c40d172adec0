"""The releases that matter to a code base: given as a range, or as its project declares them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from harness.controller.api.environments import Environments, Mask
from harness.controller.errors import UsageError
from harness.controller.project.matrix import Environment, Matrix
from harness.controller.scan.declared import declared_requirements, project_files

_BUILDS = ("cpu", "gpu", "macos", "rocm", "intel", "base", "mkl", "eigen")  # of one package, under names of their own


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
        for file in project_files(folder):
            for needed in declared_requirements(file):
                found = [item.specifier for item in needed if canonicalize_name(item.name) in wanted]
                bounded = sorted({str(specifier) for specifier in found if str(specifier)})
                if bounded:
                    return list(map(SpecifierSet, bounded)), f"{file.name}: {' or '.join(bounded)}"
        if (folder / ".git").exists():
            break
    return [SpecifierSet()], "all measured releases"
