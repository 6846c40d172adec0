"""Files that are not as they should be: each is told in one sentence with a documented exit code, and kept as it is."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Status
from tests.support.tiny_project import TinyProject, make_column

CELLS = [Outcome("dense", "tf.keras", Status.PASS), Outcome("version", "keras", Status.PASS)]
_DAC_OVERRIDE, _PR_CAPBSET_DROP = 1, 24


def files_below(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def ready(project: TinyProject) -> Path:
    """A project with a baseline, a run, and a lock of its environment."""
    project.keep("results", make_column(*CELLS))
    project.keep(".harness/run", make_column(*CELLS))
    (project.root / "locks").mkdir()
    (project.root / "locks" / "tf215.txt").touch()
    return project.root


def cut(text: str) -> str:
    return text[: len(text) // 2]


def of_schema(number: int) -> Callable[[str], str]:
    return lambda text: text.replace('"schema": 1', f'"schema": {number}')


def with_a_cell_twice(text: str) -> str:
    document = json.loads(text)
    document["cells"].append(document["cells"][0] | {"status": "fail"})
    return json.dumps(document)


@pytest.mark.parametrize(
    "command", [["show"], ["diff", "results", "results"], ["collect"], ["accept"], ["run", "-e", "tf215"]], ids="/".join
)
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (cut, "cannot be read: "),
        (lambda text: "", "cannot be read: Expecting value"),
        (of_schema(0), "has schema 0, and this harness reads schema 1"),
        (of_schema(2), "has schema 2, and this harness reads schema 1"),
        (with_a_cell_twice, "duplicate cell dense[tf.keras]"),
    ],
    ids=["cut", "empty", "older", "newer", "twice"],
)
def test_a_results_document_that_is_damaged(
    ready: Path, project: TinyProject, command: list[str], spoil: Callable[[str], str], said: str
) -> None:
    file = ready / "results" / "tf215.json"
    file.write_text(spoil(file.read_text(encoding="utf-8")), encoding="utf-8")
    before = files_below(ready)
    done = project.run(*command)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(f"{file}: {said}")
    assert len(done.stderr.splitlines()) == 1
    after = files_below(ready)
    assert {name: after.pop(name) for name in before} == before
    assert {name.name for name in after} <= {"writing", "lock"}  # by which two at once are kept apart


def test_cells_of_a_removed_case_are_reported(ready: Path, project: TinyProject) -> None:
    gone = [Outcome("gone", path, Status.PASS) for path in ("tf.keras", "keras")]
    file = project.keep("results", make_column(*CELLS, *gone))
    before = file.read_bytes()
    done = project.run("collect")
    said = "left out: 2 cells of no case, such as gone[keras]; `harness accept` removes them"
    assert (done.returncode, done.stdout.splitlines()[-1], file.read_bytes()) == (0, said, before)
    assert "gone" not in (ready / "results" / "grid.csv").read_text(encoding="utf-8")
    assert project.run("show", "--cell", "gone[keras]").returncode == 2
    assert project.run("accept").returncode == 0
    assert "left out" not in project.run("collect").stdout


@pytest.mark.parametrize("command", [["validate"], ["plan"], ["run", "-e", "tf215"], ["accept"]], ids="/".join)
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("matrix.yaml", b"schema: 1\ngroups: &all\n  quick: *all\n", "2: not YAML: an alias refers to itself"),
        ("matrix.yaml", b"schema: 1\na: &a [*b]\nb: &b [*a]\n", "2: not YAML: found undefined alias 'b'"),
        ("cases/snippet/version.yaml", "title: café\n".encode("latin-1"), "1: not UTF-8: "),
        ("cases/snippet/version.yaml", b"id: version\n\tkind: snippet\n", "2: not YAML: "),
        ("cases/snippet/version.yaml", b"# " + b"x" * 10_000_000, "1: larger than 1048576 bytes"),
    ],
    ids=["cycle", "cycle of two", "latin-1", "tabs", "10 MB"],
)
def test_unreadable_matrix_or_case_is_refused(
    ready: Path, project: TinyProject, command: list[str], name: str, content: bytes, said: str
) -> None:
    (ready / name).write_bytes(content)
    before = files_below(ready)
    done = project.run(*command)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{name}:{said}")
    assert len(done.stderr.splitlines()) == 1
    assert files_below(ready) == before


def test_case_with_byte_order_mark_is_valid(ready: Path, project: TinyProject) -> None:
    file = ready / "cases" / "snippet" / "version.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert project.run("validate").returncode == 0


@pytest.mark.parametrize("command", ["accept", "collect"])
def test_file_in_place_of_results_folder_kept(ready: Path, project: TinyProject, command: str) -> None:
    for file in (ready / "results").iterdir():
        file.unlink()
    (ready / "results").rmdir()
    (ready / "results").write_text("mine", encoding="utf-8")
    done = project.run(command)
    assert (done.returncode, done.stderr) == (3, f"{ready}/results: cannot be written: File exists\n")
    assert (ready / "results").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("command", [["run", "-e", "tf215"], ["accept"], ["collect"]], ids="/".join)
def test_file_in_place_of_runs_folder_kept(ready: Path, project: TinyProject, command: list[str]) -> None:
    (ready / ".harness").rename(ready / "kept")
    (ready / ".harness").write_text("mine", encoding="utf-8")
    before = files_below(ready)
    done = project.run(*command)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == f"{ready}/.harness: cannot be written: File exists\n"
    assert files_below(ready) == before


def bound_by_permissions() -> None:
    """In a child: root, too, may write only where the mode of a file lets it."""
    ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, _DAC_OVERRIDE, 0, 0, 0)


def without_space() -> None:
    """In a child: no file may grow past 100 bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))


