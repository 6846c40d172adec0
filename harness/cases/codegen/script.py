"""The plain Python script that a case becomes under an import path."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

from harness.cases.codegen.wrapping import wrap
from harness.cases.document import expressions
from harness.cases.subject import Subject
from harness.contract.plan import PathSpec
from harness.contract.statuses import Stage

# Modules that a script may import in addition to the subject's, and variables that it may bind.
MODULES = ("np", "os", "sys", "json", "pickle", "re", "warnings", "inspect", "Image", "ElementTree")
_BOUND = (
    *("model", "inputs", "targets", "history", "evaluation", "prediction", "output", "made", "result", "raised"),
    *("copy", "copied", "restored", "again"),
)


class Script:
    """Collects imports and the lines of each stage in order; `text` puts them together.

    Both forms of path bind the names of the cell's own path in the stage `import`, so that a missing name stops the
    cell there.
    """

    def __init__(self, path: PathSpec, subject: Subject) -> None:
        self.path = path
        self.subject = subject
        self._opening: list[str] = []
        self._plain: list[str] = []
        self._from: dict[str, list[str]] = {}
        self._bound: list[str] = []
        self._locals: dict[str, tuple[str, str]] = {
            name: ("script", name) for name in (*MODULES, *subject.aliases, *_BOUND)
        }
        self._blocks: list[tuple[Stage, list[str]]] = []

    def plain(self, statement: str) -> None:
        """Add an import from outside the import paths, such as `import numpy as np`."""
        if statement not in self._plain:
            self._plain.append(statement)

    def before_imports(self, *lines: str) -> None:
        """Add lines that run before any import from outside Python's standard library."""
        self._opening += lines

    def define(self, name: str) -> None:
        """Mark a name as bound by the script itself: a reference to it needs no import."""
        self._locals[name] = ("", name)

    def fresh(self, word: str) -> str:
        """An unused name: `word`, with a number after it if needed."""
        name = next(name for name in _numbered(word) if name not in self._locals)
        self._locals[name] = ("script", name)
        return name

    def use(self, reference: str | list[str]) -> str:
        """Import a referenced name, or the first of several; the expression for it."""
        if isinstance(reference, list):
            return self._use_first(reference) if len(reference) > 1 else self.use(reference[0])
        if self._locals.get(reference) == ("", reference):
            return reference
        path, name = self._resolve(reference)
        if path.form == "attribute" and path != self.path:
            self._import_package(path)
            return f"{path.id}.{name}"
        local, is_new = self._local(path, name)
        if is_new and path.form == "attribute":
            self._bound.append(self._import(path, name, local))
        elif is_new:
            parent, _, short = name.rpartition(".")
            self._from.setdefault(_module(path, parent), []).append(_renamed(short, local))
        return local

    def expression(self, text: str, own: Collection[str] = (), given: Collection[str] = ()) -> str:
        """The text of a checked expression; see `write_expression`."""
        return expressions.write_expression(text, self.subject, self.use, self.plain, own, given)

    def _use_first(self, references: list[str]) -> str:
        """Import the first importable name, as people write it: try, except ImportError."""
        lines: list[str] = []
        local, is_new = self._local(*self._resolve(references[0]), " or ".join(references))
        for index, reference in enumerate(references if is_new else ()):
            path, name = self._resolve(reference)
            indent = "    " * index
            statement = self._import(path, name, local)
            if index + 1 < len(references):
                error = "(ImportError, AttributeError)" if path.form == "attribute" else "ImportError"
                lines += [indent + "try:", indent + "    " + statement, indent + f"except {error}:"]
            else:
                lines.append(indent + statement)
        self._bound += ["\n".join(lines)] if lines else []
        return local

    def add(self, stage: Stage, *lines: str) -> None:
        """Add lines to a stage. A stage other than the last one starts a new block."""
        if not self._blocks or self._blocks[-1][0] is not stage:
            self._blocks.append((stage, []))
        self._blocks[-1][1].extend(lines)

    @contextmanager
    def nested(self) -> Iterator[list[tuple[Stage, list[str]]]]:
        """Collect the lines that are added meanwhile, by stage, in place of adding them: for the body of a block."""
        outer, self._blocks = self._blocks, []
        try:
            yield self._blocks
        finally:
            self._blocks = outer

    @property
    def stages(self) -> list[Stage]:
        """The stages after the imports, in order."""
        return [stage for stage, _ in self._blocks]

    def expect_error(self, stage: Stage, error: str, match: str) -> None:
        """The stage must raise `error` with a message that matches the pattern `match`."""
        self.plain("import re")
        self._blocks = [block for block in self._blocks if block[0] is not Stage.CHECK]  # never reached
        block = self._last(stage)
        block[:] = [*indented("try:", block), "    raised = None", f"except {error} as error:", "    raised = error"]
        self.add(Stage.CHECK, f'assert raised is not None, "nothing raised {error}"')
        self.add(Stage.CHECK, f"assert re.search({json.dumps(match, ensure_ascii=False)}, str(raised)), raised")

    def expect_warning(self, stage: Stage, category: str, match: str) -> None:
        """The stage must give a warning of the category that matches the pattern `match`."""
        self.plain("import re")
        self.plain("import warnings")
        block = self._last(stage)
        inner = ['warnings.simplefilter("always")', *block]
        block[:] = indented("with warnings.catch_warnings(record=True) as caught:", inner)
        self.add(
            Stage.CHECK,
            f"said = [str(warning.message) for warning in caught if issubclass(warning.category, {category})]",
            f"assert any(re.search({json.dumps(match, ensure_ascii=False)}, text) for text in said), said",
        )

    def _last(self, stage: Stage) -> list[str]:
        return next(lines for other, lines in reversed(self._blocks) if other is stage)

    def text(self) -> str:
        """The whole script."""
        blocks = self._heads()
        imports = ["from {} import {}".format(module, ", ".join(sorted(names))) for module, names in self._from.items()]
        blocks.append(["# import", *sorted(imports), *self._bound])
        blocks += [[f"# {stage.value}", *without_last_blanks(lines)] for stage, lines in self._blocks]
        lines = [[part for line in block for part in wrap(line)] for block in blocks]
        return "\n\n".join("\n".join(block) for block in lines) + "\n"

    def _heads(self) -> list[list[str]]:
        """The imports from outside the import paths, after the lines that precede them."""
        early = [statement for statement in self._plain if statement in _EARLY and self._opening]
        late = [statement for statement in self._plain if statement not in early]
        heads: list[Any] = [sorted(early), self._opening, sorted(late, key=_import_order)]
        return [head for head in heads if head]

    def _resolve(self, reference: str) -> tuple[PathSpec, str]:
        if "::" not in reference:
            return self.path, reference
        path, name = reference.split("::")
        return self.subject.path(path), name

    def _local(self, path: PathSpec, name: str, source_name: str = "") -> tuple[str, bool]:
        source = (path.id, source_name or name)
        local = next(word for word in _words(path, name) if self._locals.get(word, source) == source)
        is_new = local not in self._locals
        self._locals[local] = source
        return local, is_new

    def _import(self, path: PathSpec, name: str, local: str) -> str:
        if path.form == "attribute":
            self._import_package(path)
            return f"{local} = {path.id}.{name}"
        parent, _, short = name.rpartition(".")
        return f"from {_module(path, parent)} import {_renamed(short, local)}"

    def _import_package(self, path: PathSpec) -> None:
        self.plain(self.subject.import_statement(path.id.split(".")[0]))


_EARLY = ("import os", "import sys")


def indented(head: str, lines: Sequence[str]) -> list[str]:
    """The head of a compound statement with the lines of its body."""
    return [head, *(f"    {line}" if line else "" for line in lines)]


def without_last_blanks(lines: Sequence[str]) -> list[str]:
    """The lines without the blank ones behind them, which separate a definition from what follows."""
    end = next((index for index in range(len(lines), 0, -1) if lines[index - 1]), 0)
    return list(lines[:end])


def _words(path: PathSpec, name: str) -> Iterator[str]:
    """Candidates for the local name: its last word, then that with the path as a prefix."""
    short = name.split(".")[-1]
    yield short
    prefix = "".join(word.capitalize() for word in re.split(r"[._]+", path.id))
    yield from _numbered(prefix + short)


def _numbered(word: str) -> Iterator[str]:
    yield word
    for number in count(2):
        yield f"{word}{number}"


def _module(path: PathSpec, parent: str) -> str:
    return f"{path.id}.{parent}" if parent else path.id


def _renamed(name: str, local: str) -> str:
    return name if name == local else f"{name} as {local}"


def _import_order(statement: str) -> tuple[bool, str]:
    return (not statement.startswith("import "), statement)
