"""The `dot` that the harness brings is the real Graphviz, and only where the machine has none."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from uv import find_uv_bin

from harness.contract.statuses import Status
from harness.controller.environments import prerequisites
from harness.controller.environments.prerequisites import brought_programs, cells_path, program_for
from harness.controller.errors import Exit
from harness.controller.project.loader import load_project
from harness.controller.results.documents import read_column, read_details
from harness.controller.worker.main import run_column
from harness.controller.worker.options import WorkerOptions
from tests.support.tiny_project import TinyProject
from tests.support.tiny_tensorflow import fill_environment

STATE = "it's a folder/.harness"
GRAPH = 'digraph { node [shape=record]; 1 [label="dense: Dense|{input:|output:}"]; 1 -> "é" }'
BEGINS = {"png": b"\x89PNG", "svg": b"<?xml", "ps": b"%!PS-Adobe", "pdf": b"%PDF-"}
PLOT = """\
id: plot
kind: snippet
title: A picture is drawn
requires: [graphviz]
paths: [tensorflow.keras]
code: |
  import subprocess

  import KERAS as keras

  # call
  picture = subprocess.run(["dot", "-Tpng"], input=b"digraph { a -> b }", stdout=subprocess.PIPE, check=True).stdout
  assert picture.startswith(b"\\x89PNG"), picture
  assert keras
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that alone is on the PATH, with no program in it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def brought(folder: Path, tmp_path: Path) -> Path:
    """The program that the harness brings."""
    own, last = cells_path(tmp_path / STATE).split(":")
    assert own == str(folder)
    return Path(last, "dot")


@pytest.fixture
def without_wheel(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(prerequisites, "_WHEEL", "a-wheel-that-nobody-installed")
    for cached in (prerequisites._library, prerequisites._brought_dot):
        cached.cache_clear()
    yield
    for cached in (prerequisites._library, prerequisites._brought_dot):
        cached.cache_clear()


def run_dot(program: Path, *arguments: str, graph: str = GRAPH) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([program, *arguments], input=graph.encode(), capture_output=True, check=False)


@pytest.mark.parametrize(("form", "begin"), BEGINS.items())
def test_every_form_of_picture_is_drawn(brought: Path, form: str, begin: bytes) -> None:
    done = run_dot(brought, f"-T{form}")
    assert (done.returncode, done.stdout[: len(begin)]) == (0, begin), done.stderr


@pytest.mark.parametrize("form", ["png", "svg", "ps"])  # a PDF file holds the time at which it was written
def test_two_runs_draw_the_same_bytes(brought: Path, form: str) -> None:
    first, second = run_dot(brought, f"-T{form}"), run_dot(brought, f"-T{form}")
    assert len(first.stdout) > 500
    assert first.stdout == second.stdout


def test_empty_graph_as_keras_checks_it(brought: Path) -> None:
    done = run_dot(brought, "-Tps", graph="digraph G {\n}\n")
    assert done.returncode == 0
    assert done.stdout.startswith(b"%!PS-Adobe")


@pytest.mark.parametrize(
    ("arguments", "graph", "code", "text"),
    [
        (["-V"], "", 0, "dot - graphviz version "),
        (["-Tpicture"], GRAPH, 1, 'Format: "picture" not recognized. Use one of:'),
        (["-Tpng"], "digraph {", 1, "syntax error in line"),
        (["-Tpng", "no-such-file"], "", 2, "can't open no-such-file"),
    ],
)
def test_faults_end_as_graphviz_ends(brought: Path, arguments: list[str], graph: str, code: int, text: str) -> None:
    done = run_dot(brought, *arguments, graph=graph)
    assert (done.returncode, text in done.stderr.decode()) == (code, True), done.stderr


def test_machines_own_dot_is_the_only_one(folder: Path, tmp_path: Path) -> None:
    brought = program_for("graphviz")
    (folder / "dot").touch(mode=0o755)
    own = program_for("graphviz")
    assert brought is not None
    assert brought.brought_by.startswith("the Graphviz of pygraphviz ")
    assert own is not None
    assert (own.brought_by, own.identity == brought.identity) == ("", False)
    assert brought_programs(["graphviz"]) == {}
    assert cells_path(tmp_path / STATE) == str(folder)


def test_brought_dot_on_path_is_no_machines_own(brought: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = program_for("graphviz")
    monkeypatch.setenv("PATH", str(brought.parent))
    assert program_for("graphviz") == before


@pytest.mark.usefixtures("without_wheel")
def test_without_wheel_requirement_is_not_met(folder: Path, tmp_path: Path) -> None:
    assert program_for("graphviz") is None
    assert brought_programs(["graphviz"]) == {}
    assert cells_path(tmp_path / STATE) == str(folder)


@pytest.fixture
def drawn(project: TinyProject, folder: Path) -> TinyProject:
    """The project after a run of a case that draws, in an environment without a `dot` on the PATH."""
    (project.root / "cases/snippet/plot.yaml").write_text(PLOT, encoding="utf-8")
    prefix = project.root / ".tox/tf215"
    subprocess.run([find_uv_bin(), "venv", "--quiet", "--python", sys.executable, str(prefix)], check=True)
    fill_environment(prefix)
    loaded = load_project(project.root)
    options = WorkerOptions(cases=("plot",))
    assert run_column(loaded, loaded.matrix.environments["tf215"], options, prefix) is Exit.AGREES
    return project


def test_cell_draws_and_its_program_is_named(drawn: TinyProject) -> None:
    layout = load_project(drawn.root).layout
    (outcome,) = read_column(layout.files("tf215").document).cells.values()
    assert outcome.status is Status.PASS, outcome
    (details,) = read_details(layout.files("tf215").details).values()
    assert details["programs"] == brought_programs(["graphviz"])
    shown = drawn.run("show", "--run", "-e", "tf215", "--cell", "plot[tensorflow.keras]").stdout
    (source,) = details["programs"].values()
    assert f"dot       {source}, as there is no dot on the PATH\n" in shown


def test_audit_draws_with_the_same_program(drawn: TinyProject) -> None:
    done = drawn.run("audit", "--run", "-k", "plot")
    assert done.returncode == 0, done.stdout
    assert "1 pass: all agree" in done.stdout


def test_script_runs_with_the_printed_path(drawn: TinyProject, folder: Path) -> None:
    done = drawn.run("script", "plot", "-p", "tensorflow.keras")
    sentence, line = done.stderr.splitlines()
    assert sentence.startswith("there is no dot on the PATH: cells have the Graphviz of pygraphviz ")
    python = drawn.root / ".tox/tf215/bin/python"
    command = f"{line}; export PATH; exec {shlex.quote(str(python))} -c {shlex.quote(done.stdout)}"
    by_hand = subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=False)
    assert by_hand.returncode == 0, by_hand.stderr
    (folder / "dot").symlink_to("/bin/false")
    assert drawn.run("script", "plot", "-p", "tensorflow.keras").stderr == ""
