from __future__ import annotations

import csv
import io
from dataclasses import astuple, replace
from pathlib import Path

import pytest

from harness.contract.records import CellKey, Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.errors import Exit, HarnessError
from harness.controller.files import write_atomically
from harness.controller.results.compare import Change, compare_sets
from harness.controller.results.history import Event, continued, events, last_events, read_history, since
from tests.support.tiny_project import make_column

DAY = "2026-11-22"
A, B, C = (Outcome(case, "keras", Status.PASS) for case in "abc")
HEAD = b"day,environment,case,path,change,before,after\n"
LINE = b"2026-11-01,tf215,a,keras,regressed,pass,fail\n"
EVENT = Event("2026-11-01", "tf215", "a", "keras", "regressed", "pass", "fail")


def failed(outcome: Outcome) -> Outcome:
    return replace(outcome, status=Status.FAIL, stage=Stage.FIT, error="ValueError", message="shapes, “3”\ndiffer")


def append(file: Path, new: list[Event]) -> None:
    write_atomically(file, continued(file, new))


def texts(made: list[Event]) -> list[str]:
    return [",".join(astuple(event)) for event in made]


def test_every_cell_change_makes_a_history_line() -> None:
    before = {"tf215": make_column(A, failed(B), C)}
    now = make_column(failed(A), B, replace(failed(A), case="d"), replace(failed(B), case="e"))
    wrong = {"tf215": replace(now, cells=now.cells | {("d", "keras"): Outcome("d", "keras", Status.PASS)})}
    assert texts(events(compare_sets(before, wrong, whole=True), before, DAY)) == [
        f"{DAY},tf215,a,keras,regressed,pass,fail at fit (ValueError: shapes, “3”)",
        f"{DAY},tf215,b,keras,fixed,fail at fit (ValueError: shapes, “3”),pass",
        f"{DAY},tf215,d,*,new,,",
        f"{DAY},tf215,e,*,new,,",
        f"{DAY},tf215,c,keras,removed,pass,",
    ]
    crashed = {"tf215": make_column(replace(failed(B), status=Status.CRASH))}
    (line,) = texts(events(compare_sets(before, crashed, whole=False), before, DAY))
    assert line.split(",")[2:5] == ["b", "keras", "changed"]


def test_environment_changes_but_not_packages_make_lines() -> None:
    lost, other = (make_column(status="env-fail", reason=reason) for reason in ("no network", "no disk, none"))
    good, newer = make_column(A, packages={"numpy": "1.26.4"}), make_column(A, packages={"numpy": "2.0.2"})
    lines = []
    for one, two in [(good, lost), (lost, other), (other, good), (good, newer), (None, good), (good, None)]:
        before, after = ({"tf215": each} if each else {} for each in (one, two))
        lines += texts(events(compare_sets(before, after, whole=True), before, DAY))
    assert lines == [
        f"{DAY},tf215,,,environment lost,,no network",
        f"{DAY},tf215,,,environment changed,no network,no disk, none",
        f"{DAY},tf215,,,environment gained,no disk, none,",
        f"{DAY},tf215,,,environment new,,",
        f"{DAY},tf215,,,environment removed,,",
    ]


def test_new_case_is_one_line_per_environment() -> None:
    cells = [Outcome(case, path, Status.PASS) for case in "ab" for path in ("keras", "tf.keras", "tensorflow.keras")]
    before = {name: make_column(*cells[:3], id=name) for name in ("tf20", "tf21")}
    after = {name: make_column(*cells, id=name) for name in before}
    made = events(compare_sets(before, after, whole=True), before, DAY)
    assert made == [Event(DAY, name, "b", "*", "new", "", "") for name in before]


def test_new_path_line_leaves_other_paths_unchanged() -> None:
    before, after = {"tf215": make_column(A)}, {"tf215": make_column(A, replace(A, path="tf.keras"))}
    first = Event("2026-11-01", "tf215", "a", "*", "new", "", "")
    made = events(compare_sets(before, after, whole=True), before, DAY)
    assert made == [Event(DAY, "tf215", "a", "tf.keras", "new", "", "pass")]
    last = last_events([first, *made])
    assert since(last, "tf215", A.key) == first
    assert since(last, "tf215", ("a", "tf.keras")) == made[0]


