"""Runs inside an environment: reaches names, each in a process of its own. Python 3.7, standard library alone.

Standard input has trees of statements as JSON, a node being `[statement, question or null, [child, ...]]`. Each node is
a fork of the one above it: `import tensorflow` runs once, and no question sees what another imported. Prints a line
`[question, "ok" or the error]` for each; a process that dies or hangs prints nothing for what is below it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

_PATIENCE = 300  # seconds for one statement, on a busy machine


def ask(node: Any, scope: dict[str, Any], error: str | None, out: int) -> None:
    """Execute a node, unless what it builds on has failed, and then those below it."""
    statement, question, children = node
    if error is None:
        signal.alarm(_PATIENCE)  # its default action ends this process
        try:
            exec(statement, scope)
        except BaseException as raised:
            error = f"{type(raised).__name__}: {str(raised).splitlines()[0] if str(raised) else ''}"
        signal.alarm(0)
    if question is not None:
        os.write(out, json.dumps([question, (error or "ok")[:300]]).encode() + b"\n")
    for child in children:
        if error is not None:
            ask(child, scope, error, out)
            continue
        process = os.fork()
        if not process:
            try:
                ask(child, scope, None, out)
            finally:
                os._exit(0)
        os.waitpid(process, 0)


def main() -> None:
    """Ask everything in the order in which it was given; what the statements print goes nowhere."""
    trees = json.load(sys.stdin)
    out = os.dup(1)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    ask(["pass", None, trees], {}, None, out)


if __name__ == "__main__":
    main()
