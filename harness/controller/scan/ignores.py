"""Findings that people know of: comments in the code, and a baseline for an old code base."""

from __future__ import annotations

import io
import json
import re
import tokenize
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.controller.errors import UsageError
from harness.controller.files import read_text, write_atomically
from harness.controller.scan.findings import Finding, Verdict
from harness.controller.scan.reading.sources import Block

_COMMENT = re.compile(r"#\s*harness:\s*ignore(?:\[([^\]]*)\])?")
_BASELINE_SCHEMA = 1


@dataclass(frozen=True)
class UnusedIgnore:
    """A comment that ignores nothing."""

    file: str
    line: int
    cell: int | None
    text: str


def without_ignored(
    file: str, blocks: Iterable[Block], findings: Sequence[Finding]
) -> tuple[list[Finding], list[UnusedIgnore]]:
    """The findings whose line has no `# harness: ignore` for them, and the comments that had no effect.

    `ignore[…]` lists verdicts (`fails`) or names (`keras.engine.topology`); without a list it stands for all.
    """
    kept, unused = list(findings), []
    for block in blocks:
        for line, text, words in _comments(block):
            ignored = [item for item in kept if _is_ignored(item, block.cell, line, words)]
            if any(item.verdict is not Verdict.WORKS for item in ignored):
                kept = [item for item in kept if item not in ignored]
            else:
                unused.append(UnusedIgnore(file, line, block.cell, text))
    return kept, unused


def _comments(block: Block) -> Iterable[tuple[int, str, frozenset[str]]]:
    """The line, the text and the words of each comment. A text that looks like one is none."""
    if not any("harness:" in line for line in block.lines):
        return
    text = "\n".join(block.lines) + "\n"
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        found = _COMMENT.search(token.string) if token.type == tokenize.COMMENT else None
        if found:
            words = frozenset(filter(None, (word.strip() for word in (found[1] or "").split(","))))
            yield token.start[0], found[0], words


def _is_ignored(finding: Finding, cell: int | None, line: int, words: frozenset[str]) -> bool:
    place = finding.place
    here = place.cell == cell and place.line <= line <= place.end_line
    return here and (not words or bool({finding.verdict.value, finding.name} & words))


def write_findings_baseline(file: Path, findings: Iterable[Finding]) -> None:
    """Write the findings of today, without lines, which change."""
    rows = sorted(_key(item) for item in findings)
    data = {"schema": _BASELINE_SCHEMA, "findings": [list(row) for row in rows]}
    write_atomically(file, json.dumps(data, indent=1) + "\n")


def without_baseline(file: Path, findings: Iterable[Finding]) -> list[Finding]:
    """The findings that are not in a baseline, each as often as it is there. Raises UsageError for another file."""
    try:
        data = json.loads(read_text(file))
        if data["schema"] != _BASELINE_SCHEMA:
            raise UsageError(f"{file}: schema {data['schema']!r}: this harness reads schema {_BASELINE_SCHEMA}")
        known = Counter((row[0], row[1], row[2]) for row in data["findings"])
    except (ValueError, KeyError, TypeError, IndexError):
        raise UsageError(f"{file}: not a baseline of `harness scan`") from None
    kept = []
    for item in findings:
        if known[_key(item)] > 0:
            known[_key(item)] -= 1
        else:
            kept.append(item)
    return kept


def _key(finding: Finding) -> tuple[str, str, str]:
    return Path(finding.file).as_posix(), finding.name, finding.verdict.value
