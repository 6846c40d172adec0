"""Fixes: another name in place of the one that breaks, where that is the identical object. All other bytes stay."""

from __future__ import annotations

import ast
import codecs
import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from harness.controller.scan.findings import Finding
from harness.controller.scan.reading.uses import CodePlace, Edit, Form, Use

_FROM = re.compile(rb"(from\s+)([\w.]+)(\s+import\b)")
_CHAIN = re.compile(r"[A-Za-z_]\w*(\.\w+)+$")


def edit_of(use: Use, instead: str, lines: Sequence[str]) -> Edit | None:
    """The edit that writes `instead`, or None where that takes more than another name in the same line.

    The inventory says that both names are the identical object, so only the spelling changes.
    """
    if use.form is Form.FROM:
        return _edit_import(use, instead, lines)
    if use.form is Form.ATTRIBUTE:
        return _edit_chain(use, instead, lines)
    return None


def _edit_import(use: Use, instead: str, lines: Sequence[str]) -> Edit | None:
    """`from a import b` with one name that keeps it: the module is another."""
    statement = use.statement
    module, _, last = instead.rpartition(".")
    if not isinstance(statement, ast.ImportFrom) or len(statement.names) != 1 or statement.names[0].name != last:
        return None
    line = lines[statement.lineno - 1].encode()
    found = _FROM.match(line, statement.col_offset)
    if not found or found[2].decode() != statement.module:
        return None
    return Edit(statement.lineno, found.start(2) + 1, found.end(2) + 1, module)


def _edit_chain(use: Use, instead: str, lines: Sequence[str]) -> Edit | None:
    """`tf.keras.a.b`, where the name that `tf` stands for leads to the new one too."""
    place = use.place
    if place.line != place.end_line:
        return None
    written = lines[place.line - 1].encode()[place.column - 1 : place.end_column - 1].decode()
    if not _CHAIN.match(written):
        return None
    first, _, rest = written.partition(".")
    base = use.name.removesuffix("." + rest)
    if base == use.name or not instead.startswith(base + "."):
        return None
    return Edit(place.line, place.column, place.end_column, first + instead.removeprefix(base))


def fixed_bytes(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes of a file with some edits."""
    lines = data.splitlines(keepends=True)
    for edit in sorted(set(edits), key=lambda one: (one.line, one.column), reverse=True):
        line = lines[edit.line - 1]
        lines[edit.line - 1] = line[: edit.column - 1] + edit.text.encode() + line[edit.end_column - 1 :]
    return b"".join(lines)


def fixes_by_file(findings: Iterable[Finding]) -> dict[Path, tuple[bytes, bytes]]:
    """The bytes of each file that can be fixed, before and after; those in UTF-8 alone."""
    edits: dict[Path, list[Edit]] = {}
    for finding in findings:
        if finding.edit is not None:
            edits.setdefault(Path(finding.file), []).append(finding.edit)
    found = {}
    for file, of_file in edits.items():
        data = file.read_bytes()
        mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
        if _is_utf8(data):
            found[file] = data, mark + fixed_bytes(data.removeprefix(mark), of_file)
    return found


def without_disputed(findings: Sequence[Finding]) -> list[Finding]:
    """The findings without the edits of places that may be several names: the new one must be right for each."""
    edits: dict[CodePlace, set[Edit | None]] = {}
    for finding in findings:
        if finding.form is not Form.MIXED:
            edits.setdefault(finding.place, set()).add(finding.edit)
    return [replace(item, edit=None) if len(edits.get(item.place, ())) > 1 else item for item in findings]


def diff_of(file: Path, before: bytes, after: bytes) -> str:
    """A patch for `git apply` and `patch -p0`."""
    old, new = (re.findall(r"[^\n]*\n|[^\n]+$", data.decode()) for data in (before, after))
    lines = difflib.unified_diff(old, new, str(file), str(file))
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
