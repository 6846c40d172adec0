"""Case files written for a test: what reading one gives, and the script that it becomes."""

from __future__ import annotations

import ast
from pathlib import Path

from harness.cases.case import Case
from harness.cases.generate import script_of
from harness.cases.loader import read_case
from harness.contract.plan import PathSpec
from tests.support.languages import LANGUAGE

GoodBody = tuple[str, PathSpec, str]  # a body, an import path, and the script or its end
BadBody = tuple[str, str, str, list[str]]  # a good body, a part of it, what replaces the part, and the faults

FROM = PathSpec("keras", "from", "keras")
ATTRIBUTE = PathSpec("tf.keras", "attribute", "tensorflow")


def read_written(root: Path, file: str, text: str) -> tuple[Case | None, list[str]]:
    """The case, and its faults as `line: message`."""
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(text, encoding="utf-8")
    case, faults = read_case(str(root), file, LANGUAGE)
    return case, [f"{fault.line}: {fault.message}" for fault in faults]


def refused(root: Path, file: str, text: str) -> list[str]:
    """The faults of a case that must have some."""
    case, faults = read_written(root, file, text)
    assert case is None
    return faults


def written_script(root: Path, file: str, text: str, path: PathSpec) -> str:
    """The script of a case that must be without fault; it must be Python."""
    case, faults = read_written(root, file, text)
    assert case is not None, faults
    script = script_of(case, path)
    ast.parse(script, feature_version=(3, 7))
    compile(script, file, "exec")
    return script


def whole(kind: str, body: str) -> str:
    """A case of a kind: the body begins on line 4."""
    return f"id: case\nkind: {kind}\ntitle: A case\n{body}"


def python(root: Path, kind: str, body: str, path: PathSpec = FROM) -> str:
    """The script of a body without fault, which is Python in the other form of path as well."""
    file = f"cases/{kind}/case.yaml"
    for other in (FROM, ATTRIBUTE):
        written_script(root, file, whole(kind, body), other)
    return written_script(root, file, whole(kind, body), path)


def said(root: Path, kind: str, body: str) -> list[str]:
    """The faults of a body, none if it is good."""
    return read_written(root, f"cases/{kind}/case.yaml", whole(kind, body))[1]


def replaced(text: str, old: str, new: str) -> str:
    """The text with one part replaced that must be in it once."""
    assert text.count(old) == 1, text
    return text.replace(old, new)
