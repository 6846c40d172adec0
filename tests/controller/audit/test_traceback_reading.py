"""What is read from the text of a traceback alone, also of Pythons that this machine may not have."""

from __future__ import annotations

import pytest

from harness.contract.statuses import Stage
from harness.controller.audit.traceback_match import read_traceback

# As CPython 3.7.16 and 3.13.0 printed them.
BY_OTHERS = {
    "3.7 multi-line": (
        'Traceback (most recent call last):\n  File "/c/case.py", line 5, in <module>\n    "b"\nValueError: ab\n',
        "ValueError",
        "ab",
    ),
    "3.7 own class": (
        'Traceback (most recent call last):\n  File "/c/case.py", line 4, in <module>\n    f()\n'
        '  File "/c/case.py", line 2, in f\n    raise Local("x: y")\n__main__.Local: \'x: y\'\n',
        "Local",
        "'x: y'",
    ),
    "3.7 SyntaxError": (
        'Traceback (most recent call last):\n  File "/c/case.py", line 4, in <module>\n    import bad\n'
        '  File "/c/bad.py", line 3\n    y z\n      ^\nSyntaxError: invalid syntax\n',
        "SyntaxError",
        "invalid syntax (bad.py, line …)",
    ),
    "3.7 atexit": (
        'Traceback (most recent call last):\n  File "/c/case.py", line 4, in <module>\n    raise ValueError("main")\n'
        'ValueError: main\nError in atexit._run_exitfuncs:\nTraceback (most recent call last):\n  File "/c/case.py", '
        "line 3, in <lambda>\n    atexit.register(lambda: 1/0)\nZeroDivisionError: division by zero\n",
        "ValueError",
        "main",
    ),
    "3.13 multi-line": (
        'Traceback (most recent call last):\n  File "/c/case.py", line 4, in <module>\n    raise ValueError(\n'
        "    ...<3 lines>...\n    )\nValueError: ab\n",
        "ValueError",
        "ab",
    ),
    "3.13 name of a module": (
        'Traceback (most recent call last):\n  File "/c/case.py", line 4, in <module>\n    from os import pathh\n'
        "ImportError: cannot import name 'pathh' from 'os' (/c/os.py). Did you mean: 'path'?\n",
        "ImportError",
        "cannot import name 'pathh' from 'os' (<cell>/os.py)",
    ),
    "3.13 forgotten import": (
        'Traceback (most recent call last):\n  File "/c/case.py", line 4, in <module>\n    os\n    ^^\n'
        "NameError: name 'os' is not defined. Did you forget to import 'os'?\n",
        "NameError",
        "name 'os' is not defined",
    ),
    "3.13 atexit": (
        'Traceback (most recent call last):\n  File "/c/case.py", line 4, in <module>\n    raise ValueError("main")\n'
        "ValueError: main\nException ignored in atexit callback <function <lambda> at 0x7f063973b420>:\n"
        'Traceback (most recent call last):\n  File "/c/case.py", line 3, in <lambda>\n    1/0\n'
        "ZeroDivisionError: division by zero\n",
        "ValueError",
        "main",
    ),
    "TensorFlow's module": (
        'Traceback (most recent call last):\n  File "/c/case.py", line 4, in <module>\n    f()\n'
        "tensorflow.python.framework.errors_impl.InvalidArgumentError: Graph execution error:\n\nDetected at x\n",
        "InvalidArgumentError",
        "Graph execution error:\n\nDetected at x",
    ),
}


@pytest.mark.parametrize("name", BY_OTHERS)
def test_other_pythons_are_read_too(name: str) -> None:
    printed, error, message = BY_OTHERS[name]
    raised = read_traceback("a warning\n" + printed, "/c/case.py", "# import\nimport a\n# fit\nf(\n'x')\n")
    assert raised is not None
    assert (raised.error, raised.stage) == (error, Stage.FIT)
    assert raised.says(message, with_notes=False)


def test_unreadable_scripts_stop_at_the_imports() -> None:
    printed = '  File "/c/case.py", line 2\n    if (x := 1):\n         ^\nSyntaxError: invalid syntax\n'
    raised = read_traceback(printed, "/c/case.py", "# build\nif (x := 1):\n    pass\n")
    assert raised is not None
    assert (raised.error, raised.stage) == ("SyntaxError", Stage.IMPORT)
    assert raised.says("invalid syntax (case.py, line …)", with_notes=False)


@pytest.mark.parametrize("printed", ["", "bye\n", 'Traceback (most recent call last):\n  File "/other.py", line 1\n'])
def test_other_tracebacks_are_not_read(printed: str) -> None:
    assert read_traceback(printed, "/c/case.py", "x\n") is None
