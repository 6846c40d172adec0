"""What is really installed in an environment: as uv and its interpreter tell, and as its files let one guess."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from uv import find_uv_bin

from harness.controller.errors import HarnessError
from harness.controller.project.matrix import Environment
from harness.controller.results.documents import EnvironmentFacts


def facts(environment: Environment, prefix: Path) -> EnvironmentFacts:
    """The environment at `prefix`. Raises HarnessError where that cannot be told, or TensorFlow is not there."""
    python = prefix / "bin" / "python"
    listed = _output([find_uv_bin(), "pip", "list", "--format", "json", "--python", str(python)])
    packages = {package["name"]: package["version"] for package in json.loads(listed)}
    version = _output([str(python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]).strip()
    tensorflow = packages.get(environment.distribution)
    if tensorflow is None:
        raise HarnessError(f"{environment.id}: {environment.distribution} is not installed in {prefix}")
    if environment.has_release and tensorflow != environment.tensorflow:
        raise HarnessError(
            f"{environment.id}: TensorFlow {tensorflow} is installed, and {environment.tensorflow} is in matrix.yaml:"
            f" make the lock anew with `harness lock -e {environment.id}`"
        )
    return EnvironmentFacts(environment.id, tensorflow, version, environment.distribution, packages=packages)


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    if done.returncode != 0:
        raise HarnessError(f"{Path(command[0]).name} failed: {' '.join(done.stderr.split())}")
    return done.stdout


def is_made_from(prefix: Path, lock: Path) -> bool:
    """Whether tox has noted that it made the environment from just this lock. A note of another form says no."""
    try:
        made = json.loads((prefix / ".tox-info.json").read_text(encoding="utf-8"))["PythonRun"]["deps"]
        return sorted(made["requirements"]) == _requirements(lock.read_text(encoding="utf-8")) and not made["options"]
    except (OSError, ValueError, KeyError, TypeError):
        return False


def is_half_made(prefix: Path) -> bool:
    """Whether something is there, and tox has not noted that it ever got all its packages.

    uv takes a package for installed as soon as a part of it is there, so that what was killed or failed while it was
    installed cannot be gone on with.
    """
    try:
        noted = json.loads((prefix / ".tox-info.json").read_text(encoding="utf-8"))
        return "deps" not in noted["PythonRun"]
    except (OSError, ValueError, KeyError, TypeError):
        return prefix.exists()


def _requirements(lock: str) -> list[str]:
    """A lock's lines as tox notes them."""
    lines = (" ".join(line.replace("--hash=", "--hash ").split()) for line in lock.replace("\\\n", " ").splitlines())
    return sorted(line for line in lines if line and not line.startswith("#"))
