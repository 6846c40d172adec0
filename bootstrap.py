"""Run a command in the project's own virtual environment, which is made first where it is missing or out of date.

    python3 bootstrap.py harness run        # the main job
    python3 bootstrap.py tox run -m test    # the tests

Needs Python 3.10 or later and pip, nothing else. Packages come from locks/harness.txt, exact and with hashes.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
FOLDER = ROOT / ".venv"
LOCK = ROOT / "locks" / "harness.txt"
STAMP = FOLDER / "bootstrapped"
OLDEST = (3, 10)


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
    binaries = FOLDER / "bin"
    os.environ["PATH"] = f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}"
    try:
        os.execvp(arguments[0], arguments)
    except FileNotFoundError:
        print(f"there is no command {arguments[0]!r} in {binaries} or on the PATH")
        return 2


def install() -> int:
    """Make .venv and install the locked packages and the project itself. Does nothing where that is done."""
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
        return 0
    print(f"making {FOLDER.name} from {LOCK.relative_to(ROOT)} (once, under a minute)", flush=True)
    venv.create(FOLDER, clear=True, with_pip=False)  # Debian's Python has no ensurepip, and its pip can do without
    pip = [sys.executable, "-m", "pip", "--python", str(FOLDER / "bin" / "python"), "install", "--quiet"]
    pip += ["--disable-pip-version-check", "--no-deps"]
    for what in (["--require-hashes", "-r", str(LOCK)], ["--no-build-isolation", "-e", str(ROOT)]):
        code = subprocess.run([*pip, *what], check=False).returncode
        if code != 0:
            return 3
    STAMP.write_text(wanted, encoding="utf-8")
    return 0


def fingerprint() -> str:
    """What the environment is made from: it is made anew when that changes."""
    text = (
        f"{sys.executable} {sys.version} {ROOT}".encode() + LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    )
    return hashlib.sha256(text).hexdigest()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
