"""New cases as files, for the commands that write one."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from harness.cases.case import FOLDER, case_files
from harness.cases.language import Language
from harness.cases.loader import COMMON, read_case
from harness.controller.errors import UsageError
from harness.controller.files import write_atomically
from harness.controller.project.editor_schemas import SCHEMAS, write_editor_schemas

EDITOR_LINE = f"# yaml-language-server: $schema=../../{SCHEMAS}/case.json"


@dataclass(frozen=True)
class NewCase:
    """A case that is not written yet: `body` are the keys of its kind."""

    kind: str
    id: str
    body: str

    @property
    def file(self) -> str:
        return f"{FOLDER}/{self.kind}/{self.id}.yaml"

    @property
    def text(self) -> str:
        title = self.id.replace("-", " ").capitalize()
        return f"{EDITOR_LINE}\nid: {self.id}\nkind: {self.kind}\ntitle: {title}\n{self.body}"

    def check(self, root: Path, language: Language) -> None:
        """Raises UsageError for an id that is not one or is in use, and for all faults of the case."""
        _check_id(self.id, root)
        with tempfile.TemporaryDirectory(prefix="case-") as folder:
            write_atomically(Path(folder) / self.file, self.text)
            _, faults = read_case(folder, self.file, language)
        if faults:
            raise UsageError("\n".join(f"this is no case: {fault.message}" for fault in faults))

    def write(self, root: Path, language: Language) -> None:
        """Write the file, and what an editor needs to complete it."""
        write_atomically(root / self.file, self.text)
        write_editor_schemas(root, language)


def _check_id(case_id: str, root: Path) -> None:
    if not COMMON["id"].fits(case_id):
        words = "-".join(re.findall(r"[a-z0-9]+", case_id.lower()))
        example = f", for example {words!r}" if words else ""
        raise UsageError(f"{case_id!r} is not an id: use lower-case words joined by hyphens{example}")
    same = [file for file in case_files(str(root)) if Path(file).stem == case_id]
    if same:
        raise UsageError(f"the id {case_id!r} is already used in {same[0]}")
