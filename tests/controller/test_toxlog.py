from __future__ import annotations

import pytest

from harness.controller.toxlog import LONGEST, ending

UV = "/home/me/grid/.venv/bin/uv"

NO_INTERPRETER = f"""\
tf115: venv> {UV} venv -p cpython3.99 --allow-existing '--prompt=grid[tf115]' --python-preference system .tox/tf115
\x1b[31merror: No interpreter found for CPython 3.99 in search path or managed installations

hint: uv embeds available Python downloads.
\x1b[39mtf115: exit 2 (0.62 seconds) /home/me/grid> {UV} venv -p cpython3.99 --allow-existing pid=28921
  tf115: FAIL code 2 (0.62 seconds)
  evaluation failed :( (0.73 seconds)
"""

NO_LOCK = f"""\
tf115: venv> {UV} venv -p /usr/bin/python3.11 --allow-existing '--prompt=grid[tf115]' .tox/tf115
tf115: failed with Could not open requirements file locks/tf115.txt: [Errno 2] No such file or directory
  tf115: FAIL code 1 (0.08 seconds)
  evaluation failed :( (0.37 seconds)
"""

WRONG_HASH = f"""\
tf115: venv> {UV} venv -p /usr/bin/python3.11 --allow-existing '--prompt=grid[tf115]' .tox/tf115
tf115: install_deps> {UV} pip install --no-deps --require-hashes --compile-bytecode -r locks/tf115.txt
\x1b[0;31mUsing Python 3.11.2 environment at: .tox/tf115
Resolved 1 package in 73ms
Downloading tensorflow-cpu (197.6MiB)
error: Failed to download `tensorflow-cpu==2.15.1`
  cause: Hash mismatch for `tensorflow-cpu==2.15.1`

         Expected:
           sha256:526a04ea
\x1b[39mtf115: exit 1 (11.66 seconds) /home/me/grid> {UV} pip install --no-deps --require-hashes pid=30186
  tf115: FAIL code 1 (11.66 seconds)
  evaluation failed :( (11.89 seconds)
"""

OLDER_UV = f"""\
tf115: install_deps> {UV} pip install --no-deps --require-hashes --compile-bytecode -r locks/tf115.txt
Using Python 3.11.2 environment at: .tox/tf115
  × No solution found when resolving dependencies:
  ╰─▶ Because there is no version of tensorflow==2.15.99, your requirements are unsatisfiable.
tf115: exit 1 (0.11 seconds) /home/me/grid> {UV} pip install --no-deps pid=30356
  tf115: FAIL code 1 (0.12 seconds)
  evaluation failed :( (0.23 seconds)
"""


NOT_INSTALLED = f"""\
tf115: install_deps> {UV} pip install --no-deps --require-hashes --compile-bytecode -r locks/tf115.txt
tf115: commands[0]> .venv/bin/python3 -m harness.controller.column --isolation fork
tf115: tensorflow is not installed in .tox/tf115
tf115: exit 3 (0.31 seconds) /home/me/grid> .venv/bin/python3 -m harness.controller.column pid=30157
  tf115: FAIL code 3 (0.43=setup[0.12]+cmd[0.31] seconds)
  evaluation failed :( (0.57 seconds)
"""


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        (
            NO_INTERPRETER,
            "venv: error: No interpreter found for CPython 3.99 in search path or managed installations"
            " hint: uv embeds available Python downloads.",
        ),
        (NO_LOCK, "tox: Could not open requirements file locks/tf115.txt: [Errno 2] No such file or directory"),
        (
            WRONG_HASH,
            "install_deps: error: Failed to download `tensorflow-cpu==2.15.1`"
            " cause: Hash mismatch for `tensorflow-cpu==2.15.1` Expected: sha256:526a04ea",
        ),
        (
            OLDER_UV,
            "install_deps: × No solution found when resolving dependencies:"
            " ╰─▶ Because there is no version of tensorflow==2.15.99, your requirements are unsatisfiable.",
        ),
        (NOT_INSTALLED, "commands[0]: tensorflow is not installed in .tox/tf115"),
        ("ROOT: HandledError| unknown environment 'tf115'\n", "tox: ROOT: HandledError| unknown environment 'tf115'"),
        ("", "tox: it said nothing"),
    ],
    ids=["interpreter", "lock", "hash", "older uv", "installed", "refused", "nothing"],
)
def test_the_reason_is_what_the_step_that_failed_said(log: str, expected: str) -> None:
    assert str(ending(log, "tf115")) == expected


@pytest.mark.parametrize("log", [NO_INTERPRETER, NO_LOCK, WRONG_HASH, OLDER_UV, NOT_INSTALLED])
def test_the_reason_is_the_same_however_long_it_took(log: str) -> None:
    later = log.replace("seconds", "s").replace("0.", "7.").replace("73ms", "2.10s").replace("pid=", "pid=9")
    assert ending(later, "tf115") == ending(log, "tf115")


@pytest.mark.parametrize(
    ("log", "step", "made"),
    [
        (NO_INTERPRETER, "venv", False),
        (NO_LOCK, "tox", False),
        (WRONG_HASH, "install_deps", False),
        (NOT_INSTALLED, "commands[0]", True),
        ("", "tox", False),
    ],
    ids=["interpreter", "lock", "hash", "installed", "nothing"],
)
def test_only_what_came_to_a_command_made_the_environment(log: str, step: str, made: bool) -> None:
    last = ending(log, "tf115")
    assert (last.step, last.made_environment) == (step, made)


def test_an_id_that_begins_another_is_not_taken_for_it() -> None:
    log = "tf115: venv> uv venv\ntf115-legacy: venv> uv venv\nerror: broken\n"
    assert str(ending(log, "tf11")) == "tox: error: broken"
    assert str(ending(log, "tf115-legacy")) == "venv: error: broken"


def test_a_long_reason_is_cut() -> None:
    said = str(ending("tf115: venv> uv\nerror: " + "x" * 5000, "tf115"))
    assert len(said) == LONGEST
    assert said.endswith("x…")
