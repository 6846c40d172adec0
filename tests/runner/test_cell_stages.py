"""How a script's text is divided into stages, and how a cell's report is written."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from harness.runner import cell

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")  # under xdist


def run(text: str) -> tuple[list[str], dict[str, object]]:
    """The stages in order, and the names that they leave after running one after the other."""
    names: dict[str, object] = {}
    parts = cell.stages(text, "script.py")
    for _, code in parts:
        exec(code, names)
    return [stage for stage, _ in parts], names


def test_code_before_first_stage_counts_as_import() -> None:
    assert run("import json\n# a remark\nx = 1\n# build\ny = x + 1\n")[0] == ["import", "build"]
    assert run("x = 1\n")[0] == ["import"]
    assert run("# check\nx = 1\n")[0] == ["check"]
    assert run("")[0] == []


def test_stages_may_repeat_and_empty_ones_vanish() -> None:
    stages, names = run("# build\nx = [1]\n# fit\n# call\nx.append(2)\n# build\nx.append(3)\n# check\n")
    assert stages == ["build", "call", "build"]
    assert names["x"] == [1, 2, 3]


@pytest.mark.parametrize(
    "line", ["#build", "# build ", "# builds", "## build", "x = 0  # build", "    # build", "# path/build"]
)
def test_other_comments_open_no_stage(line: str) -> None:
    text = f"# call\nif True:\n    x = 1\n{line}\ny = 2\n"
    assert run(text)[0] == ["call"]


def test_stage_line_inside_statement_takes_effect_after() -> None:
    stages, names = run('# build\ntext = """\n# fit\n"""\n# check\nassert text\n')
    assert stages == ["build", "check"]
    assert names["text"] == "\n# fit\n"


@pytest.mark.parametrize("separator", ["\u2028", "\x0c", "\x85", "\x1c"])
def test_only_line_ends_python_counts_are_counted(separator: str) -> None:
    text = f"# build\na = '{separator}{separator}'\nb = 1\n# check\nc = 1\n"
    assert [stage for stage, code in cell.stages(text, "x.py") if "b" in code.co_names] == ["build"]
    assert [stage for stage, code in cell.stages(text, "x.py") if "c" in code.co_names] == ["check"]


def test_line_numbers_stay_those_of_the_file() -> None:
    code = cell.stages("# build\nx = 1\n\n# check\nraise ValueError\n", "script.py")[-1][1]
    with pytest.raises(ValueError) as caught:  # noqa: PT011, it has no text
        exec(code, {})
    assert caught.traceback[-1].lineno == 4  # counted from 0
    assert str(caught.traceback[-1].path).endswith("script.py")


def test_a_future_import_holds_in_every_stage() -> None:
    _, names = run(
        "from __future__ import annotations\n# build\ndef f(x: nothing): ...\n# check\ndef g(x: nothing): ...\n"
    )
    assert [getattr(names[name], "__annotations__", None) for name in "fg"] == [{"x": "nothing"}, {"x": "nothing"}]


def test_harness_future_import_never_reaches_script() -> None:
    with pytest.raises(NameError, match="nothing"):
        run("def f(x: nothing): ...\n")


@pytest.mark.parametrize("text", ["return 1\n", "def f(:\n", "# build\nbreak\n", "x = \n"])
def test_what_does_not_compile_raises_at_once(text: str) -> None:
    with pytest.raises(SyntaxError):
        cell.stages("started = True\n" + text, "script.py")


def test_what_was_shipped_is_hidden_from_cells(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["/shipped", "/also"]))
    monkeypatch.setattr(sys, "path", ["", os.getcwd(), "/shipped", "/own", "/also", "/shipped/deeper"])
    cell.hide_harness()
    assert sys.path == ["/own", "/shipped/deeper"]
    assert "PYTHONPATH" not in os.environ