def in_a_child(project: Path, command: str, limited: Callable[[], None]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "harness", command, "--root", str(project)],
        preexec_fn=limited,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("command", ["accept", "collect"])
def test_a_results_folder_that_is_read_only(ready: Path, command: str) -> None:
    results = ready / "results"
    before = files_below(ready)
    results.chmod(0o555)
    done = in_a_child(ready, command, bound_by_permissions)
    results.chmod(0o755)
    assert (done.returncode, done.stdout.count("accepted")) == (3, 0)
    assert done.stderr == f"{results}/grid.csv: cannot be written: Permission denied\n"
    assert {name: data for name, data in files_below(ready).items() if name in before} == before
    assert not list(results.glob(".*"))


def test_a_results_document_that_is_read_only(ready: Path, project: TinyProject) -> None:
    project.keep(".harness/run", make_column(CELLS[0], Outcome("version", "keras", Status.CRASH)))
    before = files_below(ready / "results")
    (ready / "results" / "tf215.json").chmod(0o444)
    done = in_a_child(ready, "accept", bound_by_permissions)
    said = f"{ready}/results/tf215.json: cannot be written: Permission denied\n"
    assert (done.returncode, done.stderr) == (3, said)
    assert files_below(ready / "results") == before


def test_results_kept_when_disk_has_no_room(ready: Path) -> None:
    before = files_below(ready / "results")
    done = in_a_child(ready, "accept", without_space)
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
    assert done.stderr.endswith(": cannot be written: File too large\n")
    assert files_below(ready / "results") == before
    assert not (ready / ".harness" / "writing.json").exists()


# In a file system of its own that holds the project and is then filled to the last byte.
ON_A_FULL_DISK = """\
mount -t tmpfs -o size=2m none "$2" && cp -r "$1/." "$2" || exit 99
cat /dev/zero > "$2/rest" 2>/dev/null
"$3" -m harness accept --root "$2"
code=$?
rm "$2/rest"
diff -r "$1/results" "$2/results" && ! test -e "$2/.harness/writing.json" || exit 98
exit $code
"""


def test_a_disk_that_is_full(ready: Path, project: TinyProject, tmp_path: Path) -> None:
    project.keep(".harness/run", make_column(CELLS[0], Outcome("version", "keras", Status.CRASH)))
    (tmp_path / "disk").mkdir()
    folders = [str(ready), str(tmp_path / "disk")]
    command = ["unshare", "-Urm", "sh", "-c", ON_A_FULL_DISK, "sh", *folders, sys.executable]
    if shutil.which("unshare") is None:
        pytest.skip("there is no unshare")
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode == 99 or done.stderr.startswith("unshare: "):
        pytest.skip(f"no file system can be mounted here: {done.stderr}")
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
    assert done.stderr.endswith(": cannot be written: No space left on device\n")


def test_a_history_that_is_damaged(ready: Path, project: TinyProject) -> None:
    history = ready / "results" / "history.csv"
    history.write_bytes(b"\xff\xfe")
    for command in (["accept"], ["show", "--cell", "version[keras]", "-e", "tf215"]):
        done = project.run(*command)
        assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
        assert done.stderr.startswith(f"{history}: cannot be read: ")
    assert history.read_bytes() == b"\xff\xfe"


