"""`harness schema`: write the JSON Schemas by which an editor checks cases and matrix.yaml."""

from __future__ import annotations

import json
from pathlib import Path

from harness.cases.schema import case_schema
from harness.controller.files import write_atomically
from harness.controller.project.matrix import matrix_schema

SCHEMAS = "schemas"


def editor_schemas() -> dict[str, str]:
    """The text of each schema's file, by the file's name."""
    made = {"case.json": case_schema(), "matrix.json": matrix_schema()}
    return {name: json.dumps(schema, indent=1, sort_keys=True) + "\n" for name, schema in made.items()}


def write_schemas(root: Path) -> list[str]:
    """Write those schemas below `root` that are not there as they should be, and return their names."""
    written = []
    for name, text in editor_schemas().items():
        file = root / SCHEMAS / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(exist_ok=True)
            write_atomically(file, text)
            written.append(f"{SCHEMAS}/{name}")
    return written
