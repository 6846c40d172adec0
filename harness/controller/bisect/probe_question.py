"""What is asked of sets of packages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ProbeQuestion:
    """A script whose outcome is asked for. `case` and `path` name it; `seconds` is its time limit.

    `requires` are the requirements of its case.
    """

    case: str
    path: str
    script: str
    seconds: float
    requires: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.case}[{self.path}]" if self.case else self.path
