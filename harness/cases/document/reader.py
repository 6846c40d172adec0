"""YAML files with the line of each value: faults name file and line."""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import yaml

from harness.cases.subject import Subject

Keys = tuple[object, ...]  # the path to a value in a document: ("layer", "weights", "w", "shape", 0)

MAX_BYTES = 1024 * 1024  # bytes
MAX_DEPTH = 40  # levels: Python 3.7 reads no script with more than some 90 brackets in one another
MAX_NODES = 100_000  # more than any case or matrix needs; aliases can expand to far more


@dataclass(frozen=True, order=True)
class Fault:
    """One fault of one file."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class Place:
    """A value's place in its document: faults are reported through it."""

    def __init__(self, document: Document, keys: Keys = ()) -> None:
        self.document = document
        self.keys = keys

    def at(self, key: object) -> Place:
        return Place(self.document, (*self.keys, key))

    def fault(self, message: str) -> None:
        self.document.faults.append(Fault(self.document.file, self.line, message))

    @property
    def line(self) -> int:
        return self.document.line(self.keys)

    @property
    def subject(self) -> Subject:
        """The subject whose names a case may use."""
        assert self.document.subject is not None, "the document is a case"
        return self.document.subject


class Document:
    """A parsed file: `data` in plain Python values, and the line of each of them. A case has the matrix's subject."""

    def __init__(self, file: str, subject: Subject | None = None) -> None:
        self.file = file
        self.subject = subject
        self.data: Any = None
        self.lines: dict[Keys, int] = {}
        self.faults: list[Fault] = []

    def line(self, keys: Keys) -> int:
        """The line of the value, or of the nearest value around it."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return self.lines.get(keys, 1)


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, with `1e-5` a number, as YAML 1.2 and editors have it."""


# libyaml reads the same nodes some ten times faster. A build of PyYAML may lack it.
_FastLoader: Any = type("_FastLoader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})

for _loader in (_Loader, _FastLoader):
    _loader.add_implicit_resolver(
        "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
    )

# Each level of nesting takes one of these characters. libyaml overflows the C stack at some 10,000 levels, which ends
# the process; Python's own reader raises RecursionError.
_NESTING = "[{-?:"
_MAX_FAST_LEVELS = 2000

_MERGE = "tag:yaml.org,2002:merge"

# Parts of PyYAML's messages, and hints for the author.
_HINTS = {
    "mapping values are not allowed here": "; look at the indentation, and quote a text that holds ': '",
    "but found '<block mapping start>'": "; look at the indentation of this line and the one above",
    "'\\t'": "; indent with spaces, not with tabs",
}


def load(root: str, file: str, subject: Subject | None = None) -> Document:
    """Parse `root`/`file`. If it cannot be parsed, `data` is None and a fault gives the reason."""
    document = Document(file, subject)
    text = _read(os.path.join(root, file), document)
    if text is None:
        return document
    try:
        node = _compose(text)
        if node is not None:
            document.data = _Reader(document).value(node, ())
        if document.data is None and not document.faults:
            document.faults.append(Fault(file, 1, "the file is empty"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        said = error.problem or ""
        if said.startswith("but "):
            said = f"{error.context}, {said}"
        hint = next((hint for part, hint in _HINTS.items() if part in said), "")
        document.faults.append(Fault(file, line, f"not YAML: {said}{hint}"))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        document.faults.append(Fault(file, line, f"not YAML: {error.reason}"))
    except RecursionError:
        document.faults.append(Fault(file, 1, "nested too deeply"))
    if document.faults:
        document.data = None
    return document


def _compose(text: str) -> Any:
    """The root node of the text. Faults are worded by PyYAML's own reader, whose lines and reasons are the better."""
    if "\t" not in text and sum(map(text.count, _NESTING)) <= _MAX_FAST_LEVELS:  # libyaml takes tabs inside words
        with suppress(yaml.YAMLError):
            return yaml.compose(text, Loader=_FastLoader)
    return yaml.compose(text, Loader=_Loader)


def _read(file: str, document: Document) -> str | None:
    try:
        found = os.stat(file)
        if stat.S_ISDIR(found.st_mode) and os.path.islink(file):
            raise ValueError("a link to a folder, which is not followed")
        if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
            raise ValueError("not a regular file")  # reading a pipe or a device may never end
        if found.st_size > MAX_BYTES:
            raise ValueError(f"larger than {MAX_BYTES} bytes")
        with open(file, encoding="utf-8-sig") as handle:
            return handle.read()
    except UnicodeDecodeError as error:
        message = f"not UTF-8: {error.reason}"
    except ValueError as error:
        message = str(error)
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
    document.faults.append(Fault(document.file, 1, message))
    return None


class _Reader:
    """Builds values from YAML nodes, noting lines; refuses duplicate keys and aliases that loop or explode."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.scalars = _Loader("")
        self.count = 0
        self.open: set[int] = set()

    def value(self, node: Any, keys: Keys) -> Any:
        self.count += 1
        if self.count > MAX_NODES:
            raise yaml.MarkedYAMLError(problem="its aliases expand to too many values", problem_mark=node.start_mark)
        if len(keys) > MAX_DEPTH:
            raise RecursionError
        self.document.lines.setdefault(keys, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if id(node) in self.open:
            raise yaml.MarkedYAMLError(problem="an alias refers to itself", problem_mark=node.start_mark)
        self.open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self.value(item, (*keys, index)) for index, item in enumerate(node.value)]
            return self._mapping(node, keys)
        finally:
            self.open.discard(id(node))

    def _scalar(self, node: Any) -> Any:
        try:
            value = self.scalars.construct_object(node)
            repr(value)  # a number of too many digits cannot be written
            return value
        except (KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError):  # all that PyYAML raises
            problem = f"{node.value!r} does not match its form or tag"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark) from None

    def _mapping(self, node: Any, keys: Keys) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if key_node.tag == _MERGE:
                self.document.faults.append(Fault(self.document.file, line, "merge keys (<<) are not supported"))
                continue
            key = self._scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else key_node
            if not isinstance(key, (str, int, float)):
                raise yaml.MarkedYAMLError(problem="a key must be a plain word", problem_mark=key_node.start_mark)
            if key in result:
                self.document.faults.append(Fault(self.document.file, line, f"duplicate key {key!r}"))
            inner = (*keys, key)
            self.document.lines[inner] = line
            result[key] = self.value(value_node, inner)
        return result
