"""What crosses between the controller and the code that measures an environment's names."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import Any, Dict, List, Union

INVENTORY_SCHEMA = 1

# The answer to one question (can the name be imported? can it be read as an attribute?): yes; no, in the usual way;
# no, with the type and the first line of an unusual error; yes, with those of a warning.
Fact = Union[bool, Dict[str, List[str]]]
Asked = Dict[str, List[str]]  # names by the dotted module that is asked for them


@dataclass(frozen=True)
class InventoryRequest:
    """What to measure in one environment.

    `roots` are dotted modules; names below them are found if `discover`, and those of `asked` are asked for in any
    case. A root in another one is left to itself. `methods` are those whose signatures are kept of each class.
    `hooks` are sources of modules with a function `unwrap(value)` (`harness.runner.inventory.unwrapping`).
    `timeout` is in seconds, for one import or access.
    """

    roots: list[str]
    asked: Asked = field(default_factory=dict)
    discover: bool = True
    methods: list[str] = field(default_factory=list)
    timeout: float = 120.0
    hooks: list[str] = field(default_factory=list)

    @property
    def tops(self) -> list[str]:
        """The packages that are imported first, each in a process of its own."""
        return sorted({root.partition(".")[0] for root in self.roots})

    def root_of(self, module: str) -> str | None:
        """The innermost root that the module is, or is below."""
        around = [root for root in self.roots if (module + ".").startswith(root + ".")]
        return max(around, key=len) if around else None

    def write(self, file: str) -> None:
        write_json(file, asdict(self))

    @classmethod
    def read(cls, file: str) -> InventoryRequest:
        return cls(**read_json(file))


def is_yes(fact: Fact | None) -> bool:
    """Whether the answer is yes, with a warning or without."""
    return fact is True or (isinstance(fact, dict) and "warning" in fact)


def write_json(file: str, data: Any) -> None:
    """Write the whole document or nothing."""
    part = file + ".part"
    with open(part, "w", encoding="utf-8") as handle:
        json.dump(data, handle, sort_keys=True)
    os.replace(part, file)


def read_json(file: str) -> Any:
    """The document in a file."""
    with open(file, encoding="utf-8") as handle:
        return json.load(handle)
