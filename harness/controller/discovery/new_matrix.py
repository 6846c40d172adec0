"""The matrix.yaml of a package that has none: its newest releases, found in an index. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from string import Template

from harness.controller.discovery.pages import File
from harness.controller.discovery.releases import Release, Terms, newest_releases

_OLDEST = 7  # the minor of the first Python that the runner knows


@dataclass(frozen=True)
class NewSubject:
    """The package of a new matrix: the distribution that has it, and what people import."""

    distribution: str
    package: str

    @property
    def prefix(self) -> str:
        return "".join(letter for letter in self.package.lower() if letter.isascii() and letter.isalpha())


@dataclass(frozen=True)
class ChosenRelease:
    """A release and the Python that it is measured on."""

    release: Release
    python: str


def choose_releases(
    files: Mapping[str, Sequence[File]], distribution: str, terms: Terms, most: int, is_here: Callable[[str], bool]
) -> list[ChosenRelease]:
    """The newest release of each of the `most` newest minors, on the newest of its Pythons, if possible one that is
    here."""
    found = []
    for release in newest_releases(files, [distribution], terms).values():
        pythons = [name for name in release.pythons[distribution] if int(name.split(".")[1]) >= _OLDEST]
        if pythons:
            found.append(ChosenRelease(release, next(filter(is_here, reversed(pythons)), pythons[-1])))
    return found[-most:]


def matrix_text(template: str, subject: NewSubject, chosen: Sequence[ChosenRelease], today: date) -> str:
    """The text of matrix.yaml."""
    environments = [
        f"  {subject.prefix}{version.major}{version.minor}: {{release: {_quoted(str(version))}, "
        f'python: "{item.python}", distribution: {subject.distribution}, released: {item.release.released}}}'
        for item in chosen
        for version in [item.release.version]
    ]
    named = {"distribution": subject.distribution} if subject.distribution != subject.package else {}
    distributions = "".join(f"\n  distributions: [{name}]" for name in named.values())
    return Template(template).substitute(
        package=subject.package,
        distributions=distributions,
        prefix=subject.prefix,
        environments="\n".join(environments),
        today=today.isoformat(),
    )


def _quoted(version: str) -> str:
    """A release such as 2.0 would be a number in YAML."""
    return f'"{version}"' if version.count(".") < 2 else version
