"""A build hook: the wheel carries the measured names, so that `harness api` and `harness scan` work in any folder."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_TARGET = "harness/measured"  # MEASURED of harness/controller/commands/openers.py


class MeasuredNames(BuildHookInterface[Any]):
    """Puts `matrix.yaml` and the packed `results/api/` into the wheel. An editable install has the checkout."""

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

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            self._folder.cleanup()
