"""Every status, by real cells in both isolations."""

from __future__ import annotations

from pathlib import Path
from typing import Dict, Tuple

import pytest
from runner_projects import ISOLATIONS, Project, Ran, run_both, snippet

from harness.contract.records import CellKey, Outcome
from harness.contract.statuses import Stage, Status

Both = Dict[str, Tuple[Project, Ran]]

USE = """
    from KERAS.layers import Dense
    # build
    layer = Dense()
    # check
    assert layer.units == 4
"""
LAYERS = "class Dense:\n    units = 4\n"
PACKAGES = {
    "fakekeras/__init__.py": "",
    "fakekeras/layers.py": LAYERS,
    "nolayers/__init__.py": "",
    "noname/layers.py": "",
    "raising/__init__.py": "raise RuntimeError('half way')",
    "needing/__init__.py": "import nosuchdependency",
    "confusing/__init__.py": "",
    "confusing/inner.py": "import json\njson.inner",
    "tensorflow/__init__.py": "class keras:\n    class layers:\n        class Dense:\n            units = 4\n",
}
BY_PATH = {
    "fakekeras": (Status.PASS, None, None),
    "tf.keras": (Status.PASS, None, None),
    "nosuchkeras": (Status.ABSENT, Stage.PATH, "ModuleNotFoundError"),
    "fakekeras.nothere": (Status.ABSENT, Stage.PATH, "ModuleNotFoundError"),
    "fakekeras.nothere.deeper": (Status.ABSENT, Stage.PATH, "ModuleNotFoundError"),
    "tf.nothere": (Status.ABSENT, Stage.PATH, "AttributeError"),
    "nolayers": (Status.FAIL, Stage.IMPORT, "ModuleNotFoundError"),
    "noname": (Status.FAIL, Stage.IMPORT, "ImportError"),
    "tf.keras.layers": (Status.FAIL, Stage.IMPORT, "AttributeError"),
    "raising": (Status.FAIL, Stage.IMPORT, "RuntimeError"),
    "needing": (Status.FAIL, Stage.IMPORT, "ModuleNotFoundError"),
    "confusing.inner": (Status.FAIL, Stage.IMPORT, "AttributeError"),
}
FALLBACK = """
    try:
        from KERAS.layers import Dense
    except ImportError:
        from fakekeras.layers import Dense
    # check
    assert Dense.units == 4
"""
MARK = "import os\nopen(os.environ['RUNNER_TEST'] + '/ran', 'w').close()"
CASES = {
    "use": snippet(USE, *BY_PATH),
    "fallback": snippet(FALLBACK, "nosuchkeras", "fakekeras.nothere", "raising"),
    "raises": snippet("# build\nraise ValueError('units must be positive')"),
    "asserts": snippet("assert 1 == 2, 'one is not two'"),
    "exits": snippet("# fit\nraise SystemExit(3)"),
    "does-not-compile": snippet("assert KERAS\nreturn 1"),
    "sleeps": snippet("# fit\nimport time\ntime.sleep(60)", timeout=0.5),
    "sleeps-on": snippet(
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)", timeout=0.5
    ),
    "skipped": snippet(MARK, skip="nobody needs it"),
    "unmet": snippet(MARK, requires=["graphviz"]),
}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    folder = tmp_path_factory.mktemp("statuses")
    return run_both(folder, CASES, packages=PACKAGES, environment={"PATH": str(folder)})


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("path", BY_PATH)
def test_whether_a_path_is_there_and_what_it_lacks(both: Both, isolation: str, path: str) -> None:
    outcome = both[isolation][1].outcome("use", path)
    assert (outcome.status, outcome.stage, outcome.error) == BY_PATH[path]


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_an_absent_path_says_what_was_not_found(both: Both, isolation: str) -> None:
    ran = both[isolation][1]
    assert ran.outcome("use", "nosuchkeras").message == "No module named 'nosuchkeras'"
    assert ran.outcome("use", "fakekeras.nothere").message == "No module named 'fakekeras.nothere'"
    assert ran.outcome("use", "tf.nothere").message == "module 'tensorflow' has no attribute 'nothere'"
    assert ran.outcome("use", "needing").message == "No module named 'nosuchdependency'"


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("path", CASES["fallback"].paths)
def test_a_script_that_can_do_without_the_path_passes(both: Both, isolation: str, path: str) -> None:
    outcome = both[isolation][1].outcome("fallback", path)
    expected = Status.FAIL if path == "raising" else Status.PASS  # only an ImportError is caught
    assert outcome.status is expected, outcome


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_fail_has_its_stage_error_and_message(both: Both, isolation: str) -> None:
    ran = both[isolation][1]
    expected = Outcome("raises", "json", Status.FAIL, Stage.BUILD, "ValueError", "units must be positive")
    assert ran.outcome("raises") == expected
    traceback = ran.record("raises").traceback or ""
    assert traceback.startswith("Traceback") and "raises.py" in traceback and "must be positive" in traceback
    assert "harness" not in traceback
    asserted = ran.outcome("asserts")
    assert (asserted.stage, asserted.error, asserted.message) == (Stage.CALL, "AssertionError", "one is not two")
    refused = ran.outcome("does-not-compile")
    assert (refused.status, refused.stage, refused.error) == (Status.FAIL, Stage.IMPORT, "SyntaxError")


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize(("case", "stage"), [("sleeps", Stage.FIT), ("sleeps-on", Stage.CALL)])
def test_a_cell_is_stopped_at_its_time_limit(both: Both, isolation: str, case: str, stage: Stage) -> None:
    record = both[isolation][1].record(case)
    assert record.outcome == Outcome(case, "json", Status.TIMEOUT, stage, None, "stopped at the time limit")
    assert 0.5 <= record.seconds < 5


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_what_is_not_to_run_is_recorded_and_not_run(both: Both, isolation: str) -> None:
    project, ran = both[isolation]
    assert ran.outcome("skipped") == Outcome("skipped", "json", Status.SKIP, message="nobody needs it")
    unmet = ran.outcome("unmet")
    assert unmet.status is Status.UNMET and unmet.stage is None
    assert unmet.message == "graphviz is not on this machine: no dot on the PATH"
    assert not (project.root / "ran").exists()


