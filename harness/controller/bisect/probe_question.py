"""What is asked of sets of packages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ProbeQuestion:
    """A script whose outcome is asked for. `case` and `path` name it; `seconds` is its time limit."""

    case: str
    path: str
    script: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.case}[{self.path}]" if self.case else self.path
