"""A path that is not there: found out once, and by each cell that may do without it."""

from __future__ import annotations

import pytest

from harness.contract.statuses import Stage, Status
from tests.support.runner_projects import ISOLATIONS, Both, run_both, snippet

IMPORTS = "import KERAS\n# call\nassert KERAS"
CASES = {
    "a-first": snippet(IMPORTS, "nosuchkeras", "nosuchkeras.layers", "json"),
    "b-second": snippet("import json\nfrom KERAS.layers import Dense\n# call\nassert Dense", "nosuchkeras"),
    "c-third": snippet(IMPORTS, "nosuchkeras", "nosuchkeras.layers"),
    "d-does-without": snippet(
        "try:\n    import KERAS\nexcept ImportError:\n    KERAS = None\n# call\nassert KERAS is None", "nosuchkeras"
    ),
    "e-leaves-before": snippet("import os\nos._exit(3)\nimport KERAS\n# call\nassert KERAS", "nosuchkeras"),
    "f-makes-it": snippet(
        "import sys, types\nsys.modules['nosuchkeras'] = types.ModuleType('x')\nimport KERAS\n# call\nassert KERAS",
        "nosuchkeras",
    ),
    "g-broken": snippet(IMPORTS, "broken"),
    "h-broken": snippet(IMPORTS, "broken"),
}
PACKAGES = {"broken/__init__.py": "import time\ntime.sleep(0.05)\nimport nosuchmodule\n"}
SAME = [("a-first", "nosuchkeras"), ("b-second", "nosuchkeras"), ("c-third", "nosuchkeras")]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    return run_both(tmp_path_factory.mktemp("absent"), CASES, packages=PACKAGES)


def test_absent_path_cells_give_same_outcome(both: Both) -> None:
    for isolation in ISOLATIONS:
        for key in [*SAME, ("a-first", "nosuchkeras.layers"), ("c-third", "nosuchkeras.layers")]:
            outcome = both.ran[isolation].outcomes[key]
            assert (outcome.status, outcome.stage) == (Status.ABSENT, Stage.PATH)
            assert (outcome.error, outcome.message) == ("ModuleNotFoundError", "No module named 'nosuchkeras'")
        assert both.ran[isolation].outcome("a-first").status is Status.PASS


def test_a_fork_finds_it_out_once(both: Both) -> None:
    records = both.ran["fork"].records
    assert [records[key].seconds > 0 for key in SAME] == [True, False, False]
    assert all(both.ran["spawn"].records[key].seconds > 0 for key in SAME)


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_cells_independent_of_absent_path_run(both: Both, isolation: str) -> None:
    ran = both.ran[isolation]
    assert ran.outcome("d-does-without", "nosuchkeras").status is Status.PASS
    assert ran.outcome("e-leaves-before", "nosuchkeras").status is Status.CRASH
    assert ran.outcome("f-makes-it", "nosuchkeras").status is Status.PASS


def test_every_cell_tries_a_broken_path(both: Both) -> None:
    for name in ("g-broken", "h-broken"):
        record = both.ran["fork"].record(name, "broken")
        assert record.outcome.status is Status.FAIL
        assert record.seconds > 0.05


def test_both_isolations_give_the_same(both: Both) -> None:
    assert both.agree
