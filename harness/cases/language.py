"""The language of a project's cases: its kinds, from the harness and from plugins, and the names of its subject."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.cases.document.fields import Schema
from harness.cases.kinds.base import Kind
from harness.cases.subject import Subject


@dataclass(frozen=True)
class Plugin:
    """What a package, or a module of a project, adds to the language.

    `names` are words that start a name of the import path in an expression. `definitions` are parts of the JSON Schema
    that the fields of its kinds refer to, as functions that make them. `hooks` is the file of a module for the runner
    (`harness.runner.hooks`). `subject` is the subject of a matrix.yaml that names none.
    """

    name: str
    kinds: tuple[Kind, ...]
    names: frozenset[str] = frozenset()
    definitions: Mapping[str, Callable[[], Schema]] = field(default_factory=dict)
    hooks: Path | None = None
    subject: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Language:
    """What the cases of a project may say. `kinds` are in the order in which they are shown.

    `hooks` are sources of modules for the runner. `identity` changes with the code of a plugin and the subject's names.
    """

    subject: Subject
    kinds: Mapping[str, Kind]
    definitions: Mapping[str, Callable[[], Schema]]
    hooks: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()


def make_language(subject: Subject, plugins: Sequence[Plugin], identity: Iterable[str] = ()) -> Language:
    """The language of these plugins, the first of which counts for each kind. Raises OSError for unreadable hooks."""
    kinds: dict[str, Kind] = {}
    definitions: dict[str, Callable[[], Schema]] = {}
    for plugin in plugins:
        for kind in plugin.kinds:
            kinds.setdefault(kind.name, kind)
        definitions = {**plugin.definitions, **definitions}
    hooks = tuple(plugin.hooks.read_text(encoding="utf-8") for plugin in plugins if plugin.hooks)
    return Language(subject, kinds, definitions, hooks, tuple(identity))