def test_refused_document_cannot_steer_the_terminal(ready: Path, project: TinyProject) -> None:
    file = ready / "results" / "tf215.json"
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    hostile = "\x1b[2J\n\u202eeverything passed"
    for spoilt in (
        document | {"schema": hostile},
        document | {"environment": document["environment"] | {"id": hostile}},
        document | {"environment": document["environment"] | {hostile: 1}},
        document | {"cells": 2 * [document["cells"][0] | {"case": hostile}]},
        document | {"cells": [document["cells"][0] | {"status": hostile}]},
    ):
        file.write_text(json.dumps(spoilt), encoding="utf-8")
        done = project.run("show")
        assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
        assert not {"\x1b", "\u202e"} & set(done.stderr)


def test_unexpected_error_keeps_traceback_and_exits_3(ready: Path, project: TinyProject) -> None:
    document = ready / ".harness" / "run" / "tf215.json"
    document.unlink()
    document.mkdir()
    done = project.run("run", "-e", "tf215")
    assert done.returncode == 3
    assert "Traceback" in done.stderr
    assert "IsADirectoryError" in done.stderr


@pytest.mark.usefixtures("made")
def test_unexpected_environment_error_logged_and_exits_3(project: TinyProject) -> None:
    stream = project.root / ".harness" / "stream" / "tf215.jsonl"
    stream.mkdir(parents=True)
    done = project.run("run", "-e", "tf215")
    assert done.returncode == 3
    assert "tf215: no cells were run: " in done.stdout
    assert "IsADirectoryError" in (project.root / ".harness" / "logs" / "tf215.log").read_text(encoding="utf-8")
    stream.rmdir()
    assert project.run("run", "-e", "tf215").returncode == 0


def a_pipe(file: Path) -> None:
    os.mkfifo(file)


def an_endless_device(file: Path) -> None:
    file.symlink_to("/dev/zero")


def harness_in_time(project: Path, command: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, which a pipe that nobody writes to would stop for ever."""
    return subprocess.run(
        [sys.executable, "-m", "harness", command, "--root", str(project)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


DETAILS = "{file}: not written by a run ({file}: not a regular file): delete it"


@pytest.mark.parametrize("make", [a_pipe, an_endless_device])
@pytest.mark.parametrize(
    ("name", "command", "code", "said"),
    [
        ("cases/snippet/version.yaml", "validate", 2, "cases/snippet/version.yaml:1: not a regular file"),
        ("matrix.yaml", "validate", 2, "matrix.yaml:1: not a regular file"),
        ("locks/tf215.txt", "validate", 3, "{file}: not a regular file"),
        ("results/tf215.json", "collect", 3, "{file}: not a regular file"),
        (".harness/run/tf215.json", "accept", 3, "{file}: not a regular file"),
        (
            ".harness/details/tf215.json",
            "accept",
            3,
            "{file}: not written by a run ({file}: not a regular file): delete it",
        ),
        ("results/history.csv", "accept", 3, "{file}: not a regular file"),
    ],
)
def test_irregular_file_is_not_read(
    ready: Path, make: Callable[[Path], None], name: str, command: str, code: int, said: str
) -> None:
    file = ready / name
    file.parent.mkdir(exist_ok=True)
    file.unlink(missing_ok=True)
    make(file)
    done = harness_in_time(ready, command)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", said.format(file=file) + "\n")


@pytest.mark.parametrize(
    ("name", "command", "code", "said"),
    [
        ("cases/snippet/version.yaml", "validate", 2, "cases/snippet/version.yaml:1: cannot be read: Is a directory"),
        ("matrix.yaml", "validate", 2, "matrix.yaml:1: cannot be read: Is a directory"),
        ("locks/tf215.txt", "validate", 3, "{file}: cannot be read: [Errno 21] Is a directory: '{file}'"),
        ("results/tf215.json", "collect", 3, "{file}: cannot be read: [Errno 21] Is a directory: '{file}'"),
    ],
)
def test_folder_in_place_of_file_is_refused(
    ready: Path, project: TinyProject, name: str, command: str, code: int, said: str
) -> None:
    file = ready / name
    file.unlink(missing_ok=True)
    file.mkdir(parents=True)
    done = project.run(command)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", said.format(file=file) + "\n")


def test_linked_and_misnamed_cases_are_reported(ready: Path, project: TinyProject, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (ready / "cases" / "linked").symlink_to(tmp_path / "elsewhere")
    (ready / "cases" / "snippet" / "other.YAML").write_text("id: another\n", encoding="utf-8")
    done = project.run("validate")
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert "cases/linked:1: a link to a folder, which is not followed" in lines
    assert "cases/snippet/other.YAML:1: the id 'another' differs from the file's name 'other'" in lines
