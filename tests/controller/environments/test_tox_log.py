from __future__ import annotations

import pytest

from harness.controller.environments.tox_log import LOG_TAIL, MAX_REASON, ending

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
tf115: commands[0]> .venv/bin/python3 -m harness.controller.worker.main --isolation fork
tf115: tensorflow is not installed in .tox/tf115
tf115: exit 3 (0.31 seconds) /home/me/grid> .venv/bin/python3 -m harness.controller.worker.main pid=30157
  tf115: FAIL code 3 (0.43=setup[0.12]+cmd[0.31] seconds)
  evaluation failed :( (0.57 seconds)
"""


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        (
            NO_INTERPRETER,
            "venv: Python 3.99 is not on this machine:"
            " install it with `uv python install 3.99` or `pyenv install 3.99`",
        ),
        (NO_LOCK, "tox: Could not open requirements file locks/tf115.txt: [Errno 2] No such file or directory"),
        (
            WRONG_HASH,
            "install_deps: Failed to download `tensorflow-cpu==2.15.1`: Hash mismatch for `tensorflow-cpu==2.15.1`",
        ),
        (
            OLDER_UV,
            "install_deps: No solution found when resolving dependencies: there is no version of tensorflow==2.15.99",
        ),
        (NOT_INSTALLED, "commands[0]: tensorflow is not installed in .tox/tf115"),
        ("ROOT: HandledError| unknown environment 'tf115'\n", "tox: ROOT: HandledError| unknown environment 'tf115'"),
        ("", "tox: no message"),
    ],
    ids=["interpreter", "lock", "hash", "older uv", "installed", "refused", "nothing"],
)
def test_reason_comes_from_the_failed_step(log: str, expected: str) -> None:
    assert str(ending(log, "tf115")) == expected


BUILDS = "https://builds.example.org/20261110/cpython-3.99.18%2B20261110-x86_64-unknown-linux-gnu.tar.gz"
SEARCHED = {
    "offline": (
        "error: No interpreter found for CPython 3.99 in managed installations or search path\n\n"
        "hint: A managed Python download is available for CPython 3.99, but uv is set to offline mode\n",
        "{missing}",
    ),
    "older uv": ("  × No interpreter found for CPython 3.99 in managed installations or search path\n", "{missing}"),
    "shim of pyenv": (
        "error: Failed to inspect Python interpreter from search path at `/home/me/.pyenv/shims/python3.99`\n"
        "  cause: Querying Python at `/home/me/.pyenv/shims/python3.99` failed with exit status exit status: 127\n\n"
        "         [stderr]\n         pyenv: python3.99: command not found\n",
        "{missing}",
    ),
    "no network": (
        f"error: Request failed after 3 retries in 9.2s\n  cause: Failed to download `{BUILDS}`\n"
        f"  cause: error sending request for url ({BUILDS})\n  cause: dns error\n"
        "  cause: failed to lookup address information: Name or service not known\n",
        "{missing} (uv could not download it: failed to lookup address information: Name or service not known)",
    ),
    "broken mirror": (
        f"error: Failed to download {BUILDS}\n"
        f"  cause: HTTP status server error (500 Internal Server Error) for url ({BUILDS})\n",
        "{missing} (uv could not download it: HTTP status server error (500 Internal Server Error))",
    ),
    "full disk": (
        "error: failed to create directory `/srv/grid/.tox/tf115`: No space left on device (os error 28)\n",
        "No space left on device (os error 28)",
    ),
    "killed": ("Using CPython 3.99.0\n", "uv exited with code -9 and no message"),
}


@pytest.mark.parametrize(("said", "expected"), SEARCHED.values(), ids=SEARCHED)
def test_missing_python_names_the_install_commands(said: str, expected: str) -> None:
    command = f"{UV} venv -p cpython3.99 --allow-existing '--prompt=grid[tf115]' .tox/tf115"
    log = f"tf115: venv> {command}\n{said}tf115: exit -9 (0.62 seconds) /home/me/grid> {command} pid=28921\n"
    missing = "Python 3.99 is not on this machine: install it with `uv python install 3.99` or `pyenv install 3.99`"
    assert str(ending(log, "tf115")) == f"venv: {expected.format(missing=missing)}"


PAGE = "http://127.0.0.1:34861/index/tensorflow-cpu/"
REFUSED = f"""\
  cause: Failed to fetch: {PAGE}
  cause: error sending request for url ({PAGE})
  cause: client error (Connect)
  cause: tcp connect error
  cause: Connection refused (os error 111)
"""
SAID = {
    "refused": (
        f"error: Request failed after 3 retries in 7.5s\n{REFUSED}",
        "failed to fetch from the package index: Connection refused (os error 111)",
    ),
    "refused later": (
        f"error: Failed to download `absl-py==2.1.0`\n{REFUSED}",
        "failed to fetch from the package index: Connection refused (os error 111)",
    ),
    "silent": (
        f"error: Failed to fetch: {PAGE}\n  cause: error sending request for url ({PAGE})\n"
        "  cause: operation timed out\n",
        "failed to fetch from the package index: error sending request: operation timed out",
    ),
    "broken index": (
        f"error: Failed to fetch: {PAGE}\n"
        f"  cause: HTTP status server error (500 Internal Server Error) for url ({PAGE})\n",
        "failed to fetch from the package index: HTTP status server error (500 Internal Server Error)",
    ),
    "no version": (
        "error: No solution found when resolving dependencies\n"
        "  cause: Because there is no version of a==1 and you require a==1, we can conclude that your requirements are"
        " unsatisfiable.\n\nhint: An index (http://127.0.0.1:34861/index) returned a 403 Forbidden error.\n",
        "No solution found when resolving dependencies: there is no version of a==1",
    ),
    "full disk": (
        "Prepared 1 package in 120ms\nwarning: Failed to hardlink files; falling back to full copy.\n"
        "error: Failed to install: a-1-py3-none-any.whl (a==1 (from file:///srv/a-1-py3-none-any.whl))\n"
        "  cause: Failed to copy to `/srv/grid/.tox/tf115/lib/python3.11/site-packages/a/big.bin`\n"
        "  cause: failed to copy file from /srv/a to /srv/b/.tmpOTYH0u: No space left on device (os error 28)\n",
        "No space left on device (os error 28)",
    ),
    "broken wheel": (
        "Downloading a\nerror: Failed to download `a==1`\n  cause: Failed to extract archive: a-1-py3-none-any.whl\n"
        "  cause: Invalid zip file structure\n"
        "  cause: Encountered an unexpected header (actual: 0x73696874, expected: 0x4034b50).\n",
        "Failed to download `a==1`: Failed to extract archive: a-1-py3-none-any.whl: Invalid zip file structure:"
        " Encountered an unexpected header (actual: 0x…, expected: 0x…)",
    ),
    "where it is from": (
        "error: Failed to install: a-1-py3-none-any.whl (a==1 (from file:///srv/a-1-py3-none-any.whl))\n"
        "  cause: The wheel is invalid: see https://example.org/why\n",
        "Failed to install: a-1-py3-none-any.whl (a==1): The wheel is invalid: see <address>",
    ),
    "killed": ("Resolved 30 packages in 73ms\n", "uv exited with code -9 and no message"),
    "traceback": (
        'Traceback (most recent call last):\n  File "x.py", line 3\nOSError: [Errno 28] No space left on device\n',
        "OSError: [Errno 28] No space left on device",
    ),
}


@pytest.mark.parametrize(("said", "expected"), SAID.values(), ids=SAID)
def test_reason_is_one_sentence_of_uv(said: str, expected: str) -> None:
    log = f"tf115: install_deps> {UV} pip install\n{said}tf115: exit -9 (11.66 seconds) /home/me/grid> {UV} pid=30186\n"
    assert str(ending(log, "tf115")) == f"install_deps: {expected}"


def test_tail_has_no_lines_of_tox() -> None:
    assert ending(NO_INTERPRETER, "tf115").tail == (
        "error: No interpreter found for CPython 3.99 in search path or managed installations",
        "hint: uv embeds available Python downloads.",
    )
    assert len(ending("line\n" * 5000, "tf115").tail) == LOG_TAIL


@pytest.mark.parametrize("log", [NO_INTERPRETER, NO_LOCK, WRONG_HASH, OLDER_UV, NOT_INSTALLED])
def test_reason_does_not_depend_on_times(log: str) -> None:
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
def test_environment_exists_once_a_command_ran(log: str, step: str, made: bool) -> None:
    last = ending(log, "tf115")
    assert (last.step, last.made_environment) == (step, made)


def test_id_that_begins_another_is_no_match() -> None:
    log = "tf115: venv> uv venv\ntf115-legacy: venv> uv venv\nerror: broken\n"
    assert str(ending(log, "tf11")) == "tox: broken"
    assert str(ending(log, "tf115-legacy")) == "venv: broken"


def test_long_reason_is_cut() -> None:
    said = str(ending("tf115: venv> uv\nerror: " + "x" * 5000, "tf115"))
    assert len(said) == MAX_REASON
    assert said.endswith("x…")
