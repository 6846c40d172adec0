"""The package indexes in the settings of uv and pip, as these report them: our files hold no address."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

from uv import find_uv_bin

from harness.controller.errors import HarnessError

_KEYS = ("install.index-url", "global.index-url")  # in pip's order of precedence


def index_addresses() -> list[str]:
    """The addresses in uv's order, as uv makes the locks; pip's where uv has no settings. Raises HarnessError."""
    asked = _uv([], dict(os.environ))
    unset = {name: value for name, value in os.environ.items() if not name.startswith("UV_")}
    if asked == _uv(["--no-config"], unset):
        own = os.environ.get("PIP_INDEX_URL") or _pip()
        return [own] if own else asked
    return asked


def _uv(options: list[str], variables: dict[str, str]) -> list[str]:
    """The indexes of uv from its variables and files, or its default: it prints them with an empty lock."""
    command = [find_uv_bin(), "pip", "compile", "-", "--emit-index-url", "--no-header", "--quiet", "--offline"]
    command += ["--python", sys.executable, *options]
    done = subprocess.run(
        command, env=variables, input="", capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode != 0:
        raise HarnessError(f"uv cannot report its package index: {' '.join(done.stderr.split())}")
    said = [line.partition(" ") for line in done.stdout.splitlines()]
    extra = [address for option, _, address in said if option == "--extra-index-url"]  # asked first
    return [*extra, *(address for option, _, address in said if option == "--index-url")]


def _pip() -> str | None:
    """The index in the settings files of pip, None where they name none or no pip is installed."""
    for pip in ([sys.executable, "-m", "pip"], ["pip"]):  # our environment may be without
        try:
            done = subprocess.run(
                [*pip, "config", "list"], capture_output=True, encoding="utf-8", errors="replace", check=False
            )
        except FileNotFoundError:
            continue
        if done.returncode == 0:
            said = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
            return next((str(ast.literal_eval(said[key])) for key in _KEYS if key in said), None)
    return None
