from __future__ import annotations

import datetime
import fcntl
from pathlib import Path

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.commands.accept import merge_into_baseline
from harness.controller.errors import HarnessError
from harness.controller.results.history import read_history
from tests.support.tiny_project import TinyProject, make_column

A, B, C = (Outcome(case, "keras", Status.PASS) for case in "abc")
PLANNED = {A.key, B.key, C.key}

CELLS = [
    Outcome("dense", "tf.keras", Status.PASS),
    Outcome("version", "keras", Status.PASS),
    Outcome("version", "tf.keras", Status.PASS),
]
BROKEN = [
    Outcome("version", "keras", Status.FAIL, Stage.CALL, "AssertionError", "2.14.0") if outcome is CELLS[1] else outcome
    for outcome in CELLS
]
SAID = [
    "tf215 regressed version[keras]: pass → fail at call (AssertionError: 2.14.0)",
    "tf215 numpy 1.26.4 → 2.0.2",
]
COUNTS = "1 regressed, 1 package, 1 environment new"


def now(outcome: Outcome, status: Status = Status.FAIL) -> Outcome:
    return Outcome(outcome.case, outcome.path, status)


def bytes_of(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_selected_cells_become_the_first_baseline() -> None:
    assert merge_into_baseline(None, make_column(A, B), PLANNED, PLANNED) == make_column(A, B)
    assert merge_into_baseline(None, make_column(A, B), {A.key}, PLANNED) == make_column(A)


def test_only_selected_cells_are_replaced() -> None:
    run = make_column(now(A), now(B))
    assert merge_into_baseline(make_column(A, B, C), run, {A.key}, PLANNED) == make_column(now(A), B, C)
    assert merge_into_baseline(make_column(A, B, C), run, PLANNED, PLANNED) == make_column(now(A), now(B), C)


def test_cells_gone_from_the_project_are_removed() -> None:
    run = make_column(now(A), packages={"numpy": "2.0.0"})
    assert merge_into_baseline(make_column(A, B), run, {A.key}, {A.key}) == run


@pytest.mark.parametrize("status", [Status.NOT_RUN, Status.ERROR])
def test_cells_without_an_outcome_are_not_accepted(status: Status) -> None:
    run = make_column(A, now(B, status), now(C, status))
    with pytest.raises(HarnessError, match=r"^tf215: 2 cells have no outcome, b\[keras\] first: run again$"):
        merge_into_baseline(make_column(A, B, C), run, PLANNED, PLANNED)
    assert merge_into_baseline(None, run, {A.key}, PLANNED) == make_column(A)


def test_a_document_has_one_package_set() -> None:
    before = make_column(A, B, packages={"numpy": "1.26.4"})
    run = make_column(now(A), now(B), packages={"numpy": "2.0.0"})
    assert merge_into_baseline(before, run, PLANNED, PLANNED) == run
    with pytest.raises(HarnessError, match="tf215: its packages differ from the baseline"):
        merge_into_baseline(before, run, {A.key}, PLANNED)


def test_env_fail_can_be_accepted() -> None:
    run = make_column(now(A, Status.ENV_FAIL), now(B, Status.ENV_FAIL), status="env-fail", reason="no Python 3.99")
    assert merge_into_baseline(make_column(A, B), run, PLANNED, PLANNED) == run


def test_a_dry_run_writes_nothing(project: TinyProject) -> None:
    project.keep("results", make_column(*CELLS, packages={"numpy": "1.26.4"}))
    project.keep(".harness/run", make_column(*BROKEN, packages={"numpy": "2.0.2"}))
    project.keep(".harness/run", make_column(*CELLS, id="tf216"))
    before = bytes_of(project.root)
    dry = project.run("accept", "--dry-run")
    assert (dry.returncode, dry.stderr, bytes_of(project.root)) == (0, "", before)
    *said, last = dry.stdout.splitlines()
    names = ("grid.csv", "grid.json", "grid.md", "grid.svg", "history.csv", "tf215.json", "tf216.json")
    files = ", ".join(f"results/{name}" for name in names)
    assert last == f"nothing was written; without --dry-run this writes {files}"
    assert project.run("accept").stdout.splitlines()[: len(said)] == said == [*SAID, "tf216 environment new", COUNTS]
    after = bytes_of(project.root)
    written = sorted(str(file.relative_to(project.root)) for file in after if after[file] != before.get(file))
    assert ", ".join(written) == files
    dry = project.run("accept", "--dry-run")
    assert dry.stdout.splitlines()[-1] == "nothing was written; without --dry-run this writes nothing either"


def test_accept_appends_its_changes_to_history(project: TinyProject) -> None:
    project.keep("results", make_column(*CELLS, packages={"numpy": "1.26.4"}))
    project.keep(".harness/run", make_column(*BROKEN, packages={"numpy": "2.0.2"}))
    project.keep(".harness/run", make_column(*CELLS, id="tf216"))
    old = b"day,environment,case,path,change,before,after\r\n2026-11-01,tf215,dense,*,new,,\r\n"
    (project.root / "results" / "history.csv").write_bytes(old)
    assert project.run("accept").returncode == 0
    new = (project.root / "results" / "history.csv").read_bytes()
    assert new.startswith(old)
    days, lines = zip(*(line.split(",", 1) for line in new[len(old) :].decode().splitlines()), strict=True)
    today = datetime.datetime.now(datetime.timezone.utc).date()
    assert set(days) <= {str(today), str(today - datetime.timedelta(days=1))}  # a day may end here
    assert lines == (
        "tf215,version,keras,regressed,pass,fail at call (AssertionError: 2.14.0)",
        "tf216,,,environment new,,",
        "tf216,dense,*,new,,",
        "tf216,version,*,new,,",
    )


def test_accepting_without_a_difference_changes_no_byte(project: TinyProject) -> None:
    project.keep(".harness/run", make_column(*CELLS))
    assert project.run("accept").returncode == 0
    before = bytes_of(project.root)
    done = project.run("accept")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "no difference")
    assert bytes_of(project.root) == before


