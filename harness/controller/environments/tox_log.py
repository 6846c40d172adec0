"""Reading from tox's log why an environment could not be created.

tox's `--result-json` does not serve: it has no reason where tox itself refuses or is killed, and lists the packages
once more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.contract.messages import normalise
from harness.controller.environments.interpreters import missing_interpreter

MAX_REASON = 400  # characters
LOG_TAIL = 10  # lines

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_PART = re.compile(r"(?:error:|cause:|×|[├╰]─▶) +(.+)")  # uv's error and its causes; older versions draw a tree
_RETRIED = re.compile(r"Request failed after ")
_FETCHED = re.compile(r"Failed to fetch\b")
_SYSTEM = re.compile(r"[^:]+ \(os error \d+\)$")
_CLAUSE = re.compile(r"Because (.+?)(?: and you require|, we can conclude|, your requirements)\b")
_WHERE = re.compile(r" (?:for url|from|\(from) \(?\w+://[^\s)]+\)?")
# The command has a version where find_interpreter found no path: uv then searches, and downloads if it may.
_SEARCH = re.compile(r"\buv venv -p (?:cpython-?)?(3\.\d+)\b")
_NOT_FOUND = re.compile(r"No interpreter found\b|Failed to inspect\b")
_NOT_DOWNLOADED = re.compile(r"Failed to (?:download|extract)\b")
_ADDRESS = re.compile(r"\b\w+://[^\s`)]+")


@dataclass(frozen=True)
class Ending:
    """The last step of tox in a log (`venv`, `install_deps`, `commands[0]`), and its message.

    `said` is the same for the same fault; `tail` are the last lines, unchanged.
    """

    step: str
    said: str
    tail: tuple[str, ...] = field(default=(), compare=False)

    @property
    def made_environment(self) -> bool:
        """Whether the environment was created: the fault is then not the environment's."""
        return self.step.startswith("commands")

    def __str__(self) -> str:
        text = f"{self.step}: {self.said or 'no message'}"
        return text if len(text) <= MAX_REASON else text[: MAX_REASON - 1] + "…"


def ending(log: str, environment: str) -> Ending:
    """The message of the step that failed, without commands, times and progress."""
    step = re.compile(rf"{re.escape(environment)}: (?P<what>\S+)> (?P<command>.*)")
    exited = re.compile(rf"{re.escape(environment)}: exit (?P<code>-?\d+)")
    result = re.compile(rf"{re.escape(environment)}: (OK|FAIL|SKIP)\b|evaluation failed|congratulations")
    refusal = f"{environment}: failed with "
    said: list[str] = []
    what, command, code = "tox", "", ""
    for line in (line.strip() for line in _COLOUR.sub("", log).splitlines()):
        if match := step.match(line):
            what, command, said = match["what"], match["command"], []
        elif match := exited.match(line):
            code = match["code"]
        elif line.startswith(refusal):
            what, said = "tox", [line[len(refusal) :]]
        elif not result.match(line):
            said.append(line.removeprefix(f"{environment}: "))
    lines = tuple(filter(None, said))
    parts = _parts(said)
    reason = _missing_python(command, parts) or _reason(parts) or _without_cause(what, code, lines)
    return Ending(what, normalise(reason), lines[-LOG_TAIL:])


def uv_reason(printed: str) -> str:
    """The reason in what a failed uv printed, in one line."""
    lines = [line.strip() for line in _COLOUR.sub("", printed).splitlines()]
    return normalise(_reason(_parts(lines)) or _without_cause("uv", "", tuple(filter(None, lines))))


def _parts(said: Sequence[str]) -> list[str]:
    """The error of uv and its causes, outermost first, each up to the next empty line."""
    parts: list[str] = []
    goes_on = False
    for line in said:
        if match := _PART.match(line):
            parts.append(match[1])
            goes_on = True
        elif goes_on and line:
            parts[-1] += f" {line}"
        else:
            goes_on = False
    return parts


def _missing_python(command: str, parts: Sequence[str]) -> str:
    """Which Python is missing and how to get it, empty where uv found one or failed for another reason."""
    searched = _SEARCH.search(command)
    if not searched:
        return ""
    missing = missing_interpreter(searched[1])
    if any(map(_NOT_DOWNLOADED.match, parts)):
        return f"{missing} (uv could not download it: {_ADDRESS.sub('<address>', _WHERE.sub('', parts[-1]))})"
    return missing if any(map(_NOT_FOUND.match, parts)) else ""


def _reason(parts: Sequence[str]) -> str:
    """One sentence of the error and its causes.

    uv fetches and writes packages in parallel, so that chance decides which one it names: faults of the index and of
    the system are given without the package.
    """
    parts = [part for part in parts if not _RETRIED.match(part)]
    fetched = next((index for index, part in enumerate(parts) if _FETCHED.match(part)), None)
    if fetched is not None:
        parts = ["failed to fetch from the package index", *parts[fetched + 1 :]]
    if parts and (system := _SYSTEM.search(parts[-1])):
        parts = [*(parts[:1] if fetched is not None else []), system[0].strip()]
    elif parts and (clause := _CLAUSE.match(parts[-1])):
        parts = [*parts[:-1], clause[1]]
    return _ADDRESS.sub("<address>", _WHERE.sub("", ": ".join(part.rstrip(".:") for part in parts)))


def _without_cause(step: str, code: str, lines: Sequence[str]) -> str:
    """The reason in a log without an error of uv: a traceback's last line, or all lines."""
    if any(line.startswith("Traceback ") for line in lines):
        return lines[-1]
    if step in ("venv", "install_deps") and code:
        return f"uv exited with code {code} and no message"
    return " ".join(lines)
