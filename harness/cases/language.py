"""The language of a project's cases: its kinds, from the harness and from plugins, and the names of its subject."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.cases.subject import Subject

if TYPE_CHECKING:
    from harness.cases.document.fields import Schema
    from harness.cases.kinds.base import Kind

_Definitions = Mapping[str, "Callable[[], Schema]"]

FORK_HOOKS = ("after_script", "before_forking")
UNWRAP = "unwrap"


@dataclass(frozen=True)
class Plugin:
    """What a package, or a module of a project, adds to the language.

    `names` are words that start a name of the import path in an expression. `definitions` are parts of the JSON Schema
    that the fields of its kinds refer to, as functions that make them. `kinds` and `definitions` may be functions
    that return them, so that quick commands need not import the modules. `hooks` is the file of a module that travels
    into environments, or several: with FORK_HOOKS (`harness.runner.hooks`), with UNWRAP
    (`harness.runner.inventory.unwrapping`), or with all of them. `subject` is what matrix.yaml says of the plugin's own
    subject, and `template` the folder that `harness init` begins a project of it with: `cases/`, and `matrix.yaml` as a
    `string.Template`.
    """

    name: str
    kinds: Sequence[Kind] | Callable[[], Sequence[Kind]]
    names: frozenset[str] = frozenset()
    definitions: _Definitions | Callable[[], _Definitions] = field(default_factory=dict)
    hooks: Path | Sequence[Path] | None = None
    subject: Mapping[str, Any] | None = None
    template: Path | None = None

    @property
    def hook_files(self) -> tuple[Path, ...]:
        """The files of `hooks`."""
        return (self.hooks,) if isinstance(self.hooks, Path) else tuple(self.hooks or ())

    def load_kinds(self) -> Mapping[str, Kind]:
        """The kinds by name."""
        return {kind.name: kind for kind in (self.kinds() if callable(self.kinds) else self.kinds)}

    def load_definitions(self) -> _Definitions:
        """The parts of the JSON Schema by name."""
        return self.definitions() if callable(self.definitions) else self.definitions


@dataclass(frozen=True)
class Language:
    """What the cases of a project may say. The first of the plugins that has a kind, or a definition, counts.

    `hooks` are sources of modules for the runner; `fork_hooks` and `unwrap_hooks` those that have these functions.
    `identity` changes with the code of a plugin and the subject's names.
    """

    subject: Subject
    plugins: tuple[Plugin, ...]
    hooks: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()

    @property
    def fork_hooks(self) -> list[str]:
        """The sources with hooks around forks."""
        return [source for source in self.hooks if functions_of(source).issuperset(FORK_HOOKS)]

    @property
    def unwrap_hooks(self) -> list[str]:
        """The sources with a hook that looks through wrappers."""
        return [source for source in self.hooks if UNWRAP in functions_of(source)]

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        """By name, in the order in which they are shown."""
        found: dict[str, Kind] = {}
        for plugin in self.plugins:
            for name, kind in plugin.load_kinds().items():
                found.setdefault(name, kind)
        return found

    @cached_property
    def definitions(self) -> _Definitions:
        """Parts of the JSON Schema."""
        found: dict[str, Callable[[], Schema]] = {}
        for plugin in reversed(self.plugins):
            found.update(plugin.load_definitions())
        return found


def make_language(subject: Subject, plugins: Sequence[Plugin], identity: Iterable[str] = ()) -> Language:
    """The language of these plugins. Raises OSError for unreadable hooks."""
    hooks = tuple(file.read_text(encoding="utf-8") for plugin in plugins for file in plugin.hook_files)
    return Language(subject, tuple(plugins), hooks, tuple(identity))


def functions_of(source: str, name: str = "<hooks>") -> set[str]:
    """The names of the functions that a module with the grammar of Python 3.7 defines. Raises SyntaxError."""
    module = ast.parse(source, name, feature_version=(3, 7))
    return {item.name for item in module.body if isinstance(item, ast.FunctionDef)}
