"""The end of a script under plain Python, compared with the outcome that is recorded for it.

Python prints more than an exception's own text: the notes added to it, a suggestion (`Did you mean: 'layers'?`), the
place of a SyntaxError on lines before it. So a text is not read from a traceback but looked for in it.
"""

from __future__ import annotations

import ast
import os
import re
import signal
from dataclasses import dataclass
from itertools import zip_longest

from harness.contract.messages import normalise
from harness.contract.records import CellKey, Outcome
from harness.contract.statuses import STAGE_LINE, Stage, Status
from harness.controller.audit.script_process import ScriptResult
from harness.controller.results.compare import describe_outcome

_HEAD = r'^Traceback \(most recent call last\):\n  File "{}", line (\d+), in <module>$'
_UNREADABLE = r'^  File "{}", line \d+$'  # the script is no Python to this one: there is no frame of it
_PLACE = re.compile(r'^  File "(.*)", line (\d+)$', re.MULTILINE)
_EXCEPTION = re.compile(r"^(?P<type>[^\s:]+)(?P<colon>: ?)?(?P<text>.*)", re.MULTILINE | re.DOTALL)
_LOGGED = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWEF] .*\n?", re.MULTILINE)  # by TensorFlow's own
_AT_THE_END = re.compile(r"^(?:Exception ignored in|Error in atexit|Exception in thread) ?", re.MULTILINE)
_SUGGESTION = re.compile(
    r"\. Did you (?:mean: '[^'\n]*'\?(?: Or did you forget to import '[^'\n]*'\?)?|forget to import '[^'\n]*'\?)$",
    re.MULTILINE,
)
_NO_TEXT = "<exception str() failed>"
_NO_TEXT_RECORDED = "<no text: "


@dataclass(frozen=True)
class Raised:
    """An exception that ended a script: its type's name, the stage, and what is printed behind the type's name.

    `place` is the file and line that a SyntaxError is about. `directory` is where the script ran.
    """

    error: str
    stage: Stage
    printed: str
    place: tuple[str, str] | None
    directory: str

    @property
    def message(self) -> str:
        """The printed message, normalised as in the runner."""
        return normalise(self.printed, self.directory)

    def says(self, message: str, with_notes: bool) -> bool:
        """Whether the exception's text may be this one; `with_notes`: this Python prints notes after it."""
        if self.printed.startswith(_NO_TEXT):
            return message.startswith(_NO_TEXT_RECORDED)
        texts = [self.printed, _SUGGESTION.sub("", self.printed, count=1)]
        if self.place:
            file, line = self.place
            first, rest = self.printed.partition("\n")[::2]
            texts += [f"{first} ({where}line {line})\n{rest}" for where in (f"{os.path.basename(file)}, ", "")]
        for text in texts:
            said = normalise(text, self.directory)
            if said == message or (with_notes and (said + "\n").startswith(message + "\n") and message):
                return True
        return with_notes and not message and self.printed.startswith("\n")


def read_traceback(printed: str, file: str, script: str) -> Raised | None:
    """The exception that ended the script in `file`, or None if none was printed.

    The last traceback that starts in the script's own lines is it: those before are of what it was raised from, and
    those that objects and threads leave at the end start elsewhere. A group of exceptions is not read.
    """
    printed = _LOGGED.sub("", printed)
    heads = list(re.finditer(_HEAD.format(re.escape(file)), printed, re.MULTILINE))
    if not heads:
        heads = list(re.finditer(_UNREADABLE.format(re.escape(file)), printed, re.MULTILINE))[:1]
    if not heads:
        return None
    head = heads[-1]
    frames, exception = _split(printed[head.start() :])
    found = _EXCEPTION.match(exception)
    if found is None:
        return None
    stage = _stage(script, int(head[1])) if head.groups() else Stage.IMPORT
    places = _PLACE.findall(frames)
    text = _AT_THE_END.split(found["text"])[0]
    return Raised(found["type"].rpartition(".")[2], stage, text, places[-1] if places else None, os.path.dirname(file))


