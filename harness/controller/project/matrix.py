"""matrix.yaml: the environments, the import paths, the groups, the sets of cases, the lanes and the limits."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping as Map
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from harness.cases.document.fields import Schema
from harness.cases.document.reader import Fault, Place, load
from harness.cases.subject import Subject
from harness.contract.plan import PathSpec
from harness.controller.project.matrix_checks import ALL_CASES, check_names
from harness.controller.project.matrix_schema import RELEASE_KEYS, matrix_fields
from harness.controller.project.plugins import plugin_subject

FILE = "matrix.yaml"
MATRIX_SCHEMA = 2  # that is written; the first one is read as well
FIRST_PLUGIN = "keras"  # of every file of schema 1, which names none
_MEMORY = 4 * 1024**3  # bytes, where the matrix names no limit
NEWEST = "newest"  # in place of a release: whatever there is when it is resolved


@dataclass(frozen=True)
class Environment:
    """One release of the subject on one Python; `as_of` is the date of which its packages are (None: today).

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
    set_env: tuple[tuple[str, str], ...] = ()
    lane: str | None = None
    runs_known: bool = False
    may_fail: bool = False
    pre_releases: bool = False

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
    def minor(self) -> str:
        """`2.16`; empty where it has no release."""
        return f"{self.version.major}.{self.version.minor}" if self.has_release else ""

    @cached_property
    def label(self) -> str:
        """`2.16`, `2.16 legacy` for a variant, `2.16 today` in a lane."""
        variant = self.id.partition("-")[2]
        return " ".join(filter(None, [self.minor, variant.replace("-", " ")]))


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
    """What `harness inventory` measures beside the names of the import paths, and how it takes them.

    `trees` are further modules, with all below them; `private` patterns of modules that are not meant to be used; `methods` those whose signatures are kept.
    """

    trees: tuple[str, ...]
    private: tuple[str, ...]
    methods: tuple[str, ...]


