"""Reading from tox's log why an environment could not be made."""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.contract.messages import normalise

LONGEST = 400  # characters

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_CAUSE = ("error: ", "× ")  # how uv starts to say it; what it prints before is progress, with times in it


@dataclass(frozen=True)
class Ending:
    """The last step of tox that a log tells of (`venv`, `install_deps`, `commands[0]`), and what it said."""

    step: str
    said: str

    @property
    def made_environment(self) -> bool:
        """Whether the environment was made, so that what went wrong is not its fault."""
        return self.step.startswith("commands")

    def __str__(self) -> str:
        text = f"{self.step}: {self.said or 'it said nothing'}"
        return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def ending(log: str, environment: str) -> Ending:
    """What the step that failed said, without commands, times and progress."""
    step = re.compile(rf"{re.escape(environment)}: (?P<what>\S+)> ")
    result = re.compile(rf"{re.escape(environment)}: (exit|OK|FAIL|SKIP)\b|evaluation failed|congratulations")
    refusal = f"{environment}: failed with "
    said: list[str] = []
    what = "tox"
    for line in filter(None, (line.strip() for line in _COLOUR.sub("", log).splitlines())):
        match = step.match(line)
        if match:
            what, said = match.group("what"), []
        elif line.startswith(refusal):
            what, said = "tox", [line[len(refusal) :]]
        elif not result.match(line):
            said.append(line.removeprefix(f"{environment}: "))
    first = next((index for index, line in enumerate(said) if line.startswith(_CAUSE)), 0)
    return Ending(what, normalise(" ".join(said[first:])))
