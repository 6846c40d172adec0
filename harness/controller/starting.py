"""What helps to write cases: the JSON Schemas for editors, and a case to start from."""

from __future__ import annotations

import json
import re
from pathlib import Path

from harness.cases.case import FOLDER, case_files
from harness.cases.kinds import KINDS
from harness.cases.library import COMMON, read_case
from harness.cases.schema import case_schema
from harness.cases.words import nearest
from harness.controller.errors import Exit, UsageError
from harness.controller.files import write_atomically
from harness.controller.matrix import matrix_schema

SCHEMAS = "schemas"
EDITOR_LINE = f"# yaml-language-server: $schema=../../{SCHEMAS}/case.json"


def schemas() -> dict[str, str]:
    """The text of each schema's file, by the file's name."""
    made = {"case.json": case_schema(), "matrix.json": matrix_schema()}
    return {name: json.dumps(schema, indent=1, sort_keys=True) + "\n" for name, schema in made.items()}


def write_schemas(root: Path) -> list[str]:
    """Write those schemas below `root` that are not there as they should be, and return their names."""
    written = []
    for name, text in schemas().items():
        file = root / SCHEMAS / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(exist_ok=True)
            write_atomically(file, text)
            written.append(f"{SCHEMAS}/{name}")
    return written


def new(root: Path, kind: str, case_id: str) -> Exit:
    """Write a small case of a kind. Raises UsageError for an unknown kind, and an id that is none or taken."""
    if kind not in KINDS:
        raise UsageError(f"unknown kind {kind!r}{nearest(kind, KINDS)}")
    if not COMMON["id"].fits(case_id):
        words = "-".join(re.findall(r"[a-z0-9]+", case_id.lower()))
        raise UsageError(
            f"{case_id!r} is no id: use lower-case words joined by hyphens" + (f", {words!r}" * bool(words))
        )
    taken = [file for file in case_files(str(root)) if Path(file).stem == case_id]
    if taken:
        raise UsageError(f"the id {case_id!r} is already used in {taken[0]}")
    file = f"{FOLDER}/{kind}/{case_id}.yaml"
    title = case_id.replace("-", " ").capitalize()
    text = f"{EDITOR_LINE}\nid: {case_id}\nkind: {kind}\ntitle: {title}\n{KINDS[kind].starter}"
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    write_atomically(root / file, text)
    write_schemas(root)
    case, faults = read_case(str(root), file)
    assert case is not None, faults
    print(f"{file}: written; see what it becomes with `harness script {case_id} -p PATH`")
    return Exit.AGREES
