"""What is really installed in an environment, as uv and its interpreter tell."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from uv import find_uv_bin

from harness.controller.errors import HarnessError
from harness.controller.matrix import Environment
from harness.controller.store import EnvironmentFacts


def facts(environment: Environment, prefix: Path) -> EnvironmentFacts:
    """The environment at `prefix`. Raises HarnessError where that cannot be told, or TensorFlow is not there."""
    python = prefix / "bin" / "python"
    listed = _output([find_uv_bin(), "pip", "list", "--format", "json", "--python", str(python)])
    packages = {package["name"]: package["version"] for package in json.loads(listed)}
    version = _output([str(python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]).strip()
    tensorflow = packages.get(environment.distribution)
    if tensorflow is None:
        raise HarnessError(f"{environment.id}: {environment.distribution} is not installed in {prefix}")
    if tensorflow != environment.tensorflow:
        raise HarnessError(
            f"{environment.id}: TensorFlow {tensorflow} is installed, and {environment.tensorflow} is in matrix.yaml:"
            f" make the lock anew with `harness lock -e {environment.id}`"
        )
    return EnvironmentFacts(environment.id, tensorflow, version, environment.distribution, packages=packages)


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise HarnessError(f"{Path(command[0]).name} failed: {' '.join(done.stderr.split())}")
    return done.stdout
