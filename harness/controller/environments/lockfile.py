"""`harness lock`: the exact packages of each environment, resolved as of its release's date, or in a lane as of now."""

from __future__ import annotations

import datetime
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from uv import find_uv_bin

from harness.controller.environments.interpreters import find_interpreter, missing_interpreter
from harness.controller.errors import HarnessError
from harness.controller.files import write_atomically
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import Environment, Resolve

_HEADER = """\
# The exact packages of {id}: TensorFlow {tensorflow} on Python {python}, resolved {when}.
# Made from matrix.yaml by `harness lock -e {id}`; not for editing by hand.
"""


def requirements(environment: Environment, resolve: Resolve) -> list[str]:
    """What the environment asks for, before anything is resolved."""
    common = () if environment.lane else resolve.packages
    return [_release(environment), *environment.packages, *common, *resolve.runner_packages]


def _release(environment: Environment) -> str:
    return environment.distribution + (f"=={environment.tensorflow}" if environment.has_release else "")


def lock(environment: Environment, resolve: Resolve, layout: Layout) -> bool:
    """Write the environment's lock; True if that changed it. Raises HarnessError with what uv says."""
    interpreter = find_interpreter(environment.python)
    if interpreter is None:
        raise HarnessError(f"{environment.id}: {missing_interpreter(environment.python)}")
    when = f"as of {environment.as_of}" if environment.as_of else "for one run"
    header = _HEADER.format(when=when, **{name: getattr(environment, name) for name in ("id", "tensorflow", "python")})
    wanted = requirements(environment, resolve)
    if environment.as_of is None:
        text = header + _compile_anew(environment, wanted, interpreter)
    else:
        dated = _as_of(environment.as_of, resolve)
        text = header + _compile(environment, wanted, interpreter, ["--generate-hashes", *dated])
    file = layout.lock(environment)
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return False
    write_atomically(file, text)
    return True


def _as_of(day: datetime.date, resolve: Resolve) -> list[str]:
    options = ["--exclude-newer", _end_of(day)]
    for package in (*resolve.runner_packages, *resolve.runner_dependencies):
        options += ["--exclude-newer-package", f"{package}={_end_of(resolve.runner_as_of)}"]
    return options


def _compile_anew(environment: Environment, wanted: Iterable[str], interpreter: Path) -> str:
    """What asking for the release alone gives now, and beside it, without changing any of that, the rest."""
    newest = ["--prerelease", "allow"] if environment.pre_releases else []
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder, "given.txt")
        given.write_text(_compile(environment, [_release(environment)], interpreter, newest), encoding="utf-8")
        return _compile(environment, wanted, interpreter, ["--generate-hashes", "--constraint", str(given)])


def _compile(environment: Environment, wanted: Iterable[str], interpreter: Path, options: Iterable[str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        overrides = Path(folder, "overrides.txt")
        overrides.write_text(_overrides(environment), encoding="utf-8")
        command = [find_uv_bin(), "pip", "compile", "-", "--quiet", "--color", "never"]
        command += ["--no-header", "--no-annotate", "--python", str(interpreter)]
        command += ["--override", str(overrides), *options]
        done = subprocess.run(command, input="\n".join(wanted), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise HarnessError(f"{environment.id} cannot be resolved: {' '.join(done.stderr.split())}")
    return done.stdout


def _overrides(environment: Environment) -> str:
    """tf-keras asks for `tensorflow` by name, which beside another distribution would install TensorFlow twice."""
    return "" if environment.distribution == "tensorflow" else 'tensorflow ; python_version < "3"\n'


def _end_of(day: datetime.date) -> str:
    return f"{day + datetime.timedelta(days=1)}T00:00:00Z"
