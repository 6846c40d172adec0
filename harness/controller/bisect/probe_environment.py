"""The one environment in which sets of packages are tried. uv changes in it only what differs.

A new environment has no byte code: the first import of a large package takes half a minute, each later one a few
seconds. So an environment is changed in place. Two packages may write the same files, so that a file may go with the
package that is removed: an environment that is not whole then is made new.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path

from uv import find_uv_bin

from harness.controller.bisect.package_set import PackageSet
from harness.controller.environments.interpreters import find_interpreter, missing_interpreter
from harness.controller.environments.tox_log import uv_reason
from harness.controller.errors import HarnessError
from harness.controller.files import make_folder, write_atomically

# A fault of the network or of the machine says nothing about the packages.
_NOT_THE_PACKAGES = re.compile(
    r"Request failed after|error sending request|operation timed out|\(os error \d+\)|network (?:was|is) disabled"
)


_NOTE = "packages.json"  # in an environment that was left to a later process


class NotInstallable(Exception):
    """uv cannot install a set of packages; the text says why."""


class ProbeEnvironment:
    """The environment at `prefix`. `made` counts how often it was made new, `changed` how often in place.

    `is_new` until something has been run in it.
    """

    def __init__(self, prefix: Path) -> None:
        self.prefix = prefix
        self.made = 0
        self.changed = 0
        self._holds: PackageSet | None = None
        self.is_new = False

    @classmethod
    def left_at(cls, prefix: Path) -> ProbeEnvironment:
        """The environment that an earlier process has left in order; what one was killed in is made new."""
        found, note = cls(prefix), prefix / _NOTE
        try:
            data = json.loads(note.read_text(encoding="utf-8"))
            note.unlink()
            found._holds, found.is_new = PackageSet(**data["packages"]), data["is_new"]
        except (OSError, ValueError, KeyError, TypeError):
            found._holds = None
        return found

    def leave(self) -> None:
        """Leave it, if it exists, to a later process, with a note of what it holds."""
        if self._holds:
            data = {"packages": asdict(self._holds), "is_new": self.is_new}
            write_atomically(self.prefix / _NOTE, json.dumps(data))

    def install(self, packages: PackageSet, fresh: bool = False) -> None:
        """Bring exactly these packages in; `fresh`: into a new environment. Raises NotInstallable, or HarnessError."""
        if self._holds == packages and (self.is_new or not fresh):
            return
        if not fresh and self._holds and self._holds.python == packages.python:
            self.changed += 1
            self._sync(packages)
            if _is_whole(self.prefix):
                return
        self._make(packages.python)
        self._sync(packages)

    def _sync(self, packages: PackageSet) -> None:
        command = ["pip", "sync", "-", "--quiet", "--color", "never", "--python", str(self.prefix / "bin" / "python")]
        failed = _uv(command, packages.requirements)
        if failed:  # uv finds, fetches and builds everything before it changes anything
            raise NotInstallable(failed)
        self._holds = packages

    def remove(self) -> None:
        """Remove it from the disk."""
        self._holds = None
        shutil.rmtree(self.prefix, ignore_errors=True)

    def _make(self, python: str) -> None:
        interpreter = find_interpreter(python)
        if interpreter is None:
            raise HarnessError(missing_interpreter(python))
        self.remove()
        make_folder(self.prefix.parent)
        failed = _uv(["venv", "--quiet", "--color", "never", "--python", str(interpreter), str(self.prefix)], "")
        if failed:
            raise HarnessError(f"no environment can be made: {failed}")
        self.made += 1
        self.is_new = True


def _is_whole(prefix: Path) -> bool:
    """Whether every file that a package records is there."""
    for record in prefix.glob("lib/python3*/site-packages/*.dist-info/RECORD"):
        lines = record.read_text(encoding="utf-8").splitlines()
        names = [line.rsplit(",", 2)[0].strip('"') for line in lines]
        if not all((record.parents[1] / name).exists() for name in names if not name.endswith(".pyc")):
            return False
    return True


def _uv(arguments: list[str], given: str) -> str:
    """Run uv; the reason where it fails, else nothing. Raises HarnessError for a fault of the network or the disk."""
    done = subprocess.run(
        [find_uv_bin(), *arguments], input=given, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode == 0:
        return ""
    reason = uv_reason(done.stderr)
    if _NOT_THE_PACKAGES.search(done.stderr):
        raise HarnessError(f"uv cannot install packages: {reason}")
    return reason
