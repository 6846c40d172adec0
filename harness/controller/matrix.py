"""matrix.yaml: the environments, the import paths, the groups and the limits."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from collections.abc import Mapping as Map
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from harness.cases.documents import Fault, Place, load
from harness.cases.fields import Choice, Matching, Positive, Schema, Text, Whole
from harness.cases.structures import Items, Mapping, OneOf
from harness.cases.words import nearest
from harness.contract.plan import PathSpec
from harness.controller.matrix_fields import Date, Days, Keyed

FILE = "matrix.yaml"
SCHEMA = 1
_MEMORY = 4 * 1024**3  # bytes, where the matrix names no limit


@dataclass(frozen=True)
class Environment:
    """One TensorFlow release on one Python; `as_of` is the date by which its packages are resolved."""

    id: str
    tensorflow: str
    python: str
    distribution: str
    as_of: datetime.date
    packages: tuple[str, ...] = ()
    set_env: tuple[tuple[str, str], ...] = ()

    @cached_property
    def release(self) -> Version:
        return Version(self.tensorflow)

    @property
    def base(self) -> str | None:
        """The environment that a variant varies."""
        of, hyphen, _ = self.id.partition("-")
        return of if hyphen else None

    @property
    def is_variant(self) -> bool:
        return self.base is not None

    @cached_property
    def label(self) -> str:
        """`2.16`, or `2.16 legacy` for a variant."""
        variant = self.id.partition("-")[2]
        return " ".join(filter(None, [f"{self.release.major}.{self.release.minor}", variant.replace("-", " ")]))


@dataclass(frozen=True)
class Resolve:
    """What `harness lock` adds to every environment."""

    packages: tuple[str, ...]
    runner_packages: tuple[str, ...]
    runner_dependencies: tuple[str, ...]
    runner_as_of: datetime.date


@dataclass(frozen=True)
class Matrix:
    """The axes, in the order of the file."""

    environments: Map[str, Environment]
    paths: Map[str, PathSpec]
    groups: Map[str, tuple[str, ...]]
    default: str
    timeout: float
    output_limit: int
    memory_limit: int
    resolve: Resolve


_RELEASE = Matching(r"\d+\.\d+\.\d+\S*", "a release such as 2.15.1")
_PACKAGES = Items(Text())
_ENVIRONMENT = Mapping(
    {
        "tensorflow": _RELEASE,
        "python": Matching(r"3\.\d+", 'a Python version in quotes, such as "3.11"'),
        "distribution": Choice("tensorflow", "tensorflow-cpu"),
        "released": Date(),
        "as_of": Date(),
        "packages": _PACKAGES,
    },
    required=["tensorflow", "python", "distribution", "released"],
)
_ID = r"tf\d+"
_FIELDS = Mapping(
    {
        "schema": Whole(1),
        "limits": Mapping(
            {"timeout": Positive(), "output": Whole(1), "memory": Whole(1)}, required=["timeout", "output"]
        ),
        "resolve": Mapping(
            {
                "days_after_release": Days(),
                "packages": _PACKAGES,
                "runner": Mapping(
                    {"packages": _PACKAGES, "dependencies": _PACKAGES, "as_of": Date()},
                    required=["packages", "dependencies", "as_of"],
                ),
            },
            required=["days_after_release", "packages", "runner"],
        ),
        "paths": Keyed(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", "a dotted name", Choice("from", "attribute")),
        "environments": Keyed(_ID, "tf and the release's digits, such as tf215", _ENVIRONMENT),
        "variants": Keyed(
            _ID + r"(-[a-z0-9]+)+",
            "an environment and a word, such as tf216-legacy",
            Mapping(
                {"of": Text(), "set_env": Keyed(r"[A-Z_][A-Z0-9_]*", "a variable's name", Text())}, ["of", "set_env"]
            ),
        ),
        "groups": Keyed(
            r"[a-z0-9]+(-[a-z0-9]+)*",
            "lower-case words joined by hyphens",
            OneOf((list, Items(Text())), (dict, Mapping({"tensorflow": Text()}, ["tensorflow"]))),
        ),
        "default": Text(),
    },
    required=["schema", "limits", "resolve", "paths", "environments", "groups", "default"],
)


def matrix_schema() -> Schema:
    """What an editor can tell of matrix.yaml."""
    from harness.cases.schema import DRAFT  # late, as it takes all kinds of cases

    return {"$schema": DRAFT, "title": "The axes of a Keras import matrix", **_FIELDS.schema()}


def read_matrix(root: str) -> tuple[Matrix | None, list[Fault]]:
    """The matrix of `root`, or the faults that keep it from being one."""
    document = load(root, FILE)
    data, place = document.data, Place(document)
    if data is None:
        return None, document.faults
    if isinstance(data, dict) and data.get("schema") != SCHEMA:
        place.at("schema").fault(f"schema {data.get('schema')!r}: this harness reads schema {SCHEMA}")
        return None, document.faults
    _FIELDS.check(data, place)
    if not document.faults:
        _check_names(data, place)
    if document.faults:
        return None, document.faults
    return _build(data), []


def read_paths(root: str) -> dict[str, PathSpec]:
    """The import paths alone, as far as they can be read, whatever else is wrong with the file."""
    from harness.cases.script import fixed_path  # late: for a matrix with faults alone

    data = load(root, FILE).data
    paths = data.get("paths") if isinstance(data, dict) else None
    known = paths.items() if isinstance(paths, dict) else ()
    return {name: fixed_path(name) for name, _ in known if isinstance(name, str)}


def _check_names(data: dict[str, Any], place: Place) -> None:
    """What one part of the file says of another."""
    for name, entry in data["environments"].items():
        _check_environment(name, entry, place.at("environments").at(name))
    for name, entry in data.get("variants", {}).items():
        _check_variant(name, entry["of"], data["environments"], place.at("variants").at(name))
    known = [*data["environments"], *data.get("variants", {})]
    releases = list(filter(None, (_release(entry["tensorflow"]) for entry in data["environments"].values())))
    for name, entry in data["groups"].items():
        _check_group(name, entry, known, place.at("groups").at(name))
        if isinstance(entry, dict):
            _check_range(entry["tensorflow"], releases, place.at("groups").at(name).at("tensorflow"))
    if data["default"] not in data["groups"]:
        place.at("default").fault(f"unknown group {data['default']!r}{nearest(data['default'], data['groups'])}")
    for name, form in data["paths"].items():
        if (form == "attribute") != name.startswith("tf."):
            where = place.at("paths").at(name)
            where.fault("the form is attribute for names that start with tf. and from for all others")


def _check_variant(name: str, of: str, environments: Iterable[str], place: Place) -> None:
    if of not in environments:
        place.at("of").fault(f"unknown environment {of!r}{nearest(of, environments)}")
    elif not name.startswith(of + "-"):
        place.fault(f"the id of a variant of {of} starts with {of}-")


def _check_group(name: str, entry: Any, known: list[str], place: Place) -> None:
    if name in known:
        place.fault(f"{name!r} is also an environment")
    for index, member in enumerate(entry if isinstance(entry, list) else []):
        if member not in known:
            place.at(index).fault(f"unknown environment {member!r}{nearest(member, known)}")


def _check_environment(name: str, entry: dict[str, Any], place: Place) -> None:
    release = _release(entry["tensorflow"])
    if release is None:
        place.at("tensorflow").fault(f"{entry['tensorflow']!r} is not a release")
    elif name != f"tf{release.major}{release.minor}":
        place.fault(f"the id of TensorFlow {release} is tf{release.major}{release.minor}, not {name}")


def _release(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _check_range(text: str, releases: Iterable[Version], place: Place) -> None:
    try:
        wanted = SpecifierSet(text)
    except InvalidSpecifier:
        place.fault(f'{text!r} is not a range of releases such as ">=2,<2.6"')
        return
    if not any(wanted.contains(release, prereleases=True) for release in releases):
        place.fault(f"no environment has a release in {text!r}")


def _build(data: dict[str, Any]) -> Matrix:
    margin = datetime.timedelta(days=data["resolve"]["days_after_release"])
    environments = {}
    for name, entry in data["environments"].items():
        environments[name] = Environment(
            id=name,
            tensorflow=entry["tensorflow"],
            python=entry["python"],
            distribution=entry["distribution"],
            as_of=entry.get("as_of", entry["released"] + margin),
            packages=tuple(entry.get("packages", ())),
        )
    for name, entry in data.get("variants", {}).items():
        environments[name] = replace(
            environments[entry["of"]], id=name, set_env=tuple(sorted(entry["set_env"].items()))
        )
    environments = dict(sorted(environments.items(), key=lambda item: (item[1].release, item[0])))
    runner = data["resolve"]["runner"]
    return Matrix(
        environments=environments,
        paths={name: PathSpec(name, form) for name, form in data["paths"].items()},
        groups={name: _members(entry, environments) for name, entry in data["groups"].items()},
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
    )


def _members(entry: Any, environments: Map[str, Environment]) -> tuple[str, ...]:
    if isinstance(entry, list):
        return tuple(entry)
    wanted = SpecifierSet(entry["tensorflow"])
    return tuple(name for name, item in environments.items() if wanted.contains(item.release, prereleases=True))