def test_appending_keeps_existing_bytes(tmp_path: Path) -> None:
    file = tmp_path / "results" / "history.csv"
    assert read_history(file) == []
    append(file, [EVENT])
    assert file.read_bytes() == HEAD + LINE
    later = replace(EVENT, day=DAY, change="fixed", before="fail, twice", after='"pass"')
    append(file, [later])
    assert file.read_bytes() == HEAD + LINE + f'{DAY},tf215,a,keras,fixed,"fail, twice","""pass"""\n'.encode()
    append(file, [])
    assert read_history(file) == [EVENT, later]


@pytest.mark.parametrize(
    "old",
    [
        HEAD.replace(b"\n", b"\r\n") + LINE.replace(b"\n", b"\r\n"),
        HEAD + LINE.rstrip(),
        HEAD + b'"' + LINE[:4] + b'"' + LINE[4:],
    ],
)
def test_editor_changes_to_history_are_kept(tmp_path: Path, old: bytes) -> None:
    file = tmp_path / "history.csv"
    file.write_bytes(old)
    kept = read_history(file)
    append(file, [EVENT])
    assert file.read_bytes().startswith(old)
    assert file.read_bytes().endswith(b"\n" + LINE)
    assert len(kept) == 1
    assert read_history(file) == [*kept, EVENT]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a history: its lines must be day, environment, case, path, change, before, after"),
        (LINE, "not a history: its lines must be day, "),
        (HEAD + LINE + b"2026-11-02,tf215\n", "not a history: its lines must be day, "),
        (HEAD + b"\n" + LINE, "not a history: its lines must be day, "),
        (HEAD + LINE[:-1] + b",more\n", "not a history: its lines must be day, "),
        (HEAD + LINE + b'2026-11-02,tf215,a,keras,fixed,"fail', "not a history: its lines must be day, "),
        (HEAD + "é".encode("latin-1") + LINE, "cannot be read: 'utf-8' codec can't decode byte"),
        (HEAD + b"x" * 200_000 + LINE, "cannot be read: field larger than field limit"),
    ],
)
def test_malformed_history_is_refused_and_left_unchanged(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "history.csv"
    file.write_bytes(content)
    for refuse in (lambda: read_history(file), lambda: append(file, [EVENT])):
        with pytest.raises(HarnessError) as refused:
            refuse()
        assert str(refused.value).startswith(f"{file}: {said}")
        assert refused.value.exit_code is Exit.BROKEN
    assert file.read_bytes() == content
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_history_neutralises_formulas_newlines_and_terminal_escapes(tmp_path: Path, text: str) -> None:
    cell = Outcome(text, text, Status.FAIL, None, None, f"{text}\x1b[2J\x00")
    lost = make_column(status="env-fail", reason=text)
    changes = [Change("removed", text, cell.key, cell), *compare_sets({"tf215": make_column(A)}, {"tf215": lost}, True)]
    append(tmp_path / "history.csv", events(changes, {}, DAY))
    content = (tmp_path / "history.csv").read_bytes()
    assert content.count(b"\n") == 3
    assert not set(content) & {*range(9), *range(11, 32), 127}
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
    assert not [field for row in rows for field in row if field.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert len(read_history(tmp_path / "history.csv")) == 2


@pytest.mark.parametrize(
    ("environment", "cell", "day"),
    [
        ("tf215", ("a", "keras"), "3"),
        ("tf215", ("a", "tf.keras"), "1"),
        ("tf215", ("b", "keras"), "4"),
        ("tf215", ("b", "tf.keras"), "2"),
        ("tf215", ("c", "keras"), None),
        ("tf216", ("a", "keras"), "1"),
        ("tf216", ("b", "keras"), None),
        ("tf217", ("a", "keras"), "6"),
        ("tf218", ("a", "keras"), None),
    ],
)
def test_cell_state_dates_from_its_last_event(environment: str, cell: CellKey, day: str | None) -> None:
    history = [
        Event("1", "tf215", "a", "*", "new", "", ""),
        Event("1", "tf216", "a", "*", "new", "", ""),
        Event("1", "tf217", "a", "*", "new", "", ""),
        Event("2", "tf215", "b", "*", "new", "", ""),
        Event("3", "tf215", "a", "keras", "regressed", "pass", "fail"),
        Event("4", "tf215", "b", "keras", "changed", "fail", "crash"),
        Event("5", "tf217", "", "", "environment lost", "", "no network"),
        Event("6", "tf217", "", "", "environment gained", "no network", ""),
    ]
    last = since(last_events(history), environment, cell)
    assert (last.day if last else None) == day
