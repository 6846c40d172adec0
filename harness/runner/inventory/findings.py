"""The file that forked processes append their answers to, a line of JSON each."""

from __future__ import annotations

import json
import os
from typing import Any, Dict

Answers = Dict[str, Dict[str, Dict[str, Any]]]  # by what was asked, module and name; "" is the module itself


class Findings:
    """A file of answers, open for appending."""

    def __init__(self, file: str) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def add(self, question: str, module: str, answers: dict[str, Any]) -> None:
        """Answers for names of a module."""
        if answers:
            line = json.dumps([question, module, answers]) + "\n"
            os.write(self._file, line.encode("ascii"))


def read_findings(file: str) -> Answers:
    """All answers in a file. The line that a killed process left unfinished is passed over."""
    found: Answers = {}
    with open(file, encoding="ascii") as handle:
        for line in handle:
            try:
                question, module, answers = json.loads(line)
            except ValueError:
                continue
            found.setdefault(question, {}).setdefault(module, {}).update(answers)
    return found
