"""Every status, by real cells in both isolations."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.contract.records import CellKey, Outcome
from harness.contract.statuses import Stage, Status
from tests.support.runner_projects import FOLDER, ISOLATIONS, Both, Project, run_both, snippet

USE = """
    from KERAS.layers import Dense
    # build
    layer = Dense()
    # check
    assert layer.units == 4
"""
LAYERS = "class Dense:\n    units = 4\n"
THREADED = """
import queue, threading
asked, answered = queue.Queue(), queue.Queue()
threading.Thread(target=lambda: answered.put(asked.get() + 1), daemon=True).start()
"""
PACKAGES = {
    "fakekeras/__init__.py": "",
    "fakekeras/layers.py": LAYERS,
    "nolayers/__init__.py": "",
    "noname/layers.py": "",
    "raising/__init__.py": "raise RuntimeError('half way')",
    "needing/__init__.py": "import nosuchdependency",
    "confusing/__init__.py": "",
    "confusing/inner.py": "import json\njson.inner",
    "helper/__init__.py": "help = 'there'",
    "helped/__init__.py": "from helper import help",
    "dying/__init__.py": "import os\nos.abort()",
    "threaded/__init__.py": THREADED,
    "looking/__init__.py": "import os\nflag = os.environ.get('FLAG')",
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
    "dying": (Status.CRASH, Stage.IMPORT, "SIGABRT"),
}
FALLBACK = """
    try:
        from KERAS.layers import Dense
    except ImportError:
        from fakekeras.layers import Dense
    # check
    assert Dense.units == 4
"""
ASKS = """
    import KERAS
    # call
    KERAS.asked.put(1)
    assert KERAS.answered.get(timeout=5) == 2
"""
SETS = """
    import os
    os.environ["FLAG"] = "up"
    import KERAS
    # call
    assert KERAS.flag == "up"
"""
IMPORTS_LATE = """
    import os
    def look():
        import KERAS as path
        return path.flag
    # call
    os.environ["FLAG"] = "up"
    assert look() == "up"
