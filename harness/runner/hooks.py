"""Hooks around forks: modules that plugins bring along, so that a cell need not do what an earlier one has done.

A module has Python 3.7's grammar, imports nothing but its library and what is loaded already, and has two functions.
`after_script()` is called in a cell that was forked from a path's process. The text that it returns reaches that
process, where `before_forking(reports, stop)` is called before the next cell is forked: with the last cell's text, and
with a function that is true when it should end. They may save time, and must not change what a cell finds.
"""

from __future__ import annotations

import json
import traceback
import types
from typing import Any, Callable, Sequence


class Hooks:
    """The hooks in these sources. Raises whatever a source raises."""

    def __init__(self, sources: Sequence[str]) -> None:
        self._modules = [_loaded(f"hooks{number}", source) for number, source in enumerate(sources)]

    def after_script(self) -> str:
        """In a cell: what the modules have to say, in one text; empty if none says anything."""
        texts = [module.after_script() for module in self._modules]
        return json.dumps(texts) if any(texts) else ""

    def before_forking(self, reports: Sequence[str], stop: Callable[[], bool]) -> None:
        """In the process that cells are forked from. A module that raises takes no part from then on."""
        texts = [json.loads(report) for report in reports]
        for index, module in enumerate(list(self._modules)):
            try:
                module.before_forking([text[index] for text in texts if text[index]], stop)
            except Exception:
                traceback.print_exc()
                self._modules[index] = _SILENT


def _loaded(name: str, source: str) -> Any:
    module = types.ModuleType(name)
    exec(compile(source, f"<{name}>", "exec"), vars(module))
    return module


class _Silent:
    """In the place of a module that has failed."""

    def after_script(self) -> str:
        return ""

    def before_forking(self, reports: Sequence[str], stop: Callable[[], bool]) -> None:
        """Nothing."""


_SILENT = _Silent()