def _split(block: str) -> tuple[str, str]:
    """A traceback's frames, which are indented, and what follows them."""
    lines = block.split("\n")
    end = next((n for n, line in enumerate(lines) if n and line.strip() and not line.startswith(" ")), len(lines))
    return "\n".join(lines[:end]), "\n".join(lines[end:])


def _stage(script: str, line: int) -> Stage:
    """The stage of the statement that the line is in: a line like `# check` inside a string opens none for it."""
    begin = max((first for first in map(_first_line, ast.parse(script).body) if first <= line), default=line)
    marks = [mark[1] for text in script.split("\n")[: begin - 1] if (mark := STAGE_LINE.match(text))]
    return Stage(marks[-1]) if marks else Stage.IMPORT


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def as_outcome(key: CellKey, ended: ScriptResult, raised: Raised | None) -> Outcome:
    """The script's end as seen from outside: `absent` looks like `fail` at the imports."""
    if ended.killed == "timeout":
        return Outcome(*key, Status.TIMEOUT, message=f"stopped after {ended.seconds:.0f} s")
    if ended.killed:
        return Outcome(*key, Status.CRASH, message="stopped: it wrote more output than the limit allows")
    if ended.code == 0:
        return Outcome(*key, Status.PASS)
    if raised and _ended_by(raised, ended):
        return Outcome(*key, Status.FAIL, raised.stage, raised.error, raised.message)
    if ended.code < 0:
        return Outcome(*key, Status.CRASH, error=_signal(ended))
    return Outcome(*key, Status.CRASH, message=f"exit code {ended.code}" + ("" if raised else " without a traceback"))


def matches(recorded: Outcome, ended: ScriptResult, raised: Raised | None, with_notes: bool) -> bool:
    """Whether the script ended as is recorded: `pass`, `fail`, `absent`, `timeout` or `crash`."""
    if recorded.status is Status.TIMEOUT or ended.killed == "timeout":
        return recorded.status is Status.TIMEOUT and ended.killed == "timeout"
    if recorded.status is Status.CRASH:
        return _crashed(recorded, ended, raised)
    if ended.killed:
        return False
    if recorded.status is Status.PASS:
        return ended.code == 0
    if recorded.error == SystemExit.__name__:
        return raised is None and ended.code == _exit_code(recorded.message or "")
    stage = Stage.IMPORT if recorded.status is Status.ABSENT else recorded.stage
    return (
        raised is not None
        and _ended_by(raised, ended)
        and (raised.error, raised.stage) == (recorded.error, stage)
        and raised.says(recorded.message or "", with_notes)
    )


def _ended_by(raised: Raised, ended: ScriptResult) -> bool:
    """Whether the process ended as one does that an exception stops; what it holds may crash after."""
    return ended.code == 1 or (raised.error == KeyboardInterrupt.__name__ and ended.code == -signal.SIGINT)


def _crashed(recorded: Outcome, ended: ScriptResult, raised: Raised | None) -> bool:
    if recorded.error is not None:
        return ended.code < 0 and _signal(ended) == recorded.error
    code = re.search(r"exit code (\d+)", recorded.message or "")
    if code is None:
        return ended.killed == "output"
    return ended.code == int(code[1]) and not (raised and _ended_by(raised, ended))


def _signal(ended: ScriptResult) -> str:
    try:
        return signal.Signals(-ended.code).name
    except ValueError:
        return f"signal {-ended.code}"


def _exit_code(said: str) -> int:
    """Python's exit code for a SystemExit with this text."""
    if said in ("", "None"):
        return 0
    return int(said) & 0xFF if re.fullmatch(r"-?\d+", said) else 1


def raised_sentence(recorded: Outcome, happened: Outcome) -> str:
    """`recorded pass, by hand fail at fit (ValueError: ...)`; where the messages differ further down, also there."""
    words = f"recorded {describe_outcome(recorded)}, by hand {describe_outcome(happened)}"
    pairs = zip_longest((recorded.message or "").split("\n"), (happened.message or "").split("\n"))
    differing = [(n, *pair) for n, pair in enumerate(pairs, start=1) if pair[0] != pair[1]]
    if not differing or differing[0][0] == 1 or recorded.status is not happened.status:
        return words
    number, before, after = differing[0]
    return f"{words}; line {number} of the message: {before!r}, by hand {after!r}"
