from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.cli import main
from harness.controller.errors import Exit, HarnessError
from harness.controller.grid.markdown import BEGIN, END
from harness.controller.project.layout import Layout
from harness.controller.results.transaction import changed_texts, finish_transaction, write_transaction
from tests.support.tiny_project import TinyProject, make_column

CHANGED = [
    "README.md",
    *(f"results/{name}" for name in ("grid.csv", "grid.json", "grid.md", "grid.svg", "history.csv")),
]
CHANGED += ["results/tf215.json", "results/tf216.json"]
CELLS = [Outcome("dense", "tf.keras", Status.PASS), Outcome("version", "keras", Status.PASS)]

# Accepts in one copy of a project after the other, and in the n-th is killed at the n-th time that it is about to open
# a file for writing, or to make, rename or remove one; until it comes through.
KILLED_EVERYWHERE = """\
import os, shutil, signal, sys
import harness.controller.commands.accept
from harness.controller import cli

project, copies = sys.argv[1:]

def accept(copy, left):
    def count(event, arguments):
        nonlocal left
        opens = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if opens or event in ("os.rename", "os.remove", "os.mkdir"):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    os._exit(cli.main(["accept", "--root", copy]))

for number in range(1, 500):
    copy = shutil.copytree(project, f"{copies}/{number:03}")
    if os.fork() == 0:
        accept(copy, number)
    if os.wait()[1] == 0:
        break
"""


def texts_below(folder: Path) -> dict[str, bytes]:
    """Every file that git would see."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and ".harness" not in file.parts]
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


@pytest.fixture
def accepted(project: TinyProject) -> Path:
    """A project with a baseline and with a run that differs from it."""
    (project.root / "README.md").write_text(f"# Tiny\n{BEGIN}\n{END}\n", encoding="utf-8")
    for name in ("tf215", "tf216"):
        project.keep(".harness/run", make_column(*CELLS, id=name))
    assert project.run("accept").returncode == 0
    for name in ("tf215", "tf216"):
        project.keep(".harness/run", make_column(CELLS[0], Outcome("version", "keras", Status.CRASH), id=name))
    return project.root


def test_next_command_completes_or_discards_killed_acceptance(
    accepted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "copies").mkdir()
    command = [sys.executable, "-c", KILLED_EVERYWHERE, str(accepted), str(tmp_path / "copies")]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, timeout=120)
    copies = sorted((tmp_path / "copies").iterdir())
    left = [texts_below(copy) for copy in copies]
    for copy in copies:
        assert main(["plan", "--root", str(copy)]) == 0
    found = [texts_below(copy) for copy in copies]
    old, new = texts_below(accepted), found[-1]
    assert [name for name in new if new[name] != old[name]] == CHANGED
    assert all(texts in (old, new) for texts in found)
    assert found == sorted(found, key=lambda texts: texts == new)
    halves = [texts for texts in left if texts not in (old, new)]
    assert len(halves) > 10  # that is what the next command has mended


def test_failed_staging_leaves_everything_unchanged(accepted: Path, project: TinyProject) -> None:
    folder = accepted / "results" / ".grid.md.new"
    folder.mkdir()
    before = texts_below(accepted)
    done = project.run("accept")
    assert (done.returncode, done.stderr) == (3, f"{accepted}/results/grid.md: cannot be written: Is a directory\n")
    assert texts_below(accepted) == before
    assert not (accepted / ".harness" / "writing.json").exists()
    folder.rmdir()
    assert project.run("accept").returncode == 0


def test_unterminated_readme_is_reported_before_any_writing(accepted: Path, project: TinyProject) -> None:
    (accepted / "README.md").write_text(BEGIN, encoding="utf-8")
    before = texts_below(accepted)
    for how in ([], ["--dry-run"]):
        done = project.run("accept", *how)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (3, "", 1)
    assert texts_below(accepted) == before


def test_concurrent_writer_blocks_writes_and_partial_reads(accepted: Path, project: TinyProject) -> None:
    said = f"another writing of results in {accepted} is under way: nothing was done\n"
    before = texts_below(accepted)
    with open(accepted / ".harness" / "writing", "w", encoding="utf-8") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        for command in ("accept", "collect"):
            assert (project.run(command).returncode, project.run(command).stderr) == (3, said)
        assert project.run("show").returncode == 0
        (accepted / ".harness" / "writing.json").write_text('{"whole": true, "files": []}', encoding="utf-8")
        assert (project.run("show").returncode, project.run("show").stderr) == (3, said)
    assert project.run("show").returncode == 0
    assert texts_below(accepted) == before


def test_files_are_written_only_where_they_change(project: TinyProject) -> None:
    layout, folder = Layout(project.root), project.root / "made" / "here"
    texts = {folder / "b": "é\n", folder / "a": "a\n"}
    assert list(changed_texts(texts)) == [folder / "a", folder / "b"]
    write_transaction(layout, texts)
    assert {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()} == {"a": "a\n", "b": "é\n"}
    assert changed_texts(texts) == {}
    number = (folder / "a").stat().st_ino
    write_transaction(layout, texts | {folder / "b": "c"})
    assert (folder / "a").stat().st_ino == number


def test_without_a_journal_nothing_is_touched(project: TinyProject) -> None:
    finish_transaction(Layout(project.root))
    assert not (project.root / ".harness").exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"whole": true}', '{"files": [5], "whole": true}'])
def test_damaged_journal_is_reported_and_kept(project: TinyProject, content: str) -> None:
    journal = project.root / ".harness" / "writing.json"
    journal.parent.mkdir()
    journal.write_text(content, encoding="utf-8")
    with pytest.raises(
        HarnessError, match=r"writing\.json: not a journal of an acceptance \(\w+\): check results/, "
    ) as told:
        finish_transaction(Layout(project.root))
    assert told.value.exit_code is Exit.BROKEN
    assert journal.read_text(encoding="utf-8") == content
