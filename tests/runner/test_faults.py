"""Scripts that do their worst, in both isolations: the outcome says so, and the next cell is none the wiser."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from harness.contract.messages import MAX_MESSAGE
from harness.contract.statuses import Stage, Status
from tests.support.runner_projects import ISOLATIONS, Both, Snippet, run_both, snippet

# Python 3.7 to 3.13 word some of these differently: a message is looked for, not compared.
FAULTS = {
    "exits-at-once": ("import os; os._exit(0)", Status.CRASH, None, "exit code 0 before its record was whole"),
    "exits-3": ("import os; os._exit(3)", Status.CRASH, None, "exit code 3 before its record was whole"),
    "exits-late": (
        "import atexit, os; atexit.register(os._exit, 0)",
        Status.CRASH,
        None,
        "exit code 0 before its record was whole",
    ),
    "exits-late-3": (
        "import atexit, os; atexit.register(os._exit, 3)",
        Status.CRASH,
        None,
        "exit code 3 before its record was whole",
    ),
    "last-words": (
        "import os\nclass Odd:\n    def __del__(self):\n        os._exit(3)\nodd = Odd()",
        Status.CRASH,
        None,
        "exit code 3",
    ),
    "system-exit": ("raise SystemExit(0)", Status.FAIL, "SystemExit", "0"),
    "sys-exit": ("import sys; sys.exit()", Status.FAIL, "SystemExit", ""),
    "segfault": ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Status.CRASH, "SIGSEGV", "by a signal"),
    "abort": ("import os; os.abort()", Status.CRASH, "SIGABRT", "by a signal"),
    "kills-itself": ("import os, signal; os.kill(os.getpid(), 9)", Status.CRASH, "SIGKILL", "by a signal"),
    "kills-its-group": ("import os, signal; os.killpg(0, signal.SIGTERM)", Status.CRASH, "SIGTERM", "by a signal"),
    "closes-stdout": ("import sys; sys.stdout.close()", Status.PASS, None, None),
    "prints-into-closed": ("import sys; sys.stdout.close(); print(1)", Status.FAIL, "ValueError", "closed file"),
    "closes-descriptor-1": ("import os; print('kept back'); os.close(1)", Status.CRASH, None, "exit code 120"),
    "closes-every-descriptor": ("import os; os.closerange(3, 256)", Status.CRASH, None, "before its record was whole"),
    "writes-into-its-record": (
        "import os\nfor fd in range(3, 64):\n    try:\n        os.write(fd, b'[1]\\nnonsense\\n')\n"
        "    except OSError:\n        pass",
        Status.CRASH,
        None,
        "before its record was whole",
    ),
    "changes-directory": ("import os; os.chdir('/')", Status.PASS, None, None),
    "removes-its-directory": ("import os, shutil; shutil.rmtree(os.getcwd())", Status.PASS, None, None),
    "control-characters": (
        "raise ValueError('a\\x1b[31mred\\x1b[0m b\\x00c \\x07')",
        Status.FAIL,
        "ValueError",
        "ared b\ufffdc",
    ),
    "unicode": ("raise ValueError('größe \\U0001f600 \u4e2d')", Status.FAIL, "ValueError", "größe \U0001f600 \u4e2d"),
    "lone-surrogate": ("raise ValueError('before \\ud800 after')", Status.FAIL, "ValueError", "before ? after"),
    "no-text": (
        "class Odd(Exception):\n    def __str__(self):\n        raise KeyboardInterrupt\nraise Odd",
        Status.FAIL,
        "Odd",
        "its __str__ raised KeyboardInterrupt",
    ),
    "recursion": ("def f():\n    return f() + 1\nf()", Status.FAIL, "RecursionError", "maximum recursion depth"),
    "interrupt": ("raise KeyboardInterrupt", Status.FAIL, "KeyboardInterrupt", ""),
    "many-lines": ("raise ValueError('line\\n' * 3)", Status.FAIL, "ValueError", "line\nline\nline"),
    "c-stack": (  # glibc's regcomp calls itself for each of them
        "import ctypes\nctypes.CDLL(None).regcomp(ctypes.create_string_buffer(256), b'(' * 5000000, 1)",
        Status.CRASH,
        "SIGSEGV",
        "by a signal",
    ),
    "memory": ("import time\nx = b'x' * 600000000\ntime.sleep(20)", Status.CRASH, None, "more memory than the limit"),
    "memory-below": (
        "import subprocess, sys\ncode = 'import time; x = b\"x\" * 600000000; time.sleep(20)'\n"
        "subprocess.run([sys.executable, '-c', code])",
        Status.CRASH,
        None,
        "more memory than the limit",
    ),
    "memory-of-a-daemon": (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork():\n        os._exit(0)\n"
        "    x = b'x' * 600000000\n    time.sleep(20)\nos.wait()\ntime.sleep(20)",
        Status.CRASH,
        None,
        "more memory than the limit",
    ),
    "huge-message": ("raise ValueError('x' * 30000000)", Status.FAIL, "ValueError", "xxx"),
}
MANY = {
    "stdout": "import os\nwhile True:\n    os.write(1, b'x' * 65536)",
    "stderr": "import sys\nwhile True:\n    print('x' * 1000, file=sys.stderr)",
}
LINGERING = {
    "thread": "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()",
    "fork": "import os, time\nif os.fork() == 0:\n    time.sleep(60)\n    os._exit(0)",
    "process": "import subprocess\nsubprocess.Popen(['sleep', '60'])",
    "shell": "import os\nos.system('sleep 60 &')",
    "session": "import subprocess\nsubprocess.Popen(['sleep', '60'], start_new_session=True)",
    "daemon": "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(60)\n"
    "    os._exit(0)\nos.wait()",
    "quiet": "import os\nos.system('sleep 60 >/dev/null 2>&1 &')",
}


def faulty(code: str, **keys: Any) -> Snippet:
    """A case that goes wrong under `json`, and only there: `xml` is the next cell."""
    body = textwrap.indent(code, "    ")
    text = f'import KERAS\n\n# fit\nif "KERAS" == "json":\n{body}\n# check\nassert KERAS\n'
    return snippet(text, "json", "xml", **keys)


CASES = {name: faulty(fault[0]) for name, fault in FAULTS.items()}
CASES.update({"much-" + name: faulty(code) for name, code in MANY.items()})
CASES.update({"leaves-" + name: faulty(code, timeout=1) for name, code in LINGERING.items()})


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    return run_both(tmp_path_factory.mktemp("faults"), CASES)


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("name", FAULTS)
def test_what_a_fault_gives(both: Both, isolation: str, name: str) -> None:
    _, status, error, message = FAULTS[name]
    outcome = both.ran[isolation].outcome(name)
    assert (outcome.status, outcome.error) == (status, error), outcome
    assert (message is None) == (outcome.message is None)
    assert (message or "") in (outcome.message or "")


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_every_next_cell_passes(both: Both, isolation: str) -> None:
    outcomes = both.ran[isolation].outcomes
    assert len(outcomes) == 2 * len(CASES)
    assert {key for key, outcome in outcomes.items() if key[1] == "xml" and outcome.status is not Status.PASS} == set()


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("stream", MANY)
def test_endless_output_ends_cell_and_is_dropped(both: Both, isolation: str, stream: str) -> None:
    project, ran = both.project[isolation], both.ran[isolation]
    record = ran.record("much-" + stream)
    assert (record.outcome.status, record.outcome.stage) == (Status.CRASH, Stage.FIT)
    assert record.outcome.message == "stopped: it wrote more output than the limit allows"
    assert record.seconds < 10
    assert 0 < len(record.output) <= 64 * 1024
    assert project.stream.stat().st_size < 2 * 1024 * 1024


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_huge_message_is_cut(both: Both, isolation: str) -> None:
    record = both.ran[isolation].record("huge-message")
    assert len(record.outcome.message or "") == MAX_MESSAGE
    assert len(record.traceback or "") < 1024 * 1024


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("name", LINGERING)
def test_what_a_cell_leaves_running(both: Both, isolation: str, name: str) -> None:
    outcome = both.ran[isolation].outcome("leaves-" + name)
    assert outcome.status is (Status.TIMEOUT if name == "thread" else Status.PASS)  # as `python SCRIPT` waits or not


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_no_process_or_file_remains(both: Both, isolation: str) -> None:
    assert both.project[isolation].all_ended()
    assert both.project[isolation].temporary == []


def test_both_isolations_give_the_same_outcomes(both: Both) -> None:
    assert both.agree


BY_HAND = [name for name, fault in FAULTS.items() if fault[1] is not Status.CRASH and not name.endswith("-exit")]


@pytest.mark.parametrize("name", [*BY_HAND, "exits-3", "exits-late-3", "last-words", "segfault", "closes-descriptor-1"])
def test_the_script_run_by_hand_agrees(both: Both, name: str) -> None:
    project, ran = both.project["spawn"], both.ran["spawn"]
    assert (project.by_hand(name, "json") == 0) == (ran.outcome(name).status is Status.PASS)
