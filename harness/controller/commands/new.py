"""What helps to write cases: the JSON Schemas for editors, and a case to start from."""

from __future__ import annotations

import re
from pathlib import Path

from harness.cases.case import FOLDER, case_files
from harness.cases.document.suggestions import suggest
from harness.cases.kinds import KINDS
from harness.cases.loader import COMMON, read_case
from harness.controller.commands.schema import SCHEMAS, write_schemas
from harness.controller.errors import Exit, UsageError
from harness.controller.files import write_atomically

EDITOR_LINE = f"# yaml-language-server: $schema=../../{SCHEMAS}/case.json"


def new(root: Path, kind: str, case_id: str) -> Exit:
    """Write a small case of a kind. Raises UsageError for an unknown kind, and an id that is none or taken."""
    if kind not in KINDS:
        raise UsageError(f"unknown kind {kind!r}{suggest(kind, KINDS)}")
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
