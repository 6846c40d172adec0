"""The plain Python script that a case becomes under an import path."""

from __future__ import annotations

import re
from itertools import count
from typing import Iterator

from harness.contract.plan import PathSpec
from harness.contract.statuses import Stage


def fixed_path(name: str) -> PathSpec:
    """The import path that a reference names itself: `tf.` starts an attribute, anything else is imported from."""
    return PathSpec(name, "attribute" if name.startswith("tf.") else "from")


class Script:
    """Collects imports and the lines of each stage; `text` puts them in order.

    Names of the cell's own path are bound among the imports in either form, so that a name which is missing stops
    the cell at the stage `import`.
    """

    def __init__(self, path: PathSpec) -> None:
        self.path = path
        self._plain: list[str] = []
        self._from: dict[str, list[str]] = {}
        self._bound: list[str] = []
        self._locals: dict[str, tuple[str, str]] = {}
        self._stages: dict[Stage, list[str]] = {}

    def plain(self, statement: str) -> None:
        """An import that has nothing to do with Keras, such as `import numpy as np`."""
        if statement not in self._plain:
            self._plain.append(statement)

    def use(self, reference: str) -> str:
        """The expression for a referenced name, after seeing to its import."""
        path, name = self._resolve(reference)
        if path.form == "attribute" and path != self.path:
            self.plain("import tensorflow as tf")
            return f"{path.id}.{name}"
        local, is_new = self._local(path, name)
        if is_new and path.form == "attribute":
            self._bound.append(self._import(path, name, local))
        elif is_new:
            parent, _, short = name.rpartition(".")
            self._from.setdefault(_module(path, parent), []).append(_renamed(short, local))
        return local

    def use_first(self, references: list[str]) -> str:
        """The first of several names that can be imported, as people write it: try, except ImportError."""
        lines: list[str] = []
        local, _ = self._local(*self._resolve(references[0]))
        for index, reference in enumerate(references):
            path, name = self._resolve(reference)
            indent = "    " * index
            statement = self._import(path, name, local)
            if index + 1 < len(references):
                error = "(ImportError, AttributeError)" if path.form == "attribute" else "ImportError"
                lines += [indent + "try:", indent + "    " + statement, indent + f"except {error}:"]
            else:
                lines.append(indent + statement)
        self._bound.append("\n".join(lines))
        return local

    def add(self, stage: Stage, *lines: str) -> None:
        self._stages.setdefault(stage, []).extend(lines)

    def text(self) -> str:
        blocks = [sorted(self._plain, key=_import_order)] if self._plain else []
        imports = ["from {} import {}".format(module, ", ".join(sorted(names))) for module, names in self._from.items()]
        blocks.append(["# import", *sorted(imports), *self._bound])
        for stage in Stage:
            if stage in self._stages:
                blocks.append([f"# {stage.value}"] + self._stages[stage])
        return "\n\n".join("\n".join(block) for block in blocks) + "\n"

    def _resolve(self, reference: str) -> tuple[PathSpec, str]:
        if "::" not in reference:
            return self.path, reference
        path, name = reference.split("::")
        return fixed_path(path), name

    def _local(self, path: PathSpec, name: str) -> tuple[str, bool]:
        source = (path.id, name)
        local = next(word for word in _words(path, name) if self._locals.get(word, source) == source)
        is_new = local not in self._locals
        self._locals[local] = source
        return local, is_new

    def _import(self, path: PathSpec, name: str, local: str) -> str:
        if path.form == "attribute":
            self.plain("import tensorflow as tf")
            return f"{local} = {path.id}.{name}"
        parent, _, short = name.rpartition(".")
        return f"from {_module(path, parent)} import {_renamed(short, local)}"


def _words(path: PathSpec, name: str) -> Iterator[str]:
    """What a name may be called in the script: by its last word, and if that is taken with more before it."""
    short = name.split(".")[-1]
    yield short
    prefix = "".join(word.capitalize() for word in re.split(r"[._]+", path.id))
    yield prefix + short
    for number in count(2):
        yield f"{prefix}{short}{number}"


def _module(path: PathSpec, parent: str) -> str:
    return f"{path.id}.{parent}" if parent else path.id


def _renamed(name: str, local: str) -> str:
    return name if name == local else f"{name} as {local}"


def _import_order(statement: str) -> tuple[bool, str]:
    return (not statement.startswith("import "), statement)
