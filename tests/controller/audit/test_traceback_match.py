"""What plain Python prints of a script that stops, and what that says of a recorded outcome."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import pytest

from harness.contract.messages import normalise
from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.audit.script_process import ScriptProcess, ScriptResult
from harness.controller.audit.traceback_match import Raised, as_outcome, matches, raised_sentence, read_traceback
from harness.controller.project.loader import load_matrix
from tests.support import ROOT
from tests.support.tiny_project import TinyProject

KEY = ("case", "keras")
End = Callable[..., tuple[ScriptResult, Raised | None, str]]

# Scripts that stop, the stage where they do.
STOPPING = {
    "a message": ("# build\nraise ValueError('a: b')\n", Stage.BUILD),
    "no message": ("# check\nassert 1 == 2\n", Stage.CHECK),
    "several lines": (
        "# fit\nraise TypeError('a\\n\\n  b: c\\nTraceback (most recent call last):\\n  d')\n",
        Stage.FIT,
    ),
    "a first line that is empty": ("# fit\nraise TypeError('\\n\\na\\n')\n", Stage.FIT),
    "a traceback as a message": (
        "import traceback\n# build\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    text = traceback.format_exc()\n"
        "# call\nraise ValueError(text)\n",
        Stage.CALL,
    ),
    "a chain": (
        "# build\ntry:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('x') from e\n",
        Stage.BUILD,
    ),
    "a context": ("# build\ntry:\n    {}['a']\nexcept KeyError:\n    {}['b']\n", Stage.BUILD),
    "a printed traceback before": (
        "import traceback\n# build\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n"
        "    traceback.print_exc()\n# call\n1 + ''\n",
        Stage.CALL,
    ),
    "a class of the script": ("class Odd(KeyError):\n    pass\n# call\nraise Odd('x: y')\n", Stage.CALL),
    "a local class": ("def f():\n    class Odd(Exception): pass\n    raise Odd('x')\n# call\nf()\n", Stage.CALL),
    "a class of a module": ("import json\n# load\njson.loads('{')\n", Stage.LOAD),
    "an unknown module": ("import not_there.layers\n", Stage.IMPORT),
    "an unknown name in a module": ("# import\nfrom os import pathh\n# build\n", Stage.IMPORT),
    "an unknown attribute": ("import sys\n# import\nsys.argvv\n", Stage.IMPORT),
    "an unknown variable": ("pathx = 1\n# build\npathy\n", Stage.BUILD),
    "an import that was forgotten": ("# build\nos.getcwd()\n", Stage.BUILD),
    "code that is none": ("# build\ncompile('a b', '/somewhere/x.py', 'exec')\n", Stage.BUILD),
    "a SyntaxError without a place": ("# build\nraise SyntaxError('x')\n", Stage.BUILD),
    "a recursion": ("# call\ndef f():\n    f()\nf()\n", Stage.CALL),
    "an address": ("# call\nraise ValueError(object())\n", Stage.CALL),
    "the own folder": ("# call\nraise ValueError(__file__)\n", Stage.CALL),
    "an error of the machine": ("# load\nopen('not there')\n", Stage.LOAD),
    "a statement over lines": ("# build\nraise ValueError(\n    '''\n# check\n'''\n    'x'\n)\n", Stage.BUILD),
    "a decorator": ("# build\n@(lambda f: 1 / 0)\ndef f():\n    pass\n", Stage.BUILD),
    "last words": (
        "import atexit\nclass D:\n    def __del__(self):\n        raise RuntimeError('d')\nd = D()\n"
        "atexit.register(lambda: 1 / 0)\n# call\nraise ValueError('main')\n",
        Stage.CALL,
    ),
    "a log of TensorFlow's": (
        "import atexit, os\n"
        "atexit.register(os.write, 2, b'2024-01-01 10:00:00.000001: E tensorflow/core/x.cc:1] no\\n')\n"
        "# call\nraise ValueError('said')\n",
        Stage.CALL,
    ),
    "no text at all": ("class E(Exception):\n    def __str__(self):\n        return 1\n# call\nraise E\n", Stage.CALL),
}


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """An environment that is this Python."""
    (tmp_path / "plain" / "bin").mkdir(parents=True)
    (tmp_path / "plain" / "bin" / "python").symlink_to(sys.executable)
    return tmp_path / "plain"


@pytest.fixture
def end(python: Path, project: TinyProject) -> Iterator[End]:
    """Run a script to its end: how it ended, what raised, and the file that it was in."""
    attempts = []

    def end(
        script: str, seconds: float = 60, output: int = 100_000, name: str = "tf215"
    ) -> tuple[ScriptResult, Raised | None, str]:
        environment = load_matrix(project.root).environments[name]
        attempts.append(ScriptProcess(environment, python, os.environ["PATH"], "case", script, seconds, output))
        while (ended := attempts[-1].poll()) is None:
            time.sleep(0.02)
        file = str(attempts[-1].file)
        return ended, read_traceback(ended.errors, file, script), file

    yield end
    for attempt in attempts:
        attempt.close()
        assert not attempt.file.exists()


def recorded(script: str, file: str, stage: Stage) -> Outcome:
    """What the script raises here, as the runner would record it."""
    try:
        with mock.patch("atexit.register"):  # which would be of the process of these tests
            exec(compile(script, file, "exec"), {"__name__": "__main__", "__file__": file})
    except BaseException as error:
        try:
            text = str(error)
        except TypeError:
            text = "<no text: its __str__ raised TypeError>"
        return Outcome(*KEY, Status.FAIL, stage, type(error).__name__, normalise(text, os.path.dirname(file)))
    raise AssertionError("it did not stop")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", [name for name in STOPPING if name != "last words"])
def test_error_of_a_stopped_script_matches_record(name: str, end: End) -> None:
    script, stage = STOPPING[name]
    ended, raised, file = end(script)
    truth = recorded(script, file, stage)
    assert raised is not None, ended.errors
    assert matches(truth, ended, raised, with_notes=False), ended.errors
    other_text = Outcome(*KEY, Status.FAIL, stage, truth.error, f"{truth.message} and more")
    other_stage = Outcome(*KEY, Status.FAIL, Stage.PLOT, truth.error, truth.message)
    other_error = Outcome(*KEY, Status.FAIL, stage, "OtherError", truth.message)
    if name != "no text at all":
        assert not matches(other_text, ended, raised, with_notes=True)
    assert not matches(other_stage, ended, raised, with_notes=True)
    assert not matches(other_error, ended, raised, with_notes=True)
    assert not matches(Outcome(*KEY, Status.PASS), ended, raised, with_notes=True)


def test_output_after_a_traceback_is_ignored(end: End) -> None:
    ended, raised, _ = end(STOPPING["last words"][0])
    assert raised is not None
    assert (raised.error, raised.message, raised.stage) == ("ValueError", "main", Stage.CALL), ended.errors


@pytest.mark.skipif(sys.version_info < (3, 11), reason="notes came with Python 3.11")
@pytest.mark.parametrize("message", ["m", "m\nn", ""])
def test_notes_are_no_part_of_the_message(end: End, message: str) -> None:
    ended, raised, _ = end(f"# call\ne = ValueError({message!r})\ne.add_note('note\\nmore')\nraise e\n")
    fail = Outcome(*KEY, Status.FAIL, Stage.CALL, "ValueError", message)
    assert matches(fail, ended, raised, with_notes=True)
    assert not matches(fail, ended, raised, with_notes=False)
    assert not matches(Outcome(*KEY, Status.FAIL, Stage.CALL, "ValueError", "no"), ended, raised, with_notes=True)


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        ("print('fine')", Outcome(*KEY, Status.PASS)),
        (
            "import not_there",
            Outcome(*KEY, Status.ABSENT, Stage.PATH, "ModuleNotFoundError", "No module named 'not_there'"),
        ),
        (
            "import os; os.abort()",
            Outcome(*KEY, Status.CRASH, Stage.IMPORT, "SIGABRT", "the process was ended by a signal"),
        ),
        (
            "import os; os._exit(0)",
            Outcome(*KEY, Status.CRASH, message="the process ended with exit code 0 before its"),
        ),
        (
            "import os; os._exit(1)",
            Outcome(*KEY, Status.CRASH, message="the process ended with exit code 1 before its"),
        ),
        ("print('x' * 200_000)", Outcome(*KEY, Status.CRASH, message="stopped: it wrote more output than the limit")),
        ("import time; time.sleep(60)", Outcome(*KEY, Status.TIMEOUT, message="stopped at the time limit")),
        ("raise SystemExit(3)", Outcome(*KEY, Status.FAIL, Stage.IMPORT, "SystemExit", "3")),
        ("raise SystemExit('bye')", Outcome(*KEY, Status.FAIL, Stage.IMPORT, "SystemExit", "bye")),
        ("raise SystemExit", Outcome(*KEY, Status.FAIL, Stage.IMPORT, "SystemExit", "")),
        ("raise KeyboardInterrupt", Outcome(*KEY, Status.FAIL, Stage.IMPORT, "KeyboardInterrupt", "")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_end_matches_only_its_record(script: str, outcome: Outcome, end: End) -> None:
    ended, raised, _ = end(script, seconds=2 if outcome.status is Status.TIMEOUT else 60)
    assert matches(outcome, ended, raised, with_notes=True), ended
    others = [
        Outcome(*KEY, Status.FAIL, Stage.IMPORT, "ValueError", ""),
        Outcome(*KEY, Status.ABSENT, Stage.PATH, "ModuleNotFoundError", "No module named 'keras'"),
        Outcome(*KEY, Status.CRASH, Stage.IMPORT, "SIGSEGV", "the process was ended by a signal"),
        Outcome(*KEY, Status.CRASH, message="the process ended with exit code 9 before its record was whole"),
        *([Outcome(*KEY, Status.PASS)] if ended.code or ended.killed else []),
        *([Outcome(*KEY, Status.TIMEOUT)] if outcome.status is not Status.TIMEOUT else []),
    ]
    assert [other for other in others if matches(other, ended, raised, with_notes=True)] == []


def test_what_disagrees_is_said_in_one_line(end: End) -> None:
    ended, raised, _ = end("# call\nraise ValueError('a\\nb')\n")
    happened = as_outcome(KEY, ended, raised)
    assert (
        raised_sentence(Outcome(*KEY, Status.PASS), happened) == "recorded pass, by hand fail at call (ValueError: a)"
    )
    same_start = Outcome(*KEY, Status.FAIL, Stage.CALL, "ValueError", "a\nc")
    assert raised_sentence(same_start, happened).endswith("(ValueError: a); line 2 of the message: 'c', by hand 'b'")
    ended, raised, _ = end("import os; os._exit(3)")
    assert as_outcome(KEY, ended, raised).message == "exit code 3 without a traceback"


def test_scripts_see_only_the_variables_of_cells(end: End, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    monkeypatch.setenv("PYTHONPATH", os.getcwd())
    script = (
        "import json, os, sys, tempfile\n"
        "told = [dict(os.environ), sys.path, os.getcwd(), tempfile.gettempdir(), os.listdir(os.environ['TMPDIR'])]\n"
        "print(json.dumps(told), file=sys.stderr)\n"
    )
    ended, _, file = end(script, name="tf216-legacy")
    variables, path, folder, temporary, inside = json.loads(ended.errors)
    assert variables["PYTHONHASHSEED"] == "0"
    assert variables["TF_USE_LEGACY_KERAS"] == "1"
    assert variables["PATH"].endswith(os.environ["PATH"])
    assert not {"KERAS_BACKEND", "PYTHONPATH"} & set(variables)
    assert folder == path[0] == os.path.dirname(file)
    assert str(ROOT) not in path
    assert os.path.dirname(temporary) == os.path.dirname(variables["KERAS_HOME"]) == os.path.dirname(folder)
    assert inside == []


def test_processes_left_by_a_script_are_ended(end: End) -> None:
    script = (
        "import subprocess, sys\n"
        "left = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(left.pid, file=sys.stderr)\n"
    )
    ended, _, _ = end(script)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{int(ended.errors)}/stat").exists():
        if ") Z " in Path(f"/proc/{int(ended.errors)}/stat").read_text(encoding="utf-8"):
            break
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert ended.code == 0
