"""Run a command in the project's own virtual environment, which is made first where it is missing or out of date.

    python3 bootstrap.py harness run        # the main job
    python3 bootstrap.py tox run -m test    # the tests

Needs Python 3.10 or later, with its ensurepip or with pip 22.3 or later, and nothing else. Packages come from
locks/harness.txt, exact and with hashes: uv by pip, the others by uv, in a third of the time.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
FOLDER = ROOT / ".venv"
PYTHON = FOLDER / "bin" / "python"
LOCK = ROOT / "locks" / "harness.txt"
LOCK_OF_UV = FOLDER / "uv.txt"
STAMP = FOLDER / "bootstrapped"
OLDEST = (3, 10)
# Not sys.executable: called from inside .venv that is .venv's own, which a new .venv cannot be made from. A link is
# followed because before Python 3.11 _base_executable is no other.
BASE = os.path.realpath(getattr(sys, "_base_executable", sys.executable))


def main(arguments: list[str]) -> int:
    """Make the environment if need be, then become the command. Returns an exit code only where that fails."""
    if sys.version_info < OLDEST:
        print(f"bootstrap.py needs Python {OLDEST[0]}.{OLDEST[1]} or later, and this is {sys.version.split()[0]}")
        return 2
    if not arguments:
        print(__doc__)
        return 2
    code = install()
    if code != 0:
        return code
    os.environ["PATH"] = f"{PYTHON.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    try:
        os.execvp(arguments[0], arguments)
    except FileNotFoundError:
        print(f"there is no command {arguments[0]!r} in {PYTHON.parent} or on the PATH")
        return 2


def install() -> int:
    """Make .venv and install the locked packages and the project itself. Does nothing where that is done."""
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
        return 0
    make = [BASE, "-m", "venv", "--clear", str(FOLDER)]
    pip = [str(PYTHON), "-m", "pip"]
    if importlib.util.find_spec("ensurepip") is None:  # as on Debian
        make.append("--without-pip")
        pip = [BASE, "-m", "pip", "--python", str(PYTHON)]
        if not reaches_others():
            print(
                f"{BASE} has neither ensurepip nor pip 22.3 or later: install one (on Debian and Ubuntu python3-venv)"
            )
            return 3
    pip += ["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "-r", str(LOCK_OF_UV)]
    uv = [str(FOLDER / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON), "--no-deps"]
    print(f"making {FOLDER.name} from {LOCK.relative_to(ROOT)} (once, under a minute)", flush=True)
    STAMP.unlink(missing_ok=True)  # before the rest of what it vouches for
    if subprocess.run(make, check=False).returncode != 0:
        return 3
    LOCK_OF_UV.write_text(requirement_of("uv"), encoding="utf-8")
    for command in (pip, [*uv, "--require-hashes", "-r", str(LOCK)], [*uv, "--no-build-isolation", "-e", str(ROOT)]):
        if subprocess.run(command, check=False).returncode != 0:
            return 3
    STAMP.write_text(wanted, encoding="utf-8")
    return 0


def requirement_of(name: str) -> str:
    """The line of one package in the lock, with its hashes."""
    lines = LOCK.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    return next(line for line in lines if re.match(rf"{name}(==| @ )", line))


def reaches_others() -> bool:
    """Whether there is a pip that can install for another interpreter, which it can from 22.3 on."""
    command = [BASE, "-m", "pip", "--python", BASE, "--version"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def fingerprint() -> str:
    """What the environment is made from: it is made anew when that changes."""
    text = f"{BASE} {sys.version} {ROOT}".encode() + LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    return hashlib.sha256(text).hexdigest()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