def test_other_packages_are_accepted_outside_the_history(project: TinyProject) -> None:
    project.keep("results", make_column(*CELLS, packages={"keras": "2.15.0", "numpy": "1.26.4"}))
    run = project.keep(".harness/run", make_column(*CELLS, packages={"keras": "2.15.0", "numpy": "2.0.2"}))
    done = project.run("accept")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:2] == ["tf215 numpy 1.26.4 → 2.0.2", "1 package"]
    assert (project.root / "results" / "tf215.json").read_bytes() == run.read_bytes()
    assert read_history(project.root / "results" / "history.csv") == []


def test_new_cells_are_counted_and_noted(project: TinyProject) -> None:
    project.keep(".harness/run", make_column(*CELLS))
    assert project.run("accept", "-p", "tf.keras").returncode == 0
    done = project.run("accept", "-p", "keras", "-k", "version")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "1 new")
    noted = read_history(project.root / "results" / "history.csv")
    assert [(event.case, event.path, event.change) for event in noted] == [
        ("", "", "environment new"),
        ("dense", "*", "new"),
        ("version", "*", "new"),
        ("version", "keras", "new"),
    ]


def test_a_deleted_cell_is_noted_as_removed(project: TinyProject) -> None:
    project.keep("results", make_column(*CELLS, Outcome("gone", "keras", Status.CRASH, message="=1+1")))
    project.keep(".harness/run", make_column(*CELLS))
    done = project.run("accept")
    assert done.stdout.splitlines()[:2] == ["tf215 removed gone[keras]: crash (=1+1)", "1 removed"]
    (event,) = read_history(project.root / "results" / "history.csv")
    assert (event.case, event.path, event.change) == ("gone", "keras", "removed")
    assert (event.before, event.after) == ("crash (=1+1)", "")


@pytest.mark.parametrize("how", [[], ["--dry-run"]])
@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("results/history.csv", b"who,when\n", "not a history: its lines must be day, "),
        ("results/history.csv", b"\xff\xfe", "cannot be read: 'utf-8' codec can't decode byte 0xff"),
        ("results/tf215.json", b'{"schema": 1', "cannot be read: "),
        (".harness/run/tf216.json", b"", "cannot be read: "),
    ],
)
def test_an_unreadable_file_stops_accept_before_writing(
    project: TinyProject, how: list[str], file: str, content: bytes, said: str
) -> None:
    for name in ("tf215", "tf216"):
        project.keep("results", make_column(*CELLS, id=name))
        project.keep(".harness/run", make_column(*BROKEN, id=name))
    (project.root / file).write_bytes(content)
    before = bytes_of(project.root)
    done = project.run("accept", *how)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(f"{project.root / file}: {said}")
    assert len(done.stderr.splitlines()) == 1
    assert bytes_of(project.root) == before


