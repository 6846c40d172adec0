"""The language of a project's cases: its kinds, from the harness and from plugins, and the names of its subject."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.cases.document.fields import Schema
from harness.cases.kinds.base import Kind
from harness.cases.subject import Subject


@dataclass(frozen=True)
class Plugin:
    """What a package, or a module of a project, adds to the language.

    `names` are words that start a name of the import path in an expression. `definitions` are parts of the JSON Schema
    that the fields of its kinds refer to, as functions that make them. `subject` is what matrix.yaml says of the
    plugin's own subject, for a file that names none.
    """

    name: str
    kinds: tuple[Kind, ...]
    names: frozenset[str] = frozenset()
    definitions: Mapping[str, Callable[[], Schema]] = field(default_factory=dict)
    subject: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Language:
    """What the cases of a project may say. `kinds` are in the order in which they are shown.

    `identity` changes with the code of a plugin, and with the names of the subject.
    """

    subject: Subject
    kinds: Mapping[str, Kind]
    definitions: Mapping[str, Callable[[], Schema]]
    identity: tuple[str, ...] = ()


def make_language(subject: Subject, plugins: Iterable[Plugin], identity: Iterable[str] = ()) -> Language:
    """The language of these plugins, the first of which counts for each kind."""
    kinds: dict[str, Kind] = {}
    definitions: dict[str, Callable[[], Schema]] = {}
    for plugin in plugins:
        kinds = {**{kind.name: kind for kind in plugin.kinds}, **kinds}
        definitions = {**plugin.definitions, **definitions}
    return Language(subject, kinds, definitions, tuple(identity))
