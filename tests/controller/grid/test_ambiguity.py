from __future__ import annotations

from dataclasses import replace

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from tests.support.tiny_project import TinyProject, make_column

FILE = "cases/snippet/version.yaml"
TWO = "assert len([]) == 1, len([])\n  assert max(0, 0) > 1, max(0, 0)"
NAMED = 'assert len([]) == 1, f"len([]) is {len([])}"\n  assert max(0, 0) > 1, max(0, 0)'
SILENT = "assert len([]) == 1\n  assert max(0, 0) > 1"
SAME_TEXT = 'assert len([]) == 1, "not so"\n  assert max(0, 0) > 1, "not so"'
OTHER_TEXT = 'assert len([]) == 1, "not one"\n  assert max(0, 0) > 1, "not above one"'
OF_CLASS = "assert isinstance(0, str), type(0)\n  assert issubclass(int, str), int"


def validate(project: TinyProject, checks: str, *failed: Outcome) -> tuple[int, str]:
    """Give the case `version` these checks and results; validate."""
    project.edit(FILE, '# call\n  assert keras.__version__ == "2.15.0", keras.__version__', f"# check\n  {checks}")
    project.keep("results", make_column(*failed))
    done = project.run("validate")
    return done.returncode, done.stderr


def failure(message: str | None, error: str = "AssertionError", stage: Stage = Stage.CHECK) -> Outcome:
    return Outcome("version", "tf.keras", Status.FAIL, stage, error, message)


@pytest.mark.parametrize(
    ("checks", "message", "shown"),
    [
        (TWO, "0", "AssertionError: 0"),
        (TWO, "[]", "AssertionError: []"),
        (SILENT, None, "AssertionError"),
        (SAME_TEXT, "not so", "AssertionError: not so"),
    ],
)
def test_failure_of_several_assertions_is_ambiguous(
    project: TinyProject, checks: str, message: str | None, shown: str
) -> None:
    fault = f"2 assertions could have failed with '{shown}' (tf215 tf.keras): use `holds`, or name the expression in"
    assert validate(project, checks, failure(message)) == (2, f"{FILE}:1: {fault} the message\n")


@pytest.mark.parametrize(
    ("checks", "outcome"),
    [
        (NAMED, failure("0")),
        (NAMED, failure("len([]) is 0")),
        (OTHER_TEXT, failure("not one")),
        (OF_CLASS, failure("<class 'int'>")),
        (SILENT, failure("0")),
        (TWO, failure("Not equal to tolerance rtol=1e-05")),
        (TWO, failure("0", error="KeyError")),
        (TWO, failure("0", stage=Stage.CALL)),
        (TWO, Outcome("version", "tf.keras", Status.PASS)),
    ],
)
def test_failure_of_one_assertion_is_valid(project: TinyProject, checks: str, outcome: Outcome) -> None:
    assert validate(project, checks, outcome) == (0, "")


def test_each_ambiguous_case_is_reported_once(project: TinyProject) -> None:
    code, error = validate(project, TWO, failure("0"), replace(failure("[]"), path="keras"))
    assert (code, error.count("\n")) == (2, 1)
