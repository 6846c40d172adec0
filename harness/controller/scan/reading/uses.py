"""Uses of the scanned names, as they stand in the code."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from harness.controller.api.environments import Mask
from harness.controller.scan.case_answers import ShownCase


class Form(Enum):
    """How a name is reached. Each is another question to the API."""

    IMPORT = "import"  # import a.b
    FROM = "from"  # from a import b
    ATTRIBUTE = "attribute"  # a.b
    ARGUMENT = "argument"  # f(b=...)
    TEXT = "text"  # f("b"), which looks b up
    MIXED = "mixed"  # a name that meets one of another import path


_BROAD = {"Exception", "BaseException"}
_OF_NAMES = ("ModuleNotFoundError", "AttributeError")
_OF_FORM = {
    Form.IMPORT: "ImportError",
    Form.FROM: "ImportError",
    Form.ATTRIBUTE: "AttributeError",
    Form.TEXT: "ValueError",
}


@dataclass(frozen=True)
class CodePlace:
    """Where a name stands. Lines and columns begin with 1; the columns count bytes, as Python's own do."""

    line: int
    column: int
    end_line: int
    end_column: int
    cell: int | None = None

    @classmethod
    def of(cls, node: ast.expr | ast.alias | ast.stmt | ast.keyword, cell: int | None) -> CodePlace:
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return cls(node.lineno, node.col_offset + 1, end_line, end_column + 1, cell)

    def utf16_columns(self, lines: Sequence[str]) -> tuple[int, int]:
        """The columns in code units of UTF-16, as editors count them. `lines` are those of the block of code."""
        ends = ((self.line, self.column), (self.end_line, self.end_column))
        first, last = (lines[line - 1].encode()[: column - 1].decode() for line, column in ends)
        return len(first.encode("utf-16-le")) // 2 + 1, len(last.encode("utf-16-le")) // 2 + 1


@dataclass(frozen=True)
class Edit:
    """New text for a part of a line. Columns count bytes from 1."""

    line: int
    column: int
    end_column: int
    text: str


@dataclass(frozen=True)
class Target:
    """What a name of the code stands for: a dotted name, or an object of that class.

    `imported` parts of it were reached by imports.
    """

    name: str
    imported: int
    is_object: bool = False

    def attribute(self, name: str) -> Target:
        return Target(f"{self.name}.{name}", self.imported)


@dataclass
class Use:
    """One use of a name, by the releases in which it is reached: it works, fails, or is not known there.

    `caught` are those in which the failure is handled, `silent` those in which nothing needs be known; `imported` parts
    of the name were reached by imports.
    """

    name: str
    form: Form
    place: CodePlace
    reach: Mask
    works: Mask
    fails: Mask
    private: bool = False
    seen: bool = True  # in any measured release
    argument: str = ""  # of a call, by its name; with the text if the call looks that up
    imported: int = 1
    caught: Mask = 0
    silent: Mask = 0
    meets: str = ""  # the other name of a mixture
    shown_by: ShownCase | None = None
    tried_by: str = ""  # code that shows it
    statement: ast.stmt | None = None

    @property
    def label(self) -> str:
        """The name, with the argument or the text of a call."""
        if self.form is Form.TEXT:
            return f"{self.name}({self.argument})"
        return f"{self.name}({self.argument}=)" if self.argument else self.name

    @property
    def breaks(self) -> Mask:
        """The releases that stop at this line."""
        return self.reach & self.fails & ~self.caught

    @property
    def doubt(self) -> Mask:
        """The releases in which it is reached, and not known to work or to fail."""
        return self.reach & ~self.works & ~self.fails & ~self.silent


@dataclass
class Catch:
    """A handler of a `try` under way: what it catches, and the releases in which it got something."""

    types: frozenset[str]
    mask: Mask = 0
    maybe: bool = False  # a module that is not ours may be missing too
    other: bool = False  # something happens that is no use of a measured name
    guards: bool = False  # it would catch the failure of a name that is used
    uses: list[tuple[Use, Mask]] = field(default_factory=list)

    def takes(self, error: str) -> bool:
        """Whether it catches an error of this type; an empty one stands for any."""
        return not error or any(_is_kind_of(error, name) for name in self.types)

    def catches(self, form: Form) -> bool:
        return self.takes(_OF_FORM.get(form, "TypeError"))

    def catches_missing(self, form: Form) -> bool:
        """Whether it catches at least that a module is missing."""
        return form in (Form.IMPORT, Form.FROM) and self.takes("ModuleNotFoundError")

    @property
    def is_entered_anyhow(self) -> bool:
        """Whether what it catches may come from elsewhere than from the names that it is there for."""
        return self.maybe or (not self.guards and (self.other or not any(map(self.takes, _OF_NAMES))))

    def note_caught(self, lost: Mask) -> None:
        """Its end: the failures that it got are handled, but for the releases in which it fails itself."""
        for use, mask in self.uses:
            use.caught |= mask & ~lost


def _is_kind_of(error: str, caught: str) -> bool:
    if error == caught or caught in _BROAD:
        return True
    one, other = (vars(builtins).get(name) for name in (error, caught))
    return isinstance(one, type) and isinstance(other, type) and issubclass(one, other)
