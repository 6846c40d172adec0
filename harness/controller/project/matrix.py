"""The axes of a matrix: the environments, the import paths, the groups, the sets of cases, the lanes and the limits."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from functools import cached_property

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from harness.cases.subject import Subject
from harness.contract.plan import PathSpec

FILE = "matrix.yaml"
NEWEST = "newest"  # in place of a release: whatever there is when it is resolved


@dataclass(frozen=True)
class Environment:
    """One release of the subject on one Python; `as_of` is the date of which its packages are (None: today).

    `overrides` are packages that it has whatever the metadata of others say.
    `name` is the label of the release, if that is not its minor. `oldest_python` is the oldest that it can have.
    In a `lane` it runs the lane's cells alone, and if it `runs_known` also those that entries of `known` are about.
    Where it `may_fail` that is not told by the exit code.
    """

    id: str
    subject: Subject = field(repr=False, hash=False)
    release: str
    python: str
    distribution: str
    as_of: datetime.date | None
    packages: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    set_env: tuple[tuple[str, str], ...] = ()
    name: str = ""
    lane: str | None = None
    runs_known: bool = False
    may_fail: bool = False
    pre_releases: bool = False
    oldest_python: str = ""

    @cached_property
    def version(self) -> Version:
        return Version(self.release)

    @property
    def base(self) -> str | None:
        """The environment that a variant varies."""
        of, hyphen, _ = self.id.partition("-")
        return of if hyphen and self.has_release else None

    @property
    def has_release(self) -> bool:
        return self.release != NEWEST

    @property
    def is_variant(self) -> bool:
        return self.base is not None

    @property
    def release_label(self) -> str:
        """`2.16`; empty where it has no release."""
        if self.name or not self.has_release:
            return self.name
        return f"{self.version.major}.{self.version.minor}"

    @cached_property
    def label(self) -> str:
        """`2.16`, `2.16 legacy` for a variant, `2.16 today` in a lane."""
        variant = self.id.partition("-")[2]
        return " ".join(filter(None, [self.release_label, variant.replace("-", " ")]))


@dataclass(frozen=True)
class Lane:
    """Environments outside the grid, which run a few cells with the newest packages.

    The first case under the first path tells whether one of them does what `title` says.
    """

    title: str
    cases: tuple[str, ...]
    paths: tuple[str, ...]
    environments: tuple[Environment, ...]


@dataclass(frozen=True)
class Resolve:
    """The packages that `harness lock` adds to every environment."""

    packages: tuple[str, ...]
    runner_packages: tuple[str, ...]
    runner_dependencies: tuple[str, ...]
    runner_as_of: datetime.date


@dataclass(frozen=True)
class Inventory:
    """What `harness inventory` measures in addition to the names of the import paths.

    `trees` are further modules, with all below them; `private` patterns of modules that are not meant to be used;
    `methods` those whose signatures are kept.
    """

    trees: tuple[str, ...]
    private: tuple[str, ...]
    methods: tuple[str, ...]


@dataclass(frozen=True)
class Matrix:
    """The axes, in the order of the file. `environments` are those of the grid, without those of the lanes.

    `sets` are patterns of case ids by the name of the set, `default_set` is the one that a run without a choice runs.

    `writers` are the environments that write what cases read in all others.
    `plugins` are those that the file names; the language of cases comes from them.
    """

    subject: Subject
    plugins: tuple[str, ...]
    environments: Map[str, Environment]
    paths: Map[str, PathSpec]
    groups: Map[str, tuple[str, ...]]
    default: str
    timeout: float
    output_limit: int
    memory_limit: int
    resolve: Resolve
    lanes: Map[str, Lane]
    sets: Map[str, tuple[str, ...]]
    default_set: str
    inventory: Inventory
    writers: tuple[str, ...] = ()

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """The modules whose names the inventory has: those of the import paths and the trees, by their full names."""
        return tuple(sorted({self.full_name(name) for name in (*self.paths, *self.inventory.trees)}))

    def full_name(self, name: str) -> str:
        """A dotted name that does not begin with an alias: `tensorflow.keras` for `tf.keras`."""
        return self.subject.full_name(name)

    @cached_property
    def in_lanes(self) -> Map[str, Environment]:
        """The environments of all lanes."""
        return {item.id: item for lane in self.lanes.values() for item in lane.environments}

    @cached_property
    def lane_packages(self) -> Map[str, frozenset[str]]:
        """By case that lanes run, the packages that these lanes install next to releases, and the grid does not name.

        A case that requires one of its packages runs in lanes alone.
        """
        in_grid = package_names(item for each in self.environments.values() for item in each.packages)
        found: dict[str, frozenset[str]] = {}
        for lane in self.lanes.values():
            named = (item for each in lane.environments if each.has_release for item in each.packages)
            added = frozenset(package_names(named)).difference(in_grid, package_names(self.resolve.packages))
            for case in lane.cases:
                found[case] = found.get(case, frozenset()) | added
        return found

    @cached_property
    def everything(self) -> Map[str, Environment]:
        """The environments of the grid, then those of the lanes."""
        return {**self.environments, **self.in_lanes}


def package_names(requirements: Iterable[str]) -> list[str]:
    """The names of the packages that requirements ask for, in their order."""
    return [canonicalize_name(Requirement(item).name) for item in requirements]
