"""The plan that goes in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from harness.contract.plan import PathSpec, Plan, PlannedCell
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
        paths=[PathSpec("tf.keras", "attribute", "tensorflow"), PathSpec("keras", "from", "keras")],
        cells=planned("cases/model_build/mlp.yaml", "tf.keras", "keras"),
        cached=[("plot", "keras"), ("plot", "tf.keras")],
        expected={outcome.key: outcome for outcome in outcomes},
        preload=["tensorflow"],
        loads=["keras"],
        folders=["KERAS_HOME"],
    )
    plan.write(str(tmp_path / "plan.json"))
    assert Plan.read(str(tmp_path / "plan.json")) == plan


def test_known_cells_are_cached_not_run() -> None:
    mlp = planned("cases/model_build/mlp.yaml", "tf.keras", "keras")
    cells = [*mlp, *planned("cases/plot_model/plot.yml", "keras")]
    plan = Plan("tf215", "/", "stream", "fork", 1.0, 1, 1, [], cells)
    rest = plan.without([("plot", "keras"), ("mlp", "tf.keras")])
    assert rest.cells == mlp[1:]
    assert rest.cached == [("mlp", "tf.keras"), ("plot", "keras")]
    assert sorted(rest.all_cells()) == sorted(plan.all_cells())
    assert plan.all_cells() == [("mlp", "tf.keras"), ("mlp", "keras"), ("plot", "keras")]
    assert plan.without([]) == plan


def test_each_process_outwaits_the_one_below() -> None:
    slow = PlannedCell("slow", "keras", "cases/model_build/slow.yaml", "model_build", "pass", "0" * 16, timeout=50.0)
    plan = Plan("tf215", "/", "stream", "fork", 20.0, 1, 1, [], [slow], patience=3.0)
    deadlines = plan.deadlines
    assert deadlines.cell == 20 + 50 + 3
    assert deadlines.server == 20 + 2 * deadlines.cell + 3
    assert deadlines.session == 2 * (600 + deadlines.server) + 3
    assert replace(plan, cells=[]).deadlines.cell == 20 + 20 + 3
