"""`harness lock`: the exact packages of each environment, resolved as of its release's date."""

from __future__ import annotations

import datetime
import subprocess
import tempfile
from pathlib import Path

from uv import find_uv_bin

from harness.controller.errors import HarnessError
from harness.controller.files import write_atomically
from harness.controller.interpreters import find_interpreter
from harness.controller.matrix import Environment, Resolve
from harness.controller.project import Layout

_HEADER = """\
# The exact packages of {id}: TensorFlow {tensorflow} on Python {python}, resolved as of {as_of}.
# Made from matrix.yaml by `harness lock -e {id}`; not for editing by hand.
"""


def requirements(environment: Environment, resolve: Resolve) -> list[str]:
    """What the environment asks for, before anything is resolved."""
    release = f"{environment.distribution}=={environment.tensorflow}"
    return [release, *environment.packages, *resolve.packages, *resolve.runner_packages]


def lock(environment: Environment, resolve: Resolve, layout: Layout) -> bool:
    """Write the environment's lock; True if that changed it. Raises HarnessError with what uv says."""
    interpreter = find_interpreter(environment.python)
    if interpreter is None:
        raise HarnessError(f"{environment.id}: no Python {environment.python} to resolve for")
    header = _HEADER.format(**{name: getattr(environment, name) for name in ("id", "tensorflow", "python", "as_of")})
    text = header + _compile(environment, resolve, interpreter)
    file = layout.lock(environment.id)
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return False
    write_atomically(file, text)
    return True


def _compile(environment: Environment, resolve: Resolve, interpreter: Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        overrides = Path(folder, "overrides.txt")
        overrides.write_text(_overrides(environment), encoding="utf-8")
        command = [find_uv_bin(), "pip", "compile", "-", "--quiet", "--color", "never"]
        command += ["--generate-hashes", "--no-header", "--no-annotate", "--python", str(interpreter)]
        command += ["--override", str(overrides), "--exclude-newer", _end_of(environment.as_of)]
        for package in (*resolve.runner_packages, *resolve.runner_dependencies):
            command += ["--exclude-newer-package", f"{package}={_end_of(resolve.runner_as_of)}"]
        wanted = "\n".join(requirements(environment, resolve))
        done = subprocess.run(command, input=wanted, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise HarnessError(f"{environment.id} cannot be resolved: {' '.join(done.stderr.split())}")
    return done.stdout


def _overrides(environment: Environment) -> str:
    """tf-keras asks for `tensorflow` by name, which beside another distribution would install TensorFlow twice."""
    return "" if environment.distribution == "tensorflow" else 'tensorflow ; python_version < "3"\n'


def _end_of(day: datetime.date) -> str:
    return f"{day + datetime.timedelta(days=1)}T00:00:00Z"
