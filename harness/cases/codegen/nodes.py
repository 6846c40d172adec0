"""Values of a checked case that are more than plain Python values: each writes itself as an expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.cases.codegen.literals import Node, keywords, literal
from harness.cases.codegen.script import Script


@dataclass(frozen=True)
class Expression(Node):
    """One line of Python, such as `backend.dot(x, w)`."""

    text: str

    def write(self, script: Script) -> str:
        return script.expression(self.text)


@dataclass(frozen=True)
class Call(Node):
    """A name with its keyword arguments: `{layers.Dense: {units: 10}}` as `Dense(units=10)`."""

    name: str
    arguments: dict[str, Any]

    def write(self, script: Script) -> str:
        return f"{script.use(self.name)}({keywords(self.arguments, script)})"


@dataclass(frozen=True)
class PlainList(Node):
    """A list that stays a list, where sizes elsewhere become a tuple."""

    items: list[Any]

    def write(self, script: Script) -> str:
        return "[{}]".format(", ".join(literal(item, script) for item in self.items))
