"""The JSON Schemas with which an editor completes and checks cases and matrix.yaml."""

from __future__ import annotations

import json
from pathlib import Path

from harness.cases.language import Language
from harness.cases.schema import case_schema
from harness.controller.files import write_atomically
from harness.controller.project.matrix_reader import matrix_schema

SCHEMAS = "schemas"  # the folder


def editor_schemas(language: Language) -> dict[str, str]:
    """The text of each schema's file, by the file's name."""
    schemas = {"case.json": case_schema(language), "matrix.json": matrix_schema()}
    return {name: json.dumps(schema, indent=1, sort_keys=True) + "\n" for name, schema in schemas.items()}


def write_editor_schemas(root: Path, language: Language) -> list[str]:
    """Write the schemas below `root` that are missing or out of date, and return their files. Raises HarnessError."""
    written = []
    for name, text in editor_schemas(language).items():
        file = root / SCHEMAS / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            write_atomically(file, text)
            written.append(f"{SCHEMAS}/{name}")
    return written
