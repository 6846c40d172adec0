"""Case files written for a test: what reading one gives, and the script that it becomes."""

from __future__ import annotations

from pathlib import Path

from harness.cases.library import Case, read_case
from harness.contract.plan import PathSpec


def read_written(root: Path, file: str, text: str) -> tuple[Case | None, list[str]]:
    """The case, and its faults as `line: message`."""
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(text, encoding="utf-8")
    case, faults = read_case(str(root), file)
    return case, [f"{fault.line}: {fault.message}" for fault in faults]


def script_of(root: Path, file: str, text: str, path: PathSpec) -> str:
    """The script of a case that must be without fault; it must be Python."""
    case, faults = read_written(root, file, text)
    assert case is not None, faults
    script = case.script(path)
    compile(script, file, "exec")
    return script
