"""The report of a cell: lines that its process writes and its supervisor reads.

`{"stage": name}` when a stage begins, `{"done": name, "seconds": s}` when it ends, `{"stopped": {"error": ...,
"message": ..., "traceback": ...}}` or `{"absent": {"error": ..., "message": ...}}` where the script raised, and, after
all that the script has registered for the end of the interpreter, `{"end": True, "warnings": [...]}`, with `"beyond":
number` where there were more warnings than a report holds. `{"noticed": text}` is what the hook `after_script` has
for the process that the cell was forked from.

The script shares a process with the reporter and can find the descriptor. So every line begins with a token, new for
each cell, and what does not begin with it ends the report. The lines are Python literals and not JSON, as the script
can replace functions of the module `json`, and would be handed the token.
"""

from __future__ import annotations

import ast
import os
from typing import Any, Callable, Dict

REPORT_LIMIT = 8 * 1024 * 1024  # bytes; what a cell of ours reports is cut far below

Line = Dict[str, Any]
Report = Callable[[Line], None]

_NOBODY_LISTENS = 70  # the exit code of a cell that cannot write its report


def new_token() -> str:
    """A token for one cell."""
    return os.urandom(16).hex()


def reporter(descriptor: int, token: str) -> Report:
    """A function that writes one line to the descriptor, whole; in a process forked by the script it does nothing."""
    owner = os.getpid()
    # Functions in C, taken before the script runs: it can replace what it finds in modules.
    write, pid, leave, literal = os.write, os.getpid, os._exit, ascii

    def report(line: Line) -> None:
        if pid() != owner:
            return
        data = f"{token} {literal(line)}\n".encode("ascii")
        try:
            while data:
                data = data[write(descriptor, data) :]
        except OSError:  # the script closed it
            leave(_NOBODY_LISTENS)

    return report


def read_report(data: bytes, token: str) -> list[Line]:
    """The lines of a report, up to the first one that the reporter did not write."""
    start = token.encode("ascii") + b" "
    lines: list[Line] = []
    for text in data.split(b"\n")[:-1]:  # the last piece was cut, or is empty
        if not text.startswith(start):
            break
        try:
            line = ast.literal_eval(text[len(start) :].decode("ascii"))
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            break
        if not isinstance(line, dict):
            break
        lines.append(line)
    return lines
