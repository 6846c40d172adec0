"""matrix.yaml, read: the matrix, or the faults that keep the file from being one."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass
from typing import Any

from harness.cases.document.fields import Schema
from harness.cases.document.reader import Fault, Place, load
from harness.cases.subject import Subject, default_prefix
from harness.contract.plan import PathSpec
from harness.controller.project.first_subject import FIRST_PLUGIN
from harness.controller.project.matrix import FILE, Inventory, Matrix, Resolve
from harness.controller.project.matrix_checks import ALL_CASES, check_names
from harness.controller.project.matrix_environments import members, read_environments, read_lanes
from harness.controller.project.matrix_schema import RELEASE_KEYS, matrix_fields
from harness.controller.project.plugins import plugin_subject

MATRIX_SCHEMA = 2  # that is written; the first one is read as well
_MEMORY = 4 * 1024**3  # bytes, where the matrix names no limit


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
    matrix = _build(data, subject, RELEASE_KEYS[schema])
    _check_labels(matrix, place.at("environments"))
    return (None, document.faults) if document.faults else (matrix, [])


def _check_labels(matrix: Matrix, place: Place) -> None:
    """Tables tell environments apart by their labels."""
    seen: dict[str, str] = {}
    for item in matrix.environments.values():
        other = seen.setdefault(item.label, item.id)
        if other != item.id:
            place.at(item.base or item.id).fault(
                f"{item.id} and {other} are both {item.label!r}: give one of them a `label`"
            )


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
        prefix=said.get("prefix", default_prefix(package)),
        distributions=tuple(said.get("distributions", [package])),
        preload=tuple(said.get("preload", [package])),
        loads=tuple(said.get("loads", ())),
        folders=tuple(said.get("folders", ())),
        set_env=said.get("set_env", {}),
        aliases=said.get("aliases", {}),
        names=frozenset(said.get("names", ())),
        placeholder=said.get("placeholder", "SUBJECT"),
        example=said.get("example", "NAME"),
        shows={name: tuple(found) for name, found in said.get("shows", {}).items()},
        companion=said.get("companion"),
        repositories=said.get("repositories", {}),
    )


def _build(data: dict[str, Any], subject: Subject, release_key: str) -> Matrix:
    environments = read_environments(data, subject, release_key)
    lanes = read_lanes(data, subject, environments)
    groups = {name: members(entry, environments) for name, entry in data["groups"].items()}
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
        writers=tuple(data.get("writers", ())),
    )


def _inventory(entry: dict[str, Any]) -> Inventory:
    return Inventory(**{key: tuple(entry.get(key, ())) for key in ("trees", "private", "methods")})
