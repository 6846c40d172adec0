from __future__ import annotations

import os
import subprocess
import sys

import pytest

from harness.contract.statuses import Status
from harness.controller.console import FILE_WIDTH, make_console

PRINT = """
from rich.text import Text
from harness.contract.statuses import Status
from harness.controller.console import make_console
console = make_console()
console.print(Text(" ".join(status.symbol for status in Status) + " a→b…", "red"))
console.print(Text("ü" * 200))
print(console.width)
"""


def printed(**variables: str) -> list[str]:
    """The lines of a program in a pipe, where nothing but these variables is set."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.getcwd(), **variables}
    done = subprocess.run([sys.executable, "-c", PRINT], env=environment, capture_output=True, check=True)
    return done.stdout.decode(variables.get("PYTHONIOENCODING", "utf-8")).splitlines()


@pytest.mark.parametrize("variables", [{"LC_ALL": "C"}, {"LC_ALL": "POSIX"}, {"PYTHONIOENCODING": "latin-1"}])
def test_output_is_ascii_where_asked(variables: dict[str, str]) -> None:
    symbols, line, _ = printed(**variables)
    assert symbols == "+ F - o T ! # E s . a>b~"
    assert line == "?" * 200


@pytest.mark.parametrize("variables", [{}, {"LC_ALL": "C.UTF-8"}, {"LANG": "C"}])
def test_output_has_symbols_elsewhere(variables: dict[str, str]) -> None:
    symbols, line, _ = printed(PYTHONUTF8="1", **variables)
    assert symbols.split()[:-1] == [status.symbol for status in Status]
    assert line == "ü" * 200


def test_lines_in_a_pipe_are_whole() -> None:
    assert printed(PYTHONUTF8="1")[-1] == str(FILE_WIDTH)
    assert printed(PYTHONUTF8="1", COLUMNS="60")[-1] == "60"


def test_a_file_has_no_colour(capsys: pytest.CaptureFixture[str]) -> None:
    make_console().print("x", style="red")
    assert capsys.readouterr().out == "x\n"
