"""The packages that an environment really has, as reported by uv and the interpreter, or concluded from its files."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from uv import find_uv_bin

from harness.controller.errors import HarnessError
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import Environment
from harness.controller.results.documents import EnvironmentFacts, facts_of

_VERSION_AND_PREFIX = "import json, sys; print(json.dumps(['%d.%d' % sys.version_info[:2], sys.prefix]))"


def facts(environment: Environment, prefix: Path) -> EnvironmentFacts:
    """The environment at `prefix`. Raises HarnessError if the release is not installed, or a program fails."""
    python = prefix / "bin" / "python"
    version, own_prefix = json.loads(_output([str(python), "-c", _VERSION_AND_PREFIX]))
    if not _is_same(own_prefix, prefix):
        raise HarnessError(f"{environment.id}: {python} is the interpreter of another environment, {own_prefix}")
    listed = _output([find_uv_bin(), "pip", "list", "--format", "json", "--python", str(python)])
    packages = {package["name"]: package["version"] for package in json.loads(listed)}
    release = packages.get(environment.distribution)
    if release is None:
        raise HarnessError(f"{environment.id}: {environment.distribution} is not installed in {prefix}")
    if environment.has_release and release != environment.release:
        raise HarnessError(
            f"{environment.id}: {environment.subject.title} {release} is installed, but matrix.yaml has "
            f"{environment.release}: update the lock with `harness lock -e {environment.id}`"
        )
    return replace(facts_of(environment), release=release, python=version, packages=packages)


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    if done.returncode != 0:
        raise HarnessError(f"{Path(command[0]).name} failed: {' '.join(done.stderr.split())}")
    return done.stdout


def is_made_from(prefix: Path, lock: Path) -> bool:
    """Whether tox's note, made here, has exactly this lock. A note of another form has not."""
    if is_moved(prefix):
        return False
    try:
        made = json.loads((prefix / ".tox-info.json").read_text(encoding="utf-8"))["PythonRun"]["deps"]
        return sorted(made["requirements"]) == _requirements(lock.read_text(encoding="utf-8")) and not made["options"]
    except (OSError, ValueError, KeyError, TypeError):
        return False


def missing_environments(layout: Layout, names: Iterable[str]) -> list[str]:
    """Those of the environments that do not exist here, each once."""
    return [name for name in dict.fromkeys(names) if not has_python(layout.environments / name)]


def has_python(prefix: Path) -> bool:
    """Whether there is a Python of an environment at `prefix`."""
    return (prefix / "bin" / "python").exists()


def is_half_made(prefix: Path) -> bool:
    """Whether the environment exists without tox's note that all its packages were installed.

    uv takes a package for installed as soon as a part of it is there, so that what was killed or failed while it was
    installed cannot be gone on with.
    """
    try:
        noted = json.loads((prefix / ".tox-info.json").read_text(encoding="utf-8"))
        return "deps" not in noted["PythonRun"]
    except (OSError, ValueError, KeyError, TypeError):
        return prefix.exists()


def is_moved(prefix: Path) -> bool:
    """Whether the environment was made elsewhere and then moved or copied here: its programs run what is there."""
    made_at = _prefix_by_activation(prefix)
    return made_at is not None and not _is_same(made_at, prefix)


def _prefix_by_activation(prefix: Path) -> str | None:
    """The folder that the environment's activation script names, which uv and venv write when they make it."""
    try:
        script = os.fsdecode((prefix / "bin" / "activate").read_bytes())
        for line in script.splitlines():
            name, _, value = line.strip().partition("=")
            if name in ("VIRTUAL_ENV", "export VIRTUAL_ENV") and value.lstrip("\"'").startswith("/"):
                return shlex.split(value)[0]
    except (OSError, ValueError):  # there is none, or its quotes are not closed
        pass
    return None


def _is_same(folder: str, other: Path) -> bool:
    return os.path.realpath(folder) == os.path.realpath(other)


def _requirements(lock: str) -> list[str]:
    """A lock's lines as tox notes them."""
    lines = (" ".join(line.replace("--hash=", "--hash ").split()) for line in lock.replace("\\\n", " ").splitlines())
    return sorted(line for line in lines if line and not line.startswith("#"))
