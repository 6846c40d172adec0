"""The plugins that matrix.yaml names: an installed package's, by its entry point, or a module of the project."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.cases.document.suggestions import suggest
from harness.cases.general import GENERAL
from harness.cases.language import FORK_HOOKS, UNWRAP, Language, Plugin, functions_of, make_language
from harness.cases.subject import Subject
from harness.controller.digests import code_digest, file_digest

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "keras_import_matrix.plugins"  # of entry points


class FaultyPlugin(Exception):
    """A plugin that does not exist, cannot be imported, or is something else. The message is for a fault."""


def load_plugin(root: Path, name: str) -> Plugin:
    """The plugin of this entry point, or of the module `name.py` below the project's root. Raises FaultyPlugin."""
    try:
        found = _from_file(root / name) if name.endswith(".py") else _entry_point(name).load()
    except FaultyPlugin:
        raise
    except Exception as error:
        raise FaultyPlugin(f"the plugin {name!r} cannot be imported: {type(error).__name__}: {error}") from error
    if not isinstance(found, Plugin):
        raise FaultyPlugin(f"the plugin {name!r} is no `harness.kinds.Plugin`, but {found!r}")
    _check_hooks(found)
    return found


def load_language(root: Path, subject: Subject, names: Sequence[str]) -> Language:
    """The language that these plugins and the harness itself give. Raises FaultyPlugin."""
    plugins = [*(load_plugin(root, name) for name in names), GENERAL]
    subject = replace(subject, names=subject.names.union(*(plugin.names for plugin in plugins)))
    words = [*sorted(subject.names), *map(str, subject.aliases.items()), subject.placeholder]
    return make_language(subject, plugins, [*words, *(_identity(root, name) for name in names)])


def _identity(root: Path, name: str) -> str:
    """Changes with the code of a plugin: of a project's module, or of the package that an entry point is in."""
    if name.endswith(".py"):
        return f"{name} {file_digest(root / name)}"
    module = sys.modules[_entry_point(name).module]
    file = Path(str(module.__file__))
    code = code_digest(file.parent.parent, [file.parent.name]) if module.__package__ else file_digest(file)
    return f"{name} {code}"


def _check_hooks(plugin: Plugin) -> None:
    """Raises FaultyPlugin for hooks that cannot be read, that Python 3.7 would not understand, or that lack one."""
    said = f"the hooks of the plugin {plugin.name!r}"
    for file in plugin.hook_files:
        try:
            functions = functions_of(file.read_text(encoding="utf-8"), file.name)
        except (OSError, ValueError, SyntaxError) as error:
            raise FaultyPlugin(f"{said} are no module for Python 3.7: {error}") from error
        missing = [name for name in FORK_HOOKS if name not in functions]
        if len(missing) == 1:
            raise FaultyPlugin(f"{said} have no function {missing[0]!r}")
        if missing and UNWRAP not in functions:
            raise FaultyPlugin(f"{said} have none of the functions {', '.join(FORK_HOOKS)} and {UNWRAP}")


def find_plugin(package: str) -> Plugin | None:
    """The installed plugin whose own subject is this package, or is in this distribution. Raises FaultyPlugin."""
    for name in sorted(point.name for point in _entry_points()):
        plugin = load_plugin(Path(), name)
        if plugin.subject and package in {plugin.subject["package"], *plugin.subject.get("distributions", ())}:
            return plugin
    return None


def plugin_subject(name: str) -> Mapping[str, Any]:
    """What matrix.yaml would say of the own subject of an installed plugin. Raises FaultyPlugin."""
    subject = load_plugin(Path(), name).subject
    if subject is None:
        raise FaultyPlugin(f"the plugin {name!r} has no subject of its own")
    return subject


def _entry_point(name: str) -> EntryPoint:
    known = {point.name: point for point in _entry_points()}
    if name not in known:
        raise FaultyPlugin(f"unknown plugin {name!r}{suggest(name, known)}; one of the project ends in .py")
    return known[name]


def _entry_points() -> Iterable[EntryPoint]:
    from importlib.metadata import entry_points  # late, as it takes longer than what else a scan imports here

    return entry_points(group=GROUP)


def _from_file(file: Path) -> object:
    if not file.is_file():
        raise FaultyPlugin(f"no file {file.name!r} next to matrix.yaml")
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None, "the name ends in .py"
    assert spec.loader is not None, "it is a file"
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, "PLUGIN", None)
