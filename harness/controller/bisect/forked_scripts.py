"""Many scripts on the same packages: each in a fork of one process that has imported the subject, as cells are run."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from harness.contract.records import Outcome
from harness.controller.audit.script_process import ScriptProcess, ScriptResult, run_side_by_side
from harness.controller.audit.traceback_match import as_outcome, read_traceback
from harness.controller.bisect.probe_question import ProbeQuestion

_PATIENCE = 3  # times a cell's own limit: a machine that verifies remedies may be busy

# Runs in the environment, on Python 3.7 too.
_PARENT = """\
import json, os, signal, sys, traceback

folder, preloaded, seconds = {folder!r}, {preloaded!r}, {seconds!r}
try:
    for name in preloaded:
        __import__(name)
except BaseException:
    traceback.print_exc()

def child(file):
    signal.alarm(seconds)
    descriptor = os.open(file + ".errors", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(descriptor, 2)
    code = 0
    try:
        with open(file) as script:
            exec(compile(script.read(), file, "exec"), {{"__name__": "__main__"}})
    except BaseException as error:
        traceback.print_exception(type(error), error, error.__traceback__.tb_next)
        code = 1
    sys.stderr.flush()
    os._exit(code)

codes = []
for number in range({count}):
    pid = os.fork()
    if pid == 0:
        child(os.path.join(folder, "%d.py" % number))
    status = os.waitpid(pid, 0)[1]
    codes.append(-os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))
with open(os.path.join(folder, "codes.json"), "w") as file:
    json.dump(codes, file)
"""


def run_scripts_forked(
    questions: Sequence[ProbeQuestion],
    preloaded: Sequence[str],
    folder: Path,
    start: Callable[[str, str, float], ScriptProcess],
) -> list[Outcome]:
    """The outcome of each script. `folder` is for their files; `start` starts a script by its name and time limit.

    Where the process that is forked ends early, that is the outcome of all.
    """
    for number, question in enumerate(questions):
        (folder / f"{number}.py").write_text(question.script, encoding="utf-8")
    seconds = _PATIENCE * sum(question.seconds for question in questions)
    limit = int(_PATIENCE * max(question.seconds for question in questions))
    settings = {"folder": str(folder), "preloaded": list(preloaded), "seconds": limit, "count": len(questions)}
    parent = _PARENT.format(**settings)
    ((_, _, ended),) = run_side_by_side([parent], lambda script: start("forked", script, seconds), jobs=1)
    try:
        codes = json.loads((folder / "codes.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return [as_outcome((question.case, question.path), ended, None) for question in questions]
    return [_outcome(question, folder / f"{number}.py", codes[number]) for number, question in enumerate(questions)]


def _outcome(question: ProbeQuestion, file: Path, code: int) -> Outcome:
    errors = file.with_name(file.name + ".errors").read_text(encoding="utf-8", errors="replace")
    ended = ScriptResult(code, "timeout" if code == -signal.SIGALRM else None, question.seconds, errors)
    return as_outcome((question.case, question.path), ended, read_traceback(errors, str(file), question.script))
