"""How a worker describes itself before it is given anything: also one of another version, as plain data."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import harness
from harness.cases.case import PREREQUISITES
from harness.controller.digests import code_digest
from harness.controller.engine.machine_facts import host_name
from harness.controller.engine.placement import Worker
from harness.controller.engine.site import Site
from harness.controller.environments.installed import is_half_made
from harness.controller.environments.interpreters import find_interpreter
from harness.controller.environments.prerequisites import program_for

_PACKAGES = ("contract", "runner", "cases", "controller", "keras")


@cache
def own_version() -> str:
    """The version of the harness with a digest of its code: two that differ may not give the same documents."""
    return f"{harness.__version__} ({code_digest(Path(harness.__file__).parent, _PACKAGES)[:8]})"


def describe_worker(site: Site, digest: str, pythons: Sequence[str]) -> dict[str, Any]:
    """This machine, as far as an engine asks: which of the Pythons it has, and whether it has the project."""
    lacking = [name for name in ("tox", "tox_uv", "uv") if importlib.util.find_spec(name) is None]
    if "uv" not in lacking and not _has_uv():
        lacking.append("uv")
    return {
        "version": own_version(),
        "host": host_name(),
        "lacking": lacking,
        "pythons": [version for version in pythons if find_interpreter(version)],
        "programs": [name for name in PREREQUISITES if program_for(name)],
        "environments": _environments(site),
        "has_project": site.project(digest).is_dir(),
    }


def _has_uv() -> bool:
    from uv import find_uv_bin

    try:
        return os.access(find_uv_bin(), os.X_OK)
    except FileNotFoundError:
        return False


def _environments(site: Site) -> list[str]:
    folders = site.environments.iterdir() if site.environments.is_dir() else ()
    return sorted(folder.name for folder in folders if not is_half_made(folder))


def refusal(described: Mapping[str, Any]) -> str:
    """Why a worker that describes itself so cannot be used; empty where it can."""
    if described.get("version") != own_version():
        return f"it has harness {described.get('version', 'of another version')}, and this is {own_version()}"
    if described["lacking"]:
        return f"it has no {' and no '.join(described['lacking'])}"
    return ""


def worker_of(address: str, slots: int, described: Mapping[str, Any]) -> Worker:
    """The worker that described itself."""
    return Worker(
        address,
        described["host"],
        slots,
        frozenset(described["pythons"]),
        frozenset(described["programs"]),
        frozenset(described["environments"]),
    )
