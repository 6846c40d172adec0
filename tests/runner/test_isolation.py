"""What a cell sees, in both isolations: a plain interpreter, and nothing of the harness or of other cells."""

from __future__ import annotations

import pytest

from harness.contract.statuses import Status
from tests.support.runner_projects import ISOLATIONS, Both, run_both, snippet

# Scripts that assert what a plain script may rely on. They run in the order of their names.
PLAIN = {
    "a-marks-a-module": """
        import KERAS
        import os
        # call
        KERAS.marker = os.environ["MARK"] = "here"
        assert KERAS
    """,
    "b-sees-no-mark": """
        import KERAS
        import os
        # call
        assert not hasattr(KERAS, "marker") and "MARK" not in os.environ
    """,
    "main": "import sys\nassert __name__ == '__main__' and sys.modules['__main__'].__dict__ is globals()",
    "file": "import os, sys\nassert __file__ == os.path.join(os.getcwd(), 'file.py') and sys.argv == [__file__]",
    "script-folder": """
        import os, sys
        assert sys.path[0] == os.getcwd() and [n for n in os.listdir(".") if n[0] != "."] == ["script-folder.py"]
    """,
    "builtins": "import builtins\nassert __builtins__ is builtins",
    "source": "import inspect\ndef f():\n    return 1\nassert inspect.getsource(f) == 'def f():\\n    return 1\\n'",
    "no-harness": "try:\n    import harness\nexcept ImportError:\n    harness = None\nassert harness is None",
    "no-harness-modules": "import sys\nassert [name for name in sys.modules if name.startswith('harness')] == []",
    "no-harness-on-path": """
        import os, sys
        assert not any(os.path.exists(os.path.join(entry, "harness", "runner")) for entry in sys.path), sys.path
    """,
    "no-variables": "import os\nassert [n for n in os.environ if n.startswith(('PYTHON', 'PYTEST'))] == []",
    "no-double-entries": "import sys\nassert len(set(sys.path)) == len(sys.path) and '' not in sys.path, sys.path",
    "no-input": "import sys\nassert sys.stdin.read() == ''",
    "own-session": "import os\nassert os.getsid(0) == os.getpgid(0) == os.getpid()",
    "one-thread": "import threading\nassert threading.active_count() == 1 and threading.main_thread().is_alive()",
    "future": """
        from __future__ import annotations
        import KERAS
        # build
        def f(x: nosuchname) -> nosuchname:
            return KERAS
        # check
        def g(x: nosuchname) -> int:
            return 1
        assert f(1) and g(1)
    """,
    "pool": """
        from concurrent.futures import ThreadPoolExecutor
        pool = ThreadPoolExecutor(2)
        assert pool.submit(int, "7").result() == 7
    """,
    "temporary": """
        import os, tempfile
        left = tempfile.mkdtemp()
        open(os.path.join(left, "left"), "w").close()
        assert os.path.isdir(left)
    """,
    "forks": "import os, sys\nif os.fork() == 0:\n    sys.exit()\nassert os.wait()[1] == 0",
    "filters": """
        import KERAS
        import warnings
        # build
        warnings.simplefilter("error")
        # call
        try:
            warnings.warn("old", DeprecationWarning)
            raise AssertionError("the filter is forgotten")
        except DeprecationWarning:
            assert KERAS
    """,
    "json": """
        import KERAS
        # call
        assert KERAS.loads("[1]") == [1]
    """,
}
NOT_BY_HAND = (
    "own-session",
    "no-variables",  # the tests need one
    "json",  # a script of that name imports itself; the harness must not, when it starts in its folder
    "no-harness",  # nor these where the harness is installed in the environment itself, as it is for its developers
    "no-harness-on-path",
)
WARNINGS = """
    import KERAS
    import warnings
    warnings.warn("while importing", DeprecationWarning)
    # build
    for text in ("old name", "another", "old name"):
        warnings.warn(text, DeprecationWarning)
    warnings.warn("the user's own", UserWarning)
    # check
    warnings.warn("changes soon", FutureWarning)
    assert KERAS
"""
STAGES = """
    import KERAS
    import time
    # build
    time.sleep(0.1)
    # fit
    print("twenty epochs")
    # build
    time.sleep(0.1)
    # check
    assert KERAS, "nothing"
"""
CASES = {name: snippet(code) for name, code in PLAIN.items()}
CASES["warnings"] = snippet(WARNINGS)
CASES["warns-and-fails"] = snippet(WARNINGS.replace("assert KERAS", "assert not KERAS"))
CASES["stages"] = snippet(STAGES)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    return run_both(tmp_path_factory.mktemp("isolation"), CASES)


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("name", PLAIN)
def test_a_cell_is_like_a_plain_script(both: Both, isolation: str, name: str) -> None:
    record = both.ran[isolation].record(name)
    assert record.outcome.status is Status.PASS, (record.outcome, record.traceback)


@pytest.mark.parametrize("name", [name for name in PLAIN if name not in NOT_BY_HAND])
def test_a_plain_script_is_like_that(both: Both, name: str) -> None:
    """So that the table above claims nothing that Python does not give."""
    assert both.project["fork"].by_hand(name, "json") == 0


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("name", ["warnings", "warns-and-fails"])
def test_later_warnings_are_sorted_and_kept_once(both: Both, isolation: str, name: str) -> None:
    outcome = both.ran[isolation].outcome(name)
    assert outcome.status is (Status.FAIL if name == "warns-and-fails" else Status.PASS)
    kept = ("DeprecationWarning: another", "DeprecationWarning: old name", "FutureWarning: changes soon")
    assert outcome.warnings == kept


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_stage_seconds_memory_and_output_are_recorded(both: Both, isolation: str) -> None:
    record = both.ran[isolation].record("stages")
    assert list(record.stage_seconds) == ["import", "build", "fit", "check"]
    assert 0.2 <= record.stage_seconds["build"] <= record.seconds
    assert all(seconds >= 0 for seconds in record.stage_seconds.values())
    assert record.output == "twenty epochs\n"
    assert record.memory_kib > 1000


def test_both_isolations_give_the_same_outcomes(both: Both) -> None:
    assert both.agree


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_nothing_is_left_behind(both: Both, isolation: str) -> None:
    assert both.project[isolation].all_ended()
    assert both.project[isolation].temporary == []
