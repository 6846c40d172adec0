"""Measuring one environment: its interpreter runs the runner's code, and what it finds is kept below `.harness/`."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import harness
from harness.contract.inventory import INVENTORY_SCHEMA, InventoryRequest, is_yes
from harness.controller.api.local import LocalInventory, read_inventory
from harness.controller.digests import BUNDLED, code_digest, measures_names
from harness.controller.environments.children import Children
from harness.controller.environments.fingerprint import fingerprint
from harness.controller.environments.variables import cache_relevant_env, fixed_env
from harness.controller.errors import HarnessError
from harness.controller.files import write_atomically
from harness.controller.inventory.asked import NamesByModule, missing_names
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import Environment, Matrix

# Threads hold locks while a process is forked, which then are never released in the forked one.
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Measurement:
    """One environment to measure, by the code in the folder `bundle`, in one of the processes `children`.

    `hooks` are the sources of plugins' modules that look through wrappers.
    """

    layout: Layout
    matrix: Matrix
    environment: Environment
    hooks: Sequence[str]
    bundle: Path
    children: Children

    @property
    def prefix(self) -> Path:
        return self.layout.environments / self.environment.id

    def key(self) -> str:
        """A digest of all that the inventory depends on, but for the names that are asked for."""
        return inventory_key(self.layout, self.matrix, self.hooks, self.environment)

    def stamp(self, key: str, names: str) -> None:
        """Note that the inventory has this key, and that all names of this digest were asked for."""
        file = self.layout.files(self.environment.id).inventory_stamp
        write_atomically(file, json.dumps({"key": key, "names": names}) + "\n")

    def measure(self, wanted: NamesByModule) -> tuple[LocalInventory, bool]:
        """The inventory with an answer for every wanted name, and whether its environment was asked for any.

        What is still right of the last one is kept.

        Raises HarnessError where the environment cannot be measured.
        """
        file = self.layout.files(self.environment.id).inventory
        key = self.key()
        last = _read_last(file, key)
        if last is not None:
            inventory = read_inventory(file)
            new = missing_names(wanted, inventory)
            if not new:
                return inventory, False
            joined = _with_absent(last, self._run(self._request(new, discover=False)))
            if joined is not None:
                return self._write(file, key, joined), True
        return self._write(file, key, self._run(self._request(wanted, discover=True))), True

    def _request(self, names: NamesByModule, discover: bool) -> InventoryRequest:
        asked = {module: sorted(listed) for module, listed in sorted(names.items())}
        methods = list(self.matrix.inventory.methods)
        return InventoryRequest(
            list(self.matrix.roots), asked, discover, methods, self.matrix.timeout, list(self.hooks)
        )

    def _write(self, file: Path, key: str, result: dict[str, Any]) -> LocalInventory:
        document = {**result, "environment": self.environment.id, "key": key}
        write_atomically(file, json.dumps(document, sort_keys=True) + "\n")
        return read_inventory(file)

    def _run(self, request: InventoryRequest) -> dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix="inventory-") as folder:
            files = Path(folder) / "request", Path(folder) / "result"
            request.write(str(files[0]))
            work = Path(folder) / "work"
            work.mkdir()
            log = self.layout.files(self.environment.id).inventory_log
            log.parent.mkdir(parents=True, exist_ok=True)
            with open(log, "wb") as output:
                code = self._call([str(file) for file in files], work, output.fileno())
            if code:
                raise HarnessError(f"{self.environment.id}: not measured: {_last_line(log)} (log: {log})")
            result: dict[str, Any] = json.loads(files[1].read_text(encoding="utf-8"))
            return result

    def _call(self, arguments: list[str], folder: Path, output: int) -> int:
        command = [str(self.prefix / "bin" / "python"), "-m", "harness.runner.inventory", *arguments]
        try:
            return self.children.call(command, folder, self._variables(folder), output)
        except OSError as error:
            raise HarnessError(f"{self.environment.id}: its Python cannot be started: {error.strerror}") from None

    def _variables(self, folder: Path) -> dict[str, str]:
        path = os.pathsep.join([str(self.prefix / "bin"), os.environ.get("PATH", os.defpath)])
        folders = dict.fromkeys([*self.environment.subject.folders, "TMPDIR"], str(folder))
        own = {**folders, "PYTHONPATH": str(self.bundle)}
        fixed = {"PATH": path, "PYTHONIOENCODING": "utf-8"} | _ONE_THREAD | fixed_env(self.environment)
        return cache_relevant_env() | fixed | own


def inventory_key(layout: Layout, matrix: Matrix, hooks: Sequence[str], environment: Environment) -> str:
    """A digest of all that an environment's inventory depends on, but for the names that are asked for."""
    installed = fingerprint(layout.environments / environment.id)
    parts = [_measuring_code(), *hooks, installed, fixed_env(environment), matrix.roots, matrix.inventory.methods]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


@cache
def _measuring_code() -> str:
    return code_digest(Path(harness.__file__).parent, BUNDLED, measures_names)


def is_up_to_date(layout: Layout, matrix: Matrix, hooks: Sequence[str], names: str, environment: Environment) -> bool:
    """Whether the last inventory is still right, and every name was asked for whose digest is `names`."""
    try:
        stamp = json.loads(layout.files(environment.id).inventory_stamp.read_text(encoding="utf-8"))
        return bool(stamp == {"key": inventory_key(layout, matrix, hooks, environment), "names": names})
    except (OSError, ValueError):
        return False


def _read_last(file: Path, key: str) -> dict[str, Any] | None:
    """The last inventory if it has this key."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return data if (data["schema"], data["key"]) == (INVENTORY_SCHEMA, key) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _with_absent(last: dict[str, Any], new: Mapping[str, Any]) -> dict[str, Any] | None:
    """The last inventory with the new answers, if those are all no; None if one is yes.

    Then all has to be measured again: what is behind a name is compared with everything else, and a module that is
    looked into because another release has it may have more names.
    """
    names = {module: dict(rows) for module, rows in last["names"].items()}
    for module, rows in new["names"].items():
        known = names.setdefault(module, {})
        for name in rows.keys() - known.keys():
            known[name] = rows[name]
            if is_yes(rows[name]["import"]) or is_yes(rows[name]["attribute"]):
                return None
        if module not in last["names"] and not _is_absent(names, module):
            return None
    return {**last, "names": names}


def _is_absent(names: Mapping[str, Any], module: str) -> bool:
    """Whether a module was asked for and is not there."""
    package, _, name = module.rpartition(".")
    row = names.get(package, {}).get(name)
    return row is not None and not is_yes(row["import"]) and not is_yes(row["attribute"])


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "its interpreter said nothing"


def seconds_since(began: float) -> str:
    """How long something took, for people."""
    return f"{time.monotonic() - began:.0f} s"