@dataclass(frozen=True)
class Matrix:
    """The axes, in the order of the file. `environments` are those of the grid, without those of the lanes.

    `sets` are patterns of case ids by the name of the set, `default_set` is the one that a run without a choice runs.

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

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """The modules whose names the inventory has: those of the import paths and the trees, by their full names."""
        return tuple(sorted({self.full_name(name) for name in (*self.paths, *self.inventory.trees)}))

    def full_name(self, name: str) -> str:
        """A dotted name that does not begin with an alias: `tensorflow.keras` for `tf.keras`."""
        first, dot, rest = name.partition(".")
        return self.subject.aliases.get(first, first) + dot + rest

    @cached_property
    def in_lanes(self) -> Map[str, Environment]:
        """The environments of all lanes."""
        return {item.id: item for lane in self.lanes.values() for item in lane.environments}

    @cached_property
    def everything(self) -> Map[str, Environment]:
        """The environments of the grid, then those of the lanes."""
        return {**self.environments, **self.in_lanes}


def matrix_schema() -> Schema:
    """The JSON Schema by which an editor checks matrix.yaml."""
    from harness.cases.schema import DRAFT  # late, as it takes all kinds of cases

    return {"$schema": DRAFT, "title": "The axes of a matrix", **matrix_fields(MATRIX_SCHEMA).schema()}


def read_matrix(root: str) -> tuple[Matrix | None, list[Fault]]:
    """The matrix of `root`, or the faults that keep it from being one."""
    document = load(root, FILE)
    data, place = document.data, Place(document)
    if data is None:
        return None, document.faults
    schema = _schema(data) if isinstance(data, dict) else MATRIX_SCHEMA
    if schema not in RELEASE_KEYS:
        known = " and ".join(map(str, RELEASE_KEYS))
        place.at("schema").fault(f"schema {schema!r}: this harness reads schema {known}")
        return None, document.faults
    matrix_fields(schema).read(data, place)
    if document.faults:
        return None, document.faults
    subject = _subject(data)
    check_names(data, subject, RELEASE_KEYS[schema], place)
    if document.faults:
        return None, document.faults
    return _build(data, subject, RELEASE_KEYS[schema]), []


@dataclass(frozen=True)
class MatrixHead:
    """What cases need of a matrix.yaml, as far as it can be read, whatever else is wrong with the file."""

    subject: Subject
    plugins: tuple[str, ...]
    paths: Map[str, PathSpec]


def read_head(root: str) -> MatrixHead:
    """The head of a file with faults. What cannot be read is that of a file of the first schema."""
    data = load(root, FILE).data
    data = data if isinstance(data, dict) else {}
    try:
        subject, plugins = _subject(data), _plugins(data)
    except (AttributeError, KeyError, TypeError, ValueError):
        subject, plugins = _subject({}), _plugins({})
    paths = data.get("paths")
    known = paths if isinstance(paths, dict) else ()
    return MatrixHead(subject, plugins, {name: subject.path(name) for name in known if isinstance(name, str)})


def plugin_fault(root: str, sentence: str) -> Fault:
    """A fault of the plugins that the file names."""
    return Fault(FILE, load(root, FILE).line(("plugins",)), sentence)


def _plugins(data: dict[str, Any]) -> tuple[str, ...]:
    return tuple(data.get("plugins", ())) if _schema(data) > 1 else (FIRST_PLUGIN,)


def _schema(data: Map[str, Any]) -> Any:
    """The schema that the file names, or that it has by its keys."""
    return data.get("schema", 2 if "subject" in data else 1)


def _subject(data: dict[str, Any]) -> Subject:
    """The subject of a file, with what follows from its package where the file says nothing else."""
    said = data["subject"] if _schema(data) > 1 else plugin_subject(FIRST_PLUGIN)
    package = said["package"]
    title = said.get("title", package)
    return Subject(
        package=package,
        title=title,
        library=said.get("library", title),
        prefix=said.get("prefix", re.sub("[^a-z]", "", package.lower())),
        distributions=tuple(said.get("distributions", [package])),
        preload=tuple(said.get("preload", [package])),
        loads=tuple(said.get("loads", ())),
        folders=tuple(said.get("folders", ())),
        aliases=said.get("aliases", {}),
        names=frozenset(said.get("names", ())),
        placeholder=said.get("placeholder", "SUBJECT"),
        shows={name: tuple(found) for name, found in said.get("shows", {}).items()},
        companion=said.get("companion"),
        repositories=said.get("repositories", {}),
    )


def _build(data: dict[str, Any], subject: Subject, release_key: str) -> Matrix:
    margin = datetime.timedelta(days=data["resolve"]["days_after_release"])
    environments = {}
    for name, entry in data["environments"].items():
        environments[name] = Environment(
            id=name,
            subject=subject,
            release=entry[release_key],
            python=entry["python"],
            distribution=entry["distribution"],
            as_of=entry.get("as_of", entry["released"] + margin),
            packages=tuple(entry.get("packages", ())),
        )
    for name, entry in data.get("variants", {}).items():
        environments[name] = replace(
            environments[entry["of"]], id=name, set_env=tuple(sorted(entry["set_env"].items()))
        )
    environments = dict(sorted(environments.items(), key=lambda item: (item[1].version, item[0])))
    lanes = {name: _lane(name, entry, subject, environments) for name, entry in data.get("lanes", {}).items()}
    groups = {name: _members(entry, environments) for name, entry in data["groups"].items()}
    runner = data["resolve"]["runner"]
    return Matrix(
        subject=subject,
        plugins=_plugins(data),
        environments=environments,
        paths={name: subject.path(name, form) for name, form in data["paths"].items()},
        groups=groups | {name: tuple(item.id for item in lane.environments) for name, lane in lanes.items()},
        default=data["default"],
        timeout=data["limits"]["timeout"],
        output_limit=data["limits"]["output"],
        memory_limit=data["limits"].get("memory", _MEMORY),
        resolve=Resolve(
            packages=tuple(data["resolve"]["packages"]),
            runner_packages=tuple(runner["packages"]),
            runner_dependencies=tuple(runner["dependencies"]),
            runner_as_of=runner["as_of"],
        ),
        lanes=lanes,
        sets={name: tuple(patterns) for name, patterns in data.get("sets", {}).items()},
        default_set=data.get("default_set", ALL_CASES),
        inventory=_inventory(data.get("inventory", {})),
    )


def _inventory(entry: dict[str, Any]) -> Inventory:
    return Inventory(**{key: tuple(entry.get(key, ())) for key in ("trees", "private", "methods")})


def _lane(name: str, entry: dict[str, Any], subject: Subject, environments: Map[str, Environment]) -> Lane:
    """A lane of releases, or of the newest release of one distribution."""
    if "of" in entry:
        of = (environments[member] for member in _members_of(entry["of"], environments))
        varied = [replace(item, id=f"{item.id}-{name}", as_of=None) for item in of if not item.is_variant]
    else:
        varied = [
            Environment(f"{subject.prefix}-{name}", subject, NEWEST, entry["python"], entry["distribution"], as_of=None)
        ]
    own = {
        "packages": tuple(entry.get("packages", ())),
        "lane": name,
        "may_fail": entry.get("may_fail", False),
        "pre_releases": entry.get("pre_releases", False),
    }
    with_known = _members_of(entry["known"], environments) if "known" in entry else ()
    found = tuple(replace(item, runs_known=item.id.removesuffix(f"-{name}") in with_known, **own) for item in varied)
    return Lane(entry["title"], tuple(entry["cases"]), tuple(entry["paths"]), found)


def _members(entry: Any, environments: Map[str, Environment]) -> tuple[str, ...]:
    """The environments that a group lists, or whose releases are in its range."""
    if isinstance(entry, list):
        return tuple(entry)
    (wanted,) = entry.values()
    return _members_of(wanted, environments)


def _members_of(text: str, environments: Map[str, Environment]) -> tuple[str, ...]:
    wanted = SpecifierSet(text)
    return tuple(name for name, item in environments.items() if wanted.contains(item.version, prereleases=True))