def test_what_another_script_gave_is_refused(project: TinyProject) -> None:
    project.keep(".harness/run", make_column(*CELLS))
    project.edit("cases/snippet/version.yaml", '== "2.15.0"', '== "2.16.0"')
    for how in ([], ["--dry-run"], ["-p", "keras"]):
        done = project.run("accept", *how)
        said = "tf215: version has changed since its run, or was not run: run it again\n"
        assert (done.returncode, done.stdout, done.stderr) == (3, "", said)
    assert not (project.root / "results").exists()
    assert project.run("accept", "-k", "dense").returncode == 0
    project.edit("cases/snippet/version.yaml", '== "2.16.0"', '== "2.15.0"')
    assert project.run("accept").returncode == 0


def test_outcomes_without_details_are_refused(project: TinyProject) -> None:
    project.keep(".harness/run", make_column(*CELLS))
    details = project.root / ".harness" / "details" / "tf215.json"
    details.write_text('{"dense[tf.keras]": ', encoding="utf-8")
    done = project.run("accept")
    assert (done.returncode, done.stderr.startswith(f"{details}: not written by a run (")) == (3, True)
    details.unlink()
    done = project.run("accept", "-k", "dense")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "tf215: dense has changed since its run, or was not run: run it again\n"
    assert not (project.root / "results").exists()


def test_env_fail_is_accepted_without_details(project: TinyProject) -> None:
    lost = [now(outcome, Status.ENV_FAIL) for outcome in CELLS]
    run = project.keep(".harness/run", make_column(*lost, status="env-fail", reason="venv: error: no Python 3.99"))
    (project.root / ".harness" / "details" / "tf215.json").unlink()
    assert project.run("accept").returncode == 0
    assert (project.root / "results" / "tf215.json").read_bytes() == run.read_bytes()


def test_accept_refuses_during_a_run(project: TinyProject) -> None:
    project.keep(".harness/run", make_column(*CELLS))
    with open(project.root / ".harness" / "lock", "w", encoding="utf-8") as run:
        fcntl.flock(run, fcntl.LOCK_EX)
        done = project.run("accept")
    said = f"another run in {project.root} is under way: nothing was done\n"
    assert (done.returncode, done.stdout, done.stderr) == (3, "", said)
    assert not (project.root / "results").exists()
    assert project.run("accept").returncode == 0


def test_complete_keeps_unfinished_environments_unchanged(project: TinyProject) -> None:
    env_fail = [now(outcome, Status.ENV_FAIL) for outcome in CELLS]
    for name in ("tf215", "tf216", "tf216-legacy"):
        project.keep("results", make_column(*CELLS, id=name))
    project.keep(".harness/run", make_column(*BROKEN, id="tf215"))
    project.keep(".harness/run", make_column(*env_fail, id="tf216", status="env-fail", reason="no network"))
    project.keep(".harness/run", make_column(now(CELLS[0], Status.NOT_RUN), *CELLS[1:], id="tf216-legacy"))
    before = bytes_of(project.root / "results")
    assert project.run("accept").returncode == 3
    assert bytes_of(project.root / "results") == before
    done = project.run("accept", "--complete")
    assert (done.returncode, "accepted 3 cells of tf215\n" in done.stdout) == (0, True)
    after = bytes_of(project.root / "results")
    for name in ("tf216", "tf216-legacy"):
        assert after[project.root / "results" / f"{name}.json"] == before[project.root / "results" / f"{name}.json"]
    assert b"2.14.0" in after[project.root / "results" / "tf215.json"]


def test_only_cells_of_the_selection_are_counted(project: TinyProject) -> None:
    project.keep("results", make_column(*CELLS))
    project.keep(".harness/run", make_column(*BROKEN))
    assert "accepted 1 cell of tf215\n" in project.run("accept", "-k", "dense").stdout
    assert "accepted 2 cells of tf215\n" in project.run("accept", "-p", "tf.keras").stdout
    assert "accepted 3 cells of tf215\n" in project.run("accept").stdout


def test_nothing_complete_is_nothing_to_accept(project: TinyProject) -> None:
    project.keep(".harness/run", make_column(now(CELLS[0], Status.NOT_RUN)))
    done = project.run("accept", "--complete")
    assert (done.returncode, done.stdout) == (0, "no environment finished; nothing accepted\n")
