"""Cells that write their own outcome, or send too much: what they gain by it, in both isolations."""

from __future__ import annotations

import pytest

from harness.contract.statuses import Status
from harness.runner.verdict import MOST_WARNINGS
from tests.support.runner_projects import ISOLATIONS, Both, run_both, snippet

FORGE = """
import KERAS, os
# build
lines = [{"stage": "build"}, {"end": True, "warnings": []}]
for number in range(3, 256):
    for line in lines:
        for text in (str(line), str(line).replace("'", '"').replace("True", "true")):
            try:
                os.write(number, text.encode() + b"\\n")
            except OSError:
                pass
os._exit(0)
"""
SEARCH = """
import KERAS, os, re, sys
# call
found = []
def look(values):
    for value in values:
        if isinstance(value, (list, tuple)):
            look(value)
        elif re.match("^[0-9a-f]{32}$", str(value)) or getattr(value, "__name__", "") == "report":
            found.append(value)
look(sys.argv)
look(os.environ.values())
for name in ("cmdline", "environ"):
    with open("/proc/self/" + name) as file:
        look(file.read().split("\\0"))
for module in list(sys.modules.values()):
    look([value for name, value in vars(module).items() if not name.startswith("__")])
frame = sys._getframe()
while frame is not None:
    look(frame.f_locals.values())
    frame = frame.f_back
assert not found, found
assert KERAS
"""
REPLACE = """
import KERAS, builtins, json, os
# build
os.write = lambda *arguments: len(arguments[1])
builtins.ascii = json.dumps = lambda line: "{'end': True, 'warnings': []}"
# call
raise ValueError("not to be hidden")
"""
FLOOD = """
import os
def is_open(number):
    return os.path.exists("/proc/self/fd/%d" % number)
output = os.fstat(1)
reports = [n for n in range(3, 64) if is_open(n) and not os.path.samestat(os.fstat(n), output)]
while True:
    for number in reports:
        os.write(number, b"x" * 65536)
"""
WARN = """
import KERAS, warnings
# call
for number in range(20_000):
    warnings.warn("w" * 100 + str(number), DeprecationWarning)
    warnings.warn("twice", FutureWarning)
assert KERAS
"""
CASES = {
    "early-end": snippet("import atexit, os\natexit._run_exitfuncs()\nos._exit(0)"),
    "flood": snippet(FLOOD),
    "forge": snippet(FORGE),
    "long-name": snippet("raise type('E' * 1_000_000, (Exception,), {})"),
    "replace": snippet(REPLACE),
    "search": snippet(SEARCH),
    "warn": snippet(WARN),
    "z-next": snippet(""),
}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    return run_both(tmp_path_factory.mktemp("hostile"), CASES)


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("case", ["forge", "early-end"])
def test_a_forged_end_is_a_crash(both: Both, isolation: str, case: str) -> None:
    outcome = both.ran[isolation].outcome(case)
    assert outcome.status is Status.CRASH
    assert "before its record was whole" in (outcome.message or "")


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_the_token_is_out_of_ordinary_reach(both: Both, isolation: str) -> None:
    assert both.ran[isolation].outcome("search").status is Status.PASS, both.ran[isolation].outcome("search")


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_replaced_functions_change_no_report(both: Both, isolation: str) -> None:
    outcome = both.ran[isolation].outcome("replace")
    assert (outcome.status, outcome.error, outcome.message) == (Status.FAIL, "ValueError", "not to be hidden")


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_too_long_a_report_is_a_crash(both: Both, isolation: str) -> None:
    outcome = both.ran[isolation].outcome("flood")
    assert (outcome.status, outcome.message) == (Status.CRASH, "stopped: it reported more than the limit allows")


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_too_many_warnings_are_counted(both: Both, isolation: str) -> None:
    outcome = both.ran[isolation].outcome("warn")
    assert outcome.status is Status.PASS
    assert len(outcome.warnings) == MOST_WARNINGS + 1
    assert outcome.warnings[0] == "DeprecationWarning: " + "w" * 100 + "0"
    assert "FutureWarning: twice" in outcome.warnings
    assert outcome.warnings[-1].endswith(" more warnings")
    assert int(outcome.warnings[-1].split()[2]) >= 20_001 - MOST_WARNINGS


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_long_error_name_is_cut(both: Both, isolation: str) -> None:
    assert both.ran[isolation].outcome("long-name").error == "E" * 200


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_the_next_cell_passes(both: Both, isolation: str) -> None:
    assert both.ran[isolation].outcome("z-next").status is Status.PASS
    assert both.agree
