"""Reading from tox's log why an environment could not be made."""

from __future__ import annotations

import re

from harness.contract.messages import normalise

LONGEST = 400  # characters


def reason(log: str, environment: str) -> str:
    """One sentence: what the step that failed said, without the commands around it."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    step = re.compile(rf"^{re.escape(environment)}: (?P<what>\S+)> ")
    said: list[str] = []
    what = "tox"
    for line in lines:
        match = step.match(line)
        if match:
            what, said = match.group("what"), []
        elif not line.startswith((f"{environment}:", "evaluation failed", "congratulations")):
            said.append(line)
    text = normalise(" ".join(said)) or "it said nothing"
    return f"{what}: {text}"[:LONGEST]
