"""The plan that goes in, and the lines that come back."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from harness.contract.plan import PathSpec, Plan, PlannedCell, append_line, read_lines
from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status


def planned(file: str, *paths: str) -> list[PlannedCell]:
    """Cells of one case file, with a script that does nothing."""
    case = Path(file).stem
    return [PlannedCell(case, path, file, "snippet", "pass\n", "0" * 16) for path in paths]


def test_plan_round_trip(tmp_path: Path) -> None:
    outcomes = [
        Outcome("mlp", "tf.keras", Status.PASS, warnings=("FutureWarning: soon",)),
        Outcome("mlp", "keras", Status.FAIL, Stage.FIT, "ValueError", "“no”"),
    ]
    plan = Plan(
        environment="tf215",
        root="/somewhere",
        stream=str(tmp_path / "stream.jsonl"),
        isolation="spawn",
        timeout=12.5,
        output_limit=1000,
        memory_limit=10000,
        paths=[PathSpec("tf.keras", "attribute"), PathSpec("keras", "from")],
        cells=planned("cases/model_build/mlp.yaml", "tf.keras", "keras"),
        cached=[("plot", "keras"), ("plot", "tf.keras")],
        expected={outcome.key: outcome for outcome in outcomes},
    )
    plan.write(str(tmp_path / "plan.json"))
    assert Plan.read(str(tmp_path / "plan.json")) == plan
    assert plan.preload == ["tensorflow"]


def test_cells_that_are_known_already_are_not_run_and_not_lost() -> None:
    mlp = planned("cases/model_build/mlp.yaml", "tf.keras", "keras")
    cells = [*mlp, *planned("cases/plot_model/plot.yml", "keras")]
    plan = Plan("tf215", "/", "stream", "fork", 1.0, 1, 1, [], cells)
    rest = plan.without([("plot", "keras"), ("mlp", "tf.keras")])
    assert rest.cells == mlp[1:]
    assert rest.cached == [("mlp", "tf.keras"), ("plot", "keras")]
    assert sorted(rest.all_cells()) == sorted(plan.all_cells())
    assert plan.all_cells() == [("mlp", "tf.keras"), ("mlp", "keras"), ("plot", "keras")]
    assert plan.without([]) == plan


def test_lines_come_back_in_order_and_as_they_were(tmp_path: Path) -> None:
    file = str(tmp_path / "stream.jsonl")
    lines = [{"record": {"n": n, "text": "two\nlines \u2028 \ud800 é"}} for n in range(3)]
    assert list(read_lines(file)) == []  # nobody has written yet
    for line in lines:
        append_line(file, line)
    assert list(read_lines(file)) == lines


@pytest.mark.parametrize("kept", range(1, len('{"n": 2}\n')))
def test_last_line_cut_at_any_byte_is_left_out(tmp_path: Path, kept: int) -> None:
    file = tmp_path / "stream.jsonl"
    append_line(str(file), {"n": 1})
    whole = file.stat().st_size
    append_line(str(file), {"n": 2})
    file.write_bytes(file.read_bytes()[: whole + kept])
    assert list(read_lines(str(file))) == [{"n": 1}]


@pytest.mark.parametrize("damage", [b"\n", b"}{\n", b"\xff\xfe{}\n", b"[1]\n", b"12\n", b'"text"\n'])
def test_lines_that_are_no_message_are_left_out(tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "stream.jsonl"
    file.write_bytes(b'{"n": 1}\n' + damage)
    append_line(str(file), {"n": 2})
    assert list(read_lines(str(file))) == [{"n": 1}, {"n": 2}]


def test_processes_that_append_at_once_do_not_mix(tmp_path: Path) -> None:
    file = str(tmp_path / "stream.jsonl")
    sent = [(file, {"n": n, "filler": chr(65 + n % 26) * 20_000}) for n in range(60)]
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        pool.starmap(append_line, sent, chunksize=1)
        pool.close()
        pool.join()
    received = sorted(read_lines(file), key=lambda line: int(line["n"]))
    assert received == [line for _, line in sent]
