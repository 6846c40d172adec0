"""The subject of a matrix: the package whose releases are its columns, and how cases name it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.contract.plan import PathSpec

# Libraries that scripts may use in addition to the subject, by the name they have there.
_LIBRARIES = {"np": "import numpy as np", "os": "import os", "sys": "import sys"}
# And where a word is a name of the import path only if the subject lists it: NumPy has a `copy` of its own.
_MORE_LIBRARIES = {name: f"import {name}" for name in ("copy", "json", "pickle")}


def default_prefix(package: str) -> str:
    """The letters of a package's name, with which the ids of environments start if nothing else is said."""
    return re.sub("[^a-z]", "", package.lower())


@dataclass(frozen=True)
class Subject:
    """A package and its names.

    `package` is what is imported, `title` its name for people, `library` that of what the import paths lead to, which
    may be a part of it. The ids of environments start with `prefix`. `distributions` provide the package, the
    preferred one first; `preload` is imported once, before cells are forked, and may load the packages in `loads`.
    `folders` are variables that name a folder in which the subject keeps settings: each cell gets an empty one.
    `set_env` are variables of all cells. `aliases` are short names that scripts give to packages (`{"tf":
    "tensorflow"}`). `names` are the words that start a name of the import path in an expression; empty stands for
    every word that nothing else gives a meaning. `placeholder` stands for the import path in snippets. `example` is a
    name of the import path for texts.

    `shows` are further packages whose versions are shown: a title, and the distributions that may provide each.
    `companion` is a distribution whose minors follow those of the subject. `repositories` are short names of
    repositories in addresses of issues.
    """

    package: str
    title: str
    library: str
    prefix: str
    distributions: tuple[str, ...]
    preload: tuple[str, ...]
    loads: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    set_env: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    placeholder: str = "SUBJECT"
    example: str = "NAME"
    shows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    companion: str | None = None
    repositories: Mapping[str, str] = field(default_factory=dict)

    @property
    def matrix(self) -> str:
        """The title of the whole grid."""
        return f"{self.library} import matrix"

    @property
    def question(self) -> str:
        """What the grid answers."""
        of = "" if self.library == self.title else f"{self.title} "
        return f"Which {self.library} import path works in which {of}release"

    @property
    def libraries(self) -> dict[str, str]:
        """The import statements of the names that expressions may use as they are."""
        more = _MORE_LIBRARIES if self.names else {}
        return {**_LIBRARIES, **more, **{alias: self.import_statement(alias) for alias in self.aliases}}

    def import_statement(self, word: str) -> str:
        """`import tensorflow as tf` for an alias; `import numpy` for any other name."""
        package = self.aliases.get(word, word)
        return f"import {package}" if package == word else f"import {package} as {word}"

    def full_name(self, name: str) -> str:
        """A dotted name that does not begin with an alias: `tensorflow.keras` for `tf.keras`."""
        first, dot, rest = name.partition(".")
        return self.aliases.get(first, first) + dot + rest

    def path(self, name: str, form: str | None = None) -> PathSpec:
        """The import path of this name. Without a form, an alias starts an attribute path."""
        first = name.split(".")[0]
        if form is None:
            form = "attribute" if first in self.aliases else "from"
        return PathSpec(name, form, self.aliases.get(first, first))
