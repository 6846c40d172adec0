"""A build hook: the wheel carries the measured names, so that `harness api` and `harness scan` work in any folder."""

from __future__ import annotations

import csv
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_TARGET = "harness/measured"  # MEASURED of harness/controller/commands/openers.py


class MeasuredNames(BuildHookInterface[Any]):
    """Puts `matrix.yaml`, the packed `results/api/`, and what `harness scan` asks of cases into the wheel.

    An editable install has the checkout.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, self.root)
        from harness.controller.api.document import read_documents
        from harness.controller.api.packed import pack

        self._folder = tempfile.TemporaryDirectory(prefix="measured-")  # until the wheel is written
        build_data["force_include"][str(root / "matrix.yaml")] = f"{_TARGET}/matrix.yaml"
        for name, content in pack(read_documents(root / "results")).items():
            file = Path(self._folder.name) / name
            file.write_bytes(content)
            build_data["force_include"][str(file)] = f"{_TARGET}/results/api/{name}"
        for name in ("scan.yaml", "results/lookups.json"):
            build_data["force_include"][str(root / name)] = f"{_TARGET}/{name}"
        outcomes = Path(self._folder.name) / "grid.csv"
        _write_rows(root / "results" / outcomes.name, outcomes, _cases(root / "scan.yaml"))
        build_data["force_include"][str(outcomes)] = f"{_TARGET}/results/{outcomes.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            self._folder.cleanup()


def _cases(rules: Path) -> set[str]:
    """The cases that `harness scan` asks, without PyYAML, which a build has not."""
    return set(re.findall(r"\b(?:case|control): ([\w-]+)", rules.read_text(encoding="utf-8")))


def _write_rows(grid: Path, target: Path, cases: set[str]) -> None:
    """The rows of some cases of results/grid.csv."""
    with grid.open(encoding="utf-8", newline="") as source, target.open("w", encoding="utf-8", newline="") as kept:
        rows = csv.reader(source)
        head = next(rows)
        csv.writer(kept).writerows([head, *(row for row in rows if row[head.index("case")] in cases)])
