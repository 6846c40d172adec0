from __future__ import annotations

import pytest

from harness.controller.environments.install_log import installation_step

LINES = [
    ("", "starting tox"),
    ("tf215: venv> uv venv", "creating the virtual environment"),
    ("Creating virtual environment at: .tox/tf215", "creating the virtual environment"),
    ("tf215: install_deps> uv pip install -r locks/tf215.txt", "looking for packages"),
    ("warning: the index is slow", "looking for packages"),
    ("Resolved 3 packages in 275ms", "installing 3 packages"),
    ("Downloading numpy (16.1MiB)", "downloading: 0 of 17 MB, next numpy"),
    ("Downloading tensorflow-cpu (0.5GiB)", "downloading: 0 of 554 MB, next tensorflow-cpu"),
    (" Downloaded numpy", "downloading: 17 of 554 MB, next tensorflow-cpu"),
    (" Downloaded tensorflow-cpu", "installing 3 packages"),
    ("Prepared 3 packages in 776ms", "installing 3 packages"),
    ("Installed 3 packages in 94ms", "compiling byte code of 3 packages"),
    ("Bytecode compiled 585 files in 8.11s", "compiling byte code of 3 packages"),
    ("tf215: commands[0]> python -m harness.controller.worker.main", "starting the worker"),
]


@pytest.mark.parametrize("number", range(1, len(LINES) + 1))
def test_step_follows_the_log_of_uv(number: int) -> None:
    log = "\n".join(line for line, _ in LINES[:number])
    assert installation_step(log, "tf215") == LINES[number - 1][1]


def test_cached_packages_have_no_download() -> None:
    log = "tf215: install_deps> uv\nResolved 41 packages in 2ms\nInstalled 41 packages in 1s\n"
    assert installation_step(log, "tf215") == "compiling byte code of 41 packages"
