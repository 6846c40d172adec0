"""results/broken_code.json: what each release breaks in published packages (benchmarks/scan_breakages.py)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harness.controller.errors import HarnessError
from harness.controller.files import read_text
from harness.controller.text import json_line

BROKEN_CODE_SCHEMA = 1


@dataclass(frozen=True)
class BrokenName:
    """A name that stops code in some environments, at the first place `where` it does: `file:line`.

    It stands in `lines` places, of which others may be guarded in another way. `instead` is a name that works in all
    releases, or empty.
    """

    name: str
    form: str
    where: str
    lines: int
    breaks: tuple[str, ...]
    instead: str


@dataclass(frozen=True)
class BrokenPackage:
    """A release of a package. `declares` is the range of the subject that it asks for, empty for any."""

    name: str
    version: str
    declares: str
    files: int
    broken: tuple[BrokenName, ...]

    def names(self, environment: str) -> int:
        """How many names an environment breaks."""
        return sum(environment in item.breaks for item in self.broken)


def broken_code_file(results: Path) -> Path:
    """The file below a results folder."""
    return results / "broken_code.json"


def read_broken_code(file: Path) -> Sequence[BrokenPackage]:
    """The packages, none where no file exists. Raises HarnessError."""
    if not file.exists():
        return ()
    try:
        data = json.loads(read_text(file))
        if data["schema"] != BROKEN_CODE_SCHEMA:
            raise HarnessError(f"{file}: schema {data['schema']!r}: this harness reads schema {BROKEN_CODE_SCHEMA}")
        return [_package(row) for row in data["packages"]]
    except (ValueError, KeyError, TypeError) as error:
        raise HarnessError(f"{file}: not a document of broken code ({type(error).__name__}: {error})") from None


def _package(row: Mapping[str, Any]) -> BrokenPackage:
    broken = [BrokenName(**{**item, "breaks": tuple(item["breaks"])}) for item in row["broken"]]
    return BrokenPackage(**{**row, "broken": tuple(broken)})


def broken_code_text(packages: Iterable[BrokenPackage]) -> str:
    """The file: a line for each package."""
    rows = ",\n".join(json_line(asdict(package)) for package in packages)
    return f'{{"schema": {BROKEN_CODE_SCHEMA},\n"packages": [\n{rows}\n]}}\n'