"""
MARK = "import os\nopen(os.environ['RUNNER_TEST'] + '/ran', 'w').close()"
CASES = {
    "use": snippet(USE, *BY_PATH),
    "fallback": snippet(FALLBACK, "nosuchkeras", "fakekeras.nothere", "raising"),
    "helper": snippet("", "helped"),  # a name that `helped` imports
    "asks-a-thread": snippet(ASKS, "threaded"),
    "sets-a-variable": snippet(SETS, "looking"),
    "imports-late": snippet(IMPORTS_LATE, "looking"),
    "raises": snippet("# build\nraise ValueError('units must be positive')"),
    "asserts": snippet("assert 1 == 2, 'one is not two'"),
    "exits": snippet("# fit\nraise SystemExit(3)"),
    "does-not-compile": snippet(  # under the path json alone
        "import KERAS\n# call\nassert KERAS\ndef f():\n    KERAS.x\n    global json"
    ),
    "sleeps": snippet("# fit\nimport time\ntime.sleep(60)", timeout=0.5),
    "sleeps-on": snippet(
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)", timeout=0.5
    ),
    "skipped": snippet(MARK, skip="nobody needs it"),
    "unmet": snippet(MARK, requires=["graphviz"]),
    "lacks-a-package": snippet(MARK, packages=["no.such_package"]),
    "has-a-package": snippet("assert True", packages=["PyTest"]),
    "gets-a-file": snippet("import sys\nassert open(sys.argv[1]).read()[:5] == '# use'", given=FOLDER + "use.yaml"),
    "gets-a-folder": snippet("import os, sys\nassert 'sitecustomize.py' in os.listdir(sys.argv[1])", given="start"),
    "unmet-at-plot": snippet(f"# plot\n{MARK}", "json", "nosuchkeras", "raising", requires=["graphviz"]),
    "fails-before-plot": snippet(f"# build\nassert 1 == 2, 'x'\n# plot\n{MARK}", requires=["graphviz"]),
}

BY_HAND = (
    "use",
    "helper",
    "fallback",
    "asks-a-thread",
    "sets-a-variable",
    "imports-late",
    "raises",
    "exits",
    "does-not-compile",
)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    folder = tmp_path_factory.mktemp("statuses")
    return run_both(folder, CASES, packages=PACKAGES, environment={"PATH": str(folder)})


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("path", BY_PATH)
def test_path_presence_and_missing_parts_decide_status(both: Both, isolation: str, path: str) -> None:
    outcome = both.ran[isolation].outcome("use", path)
    assert (outcome.status, outcome.stage, outcome.error) == BY_PATH[path]


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_absent_path_names_the_missing_module(both: Both, isolation: str) -> None:
    ran = both.ran[isolation]
    assert ran.outcome("use", "nosuchkeras").message == "No module named 'nosuchkeras'"
    assert ran.outcome("use", "fakekeras.nothere").message == "No module named 'fakekeras.nothere'"
    assert ran.outcome("use", "tf.nothere").message == "module 'tensorflow' has no attribute 'nothere'"
    assert ran.outcome("use", "needing").message == "No module named 'nosuchdependency'"


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("path", CASES["fallback"].paths)
def test_script_coping_without_the_path_passes(both: Both, isolation: str, path: str) -> None:
    outcome = both.ran[isolation].outcome("fallback", path)
    expected = Status.FAIL if path == "raising" else Status.PASS  # only an ImportError is caught
    assert outcome.status is expected, outcome


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_fail_records_stage_error_and_message(both: Both, isolation: str) -> None:
    ran = both.ran[isolation]
    expected = Outcome("raises", "json", Status.FAIL, Stage.BUILD, "ValueError", "units must be positive")
    assert ran.outcome("raises") == expected
    traceback = ran.record("raises").traceback or ""
    assert traceback.startswith("Traceback")
    assert [word in traceback for word in ("raises.py", "must be positive", "harness")] == [True, True, False]
    asserted = ran.outcome("asserts")
    assert (asserted.stage, asserted.error, asserted.message) == (Stage.CALL, "AssertionError", "one is not two")
    refused = ran.outcome("does-not-compile")
    assert (refused.status, refused.stage, refused.error) == (Status.FAIL, Stage.IMPORT, "SyntaxError")


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize(("case", "stage"), [("sleeps", Stage.FIT), ("sleeps-on", Stage.CALL)])
def test_cell_is_stopped_at_its_time_limit(both: Both, isolation: str, case: str, stage: Stage) -> None:
    record = both.ran[isolation].record(case)
    assert record.outcome == Outcome(case, "json", Status.TIMEOUT, stage, None, "stopped at the time limit")
    assert 0.5 <= record.seconds < 5


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_path_that_hangs_is_stopped_too(tmp_path: Path, isolation: str) -> None:
    hanging = {"hanging/__init__.py": "import time\ntime.sleep(60)"}
    cases = {"hangs": snippet("", "hanging", timeout=0.5)}
    record = Project(tmp_path, cases, hanging, isolation=isolation, timeout=1.0).run().record("hangs", "hanging")
    assert (record.outcome.status, record.outcome.stage) == (Status.TIMEOUT, Stage.IMPORT)


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_imports_are_outside_the_case_limit(tmp_path: Path, isolation: str) -> None:
    slow = {"slow/__init__.py": "import time\ntime.sleep(1.5)"}
    cases = {
        "a": snippet("", "slow", timeout=1.0),
        "b": snippet("# fit\nimport time\ntime.sleep(60)", "slow", timeout=1),
    }
    ran = Project(tmp_path, cases, slow, isolation=isolation).run()
    assert ran.outcome("a", "slow").status is Status.PASS
    assert (ran.outcome("b", "slow").status, ran.outcome("b", "slow").stage) == (Status.TIMEOUT, Stage.FIT)
    if isolation == "fork":  # the path's process has imported it all the same
        assert ran.record("b", "slow").stage_seconds["import"] < 1


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_script_shadows_a_module_of_its_name(both: Both, isolation: str) -> None:
    outcome = both.ran[isolation].outcome("helper", "helped")
    assert (outcome.status, outcome.stage, outcome.error) == (Status.FAIL, Stage.IMPORT, "ImportError")


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize(
    ("case", "path"), [("asks-a-thread", "threaded"), ("sets-a-variable", "looking"), ("imports-late", "looking")]
)
def test_effects_of_importing_path_reach_the_cell(both: Both, isolation: str, case: str, path: str) -> None:
    record = both.ran[isolation].record(case, path)
    assert record.outcome.status is Status.PASS, record.traceback


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("case", ["has-a-package", "gets-a-file", "gets-a-folder"])
def test_script_gets_what_it_was_given(both: Both, isolation: str, case: str) -> None:
    record = both.ran[isolation].record(case)
    assert record.outcome.status is Status.PASS, record.traceback


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_skipped_and_unmet_cells_are_only_recorded(both: Both, isolation: str) -> None:
    project, ran = both.project[isolation], both.ran[isolation]
    assert ran.outcome("skipped") == Outcome("skipped", "json", Status.SKIP, message="nobody needs it")
    message = "no dot on the PATH: apt-get install graphviz"
    assert ran.outcome("unmet") == Outcome("unmet", "json", Status.UNMET, message=message)
    assert ran.outcome("unmet-at-plot") == Outcome("unmet-at-plot", "json", Status.UNMET, message=message)
    assert ran.outcome("lacks-a-package").message == "no package no.such_package in this environment"
    assert not (project.root / "ran").exists()


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize(
    ("case", "path", "status", "stage"),
    [
        ("unmet-at-plot", "nosuchkeras", Status.ABSENT, Stage.PATH),
        ("unmet-at-plot", "raising", Status.FAIL, Stage.IMPORT),
        ("fails-before-plot", "json", Status.FAIL, Stage.BUILD),
    ],
)
def test_ends_before_missing_prerequisite_is_needed(
    both: Both, isolation: str, case: str, path: str, status: Status, stage: Stage
) -> None:
    outcome = both.ran[isolation].outcome(case, path)
    assert (outcome.status, outcome.stage) == (status, stage)


def test_cell_runs_with_its_prerequisite_present(tmp_path: Path) -> None:
    dot = tmp_path / "dot"
    dot.write_text("#!/bin/sh\n", encoding="utf-8")
    dot.chmod(0o755)
    project = Project(tmp_path, {"unmet": CASES["unmet"]}, environment={"PATH": str(tmp_path)})
    assert project.run().outcome("unmet").status is Status.PASS
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_harness_fault_is_error_of_one_cell(tmp_path: Path, isolation: str) -> None:
    no_more_room = "import os, shutil\nshutil.rmtree(os.environ['RUNNER_TEST'] + '/tmp')"
    cases = {"a": snippet(no_more_room), "b": snippet(""), "c": snippet("", skip="not needed")}
    ran = Project(tmp_path, cases, isolation=isolation).run()
    assert [ran.outcome(case).status for case in "abc"] == [Status.ERROR, Status.ERROR, Status.SKIP]
    assert {ran.outcome(case).error for case in "ab"} == {"FileNotFoundError"}
    assert ran.recorded == [("a", "json"), ("b", "json"), ("c", "json")]


@pytest.mark.parametrize(
    "key",
    [(name, path) for name in BY_HAND for path in CASES[name].paths],
)
def test_the_script_run_by_hand_agrees(both: Both, key: CellKey) -> None:
    project, ran = both.project["spawn"], both.ran["spawn"]
    assert (project.by_hand(*key) == 0) == (ran.outcomes[key].status is Status.PASS)


def test_both_isolations_give_the_same_outcomes(both: Both) -> None:
    assert both.agree


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_nothing_is_left_behind(both: Both, isolation: str) -> None:
    assert both.project[isolation].all_ended()
    assert both.project[isolation].temporary == []