def test_a_cell_runs_where_its_prerequisite_is_there(tmp_path: Path) -> None:
    dot = tmp_path / "dot"
    dot.write_text("#!/bin/sh\n", encoding="utf-8")
    dot.chmod(0o755)
    project = Project(tmp_path, {"unmet": CASES["unmet"]}, environment={"PATH": str(tmp_path)})
    assert project.run().outcome("unmet").status is Status.PASS
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_fault_of_the_harness_is_an_error_of_that_cell(tmp_path: Path, isolation: str) -> None:
    no_more_room = "import os, shutil\nshutil.rmtree(os.environ['TMPDIR'])"
    cases = {"a": snippet(no_more_room), "b": snippet(""), "c": snippet("", skip="not needed")}
    ran = Project(tmp_path, cases, isolation=isolation).run()
    assert [ran.outcome(case).status for case in "abc"] == [Status.PASS, Status.ERROR, Status.SKIP]
    assert ran.outcome("b").error == "FileNotFoundError"
    assert ran.code == 1 and len(ran.recorded) == 3


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("key", [(name, path) for name in ("use", "fallback", "raises", "exits", "does-not-compile") for path in CASES[name].paths])
def test_the_script_run_by_hand_agrees(both: Both, isolation: str, key: CellKey) -> None:
    project, ran = both[isolation]
    assert (project.by_hand(*key) == 0) == (ran.outcomes[key].status is Status.PASS)


def test_both_isolations_give_the_same_outcomes(both: Both) -> None:
    assert both["fork"][1].outcomes == both["spawn"][1].outcomes
    assert both["fork"][1].recorded == both["spawn"][1].recorded


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_nothing_is_left_behind(both: Both, isolation: str) -> None:
    assert both[isolation][0].all_ended()
    assert both[isolation][0].temporary == []
