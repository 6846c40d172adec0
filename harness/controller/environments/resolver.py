"""uv resolves the exact packages of an environment, as of its release's date, or in a lane as of now."""

from __future__ import annotations

import datetime
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from packaging.utils import canonicalize_name
from uv import find_uv_bin

from harness.controller.environments.interpreters import find_interpreter, missing_interpreter
from harness.controller.environments.lockfile import (
    constraints,
    overrides,
    release_requirement,
    requirements,
    write_lock,
)
from harness.controller.errors import HarnessError
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import Environment, Resolve, package_names

_NO_SOLUTION, _OFFLINE = "No solution found", "network was disabled"  # in uv's words


class Unresolvable(HarnessError):
    """No set of packages meets the requirements, whoever asks and however often: an answer about the release."""


def lock(environment: Environment, resolve: Resolve, layout: Layout) -> bool:
    """Resolve the environment and write its lock; True if that changed it. Raises HarnessError with uv's message."""
    return write_lock(environment, resolve, layout, resolve_packages(environment, resolve))


def resolve_packages(environment: Environment, resolve: Resolve) -> str:
    """The exact packages with their hashes, as a requirements file. Raises Unresolvable, or HarnessError."""
    interpreter = find_interpreter(environment.python)
    if interpreter is None:
        raise HarnessError(f"{environment.id}: {missing_interpreter(environment.python)}")
    wanted = requirements(environment, resolve)
    if environment.as_of is None:
        return _compile_anew(environment, wanted, interpreter)
    return compile_requirements(
        environment, wanted, interpreter, ["--generate-hashes", *as_of_options(environment.as_of, resolve)]
    )


def as_of_options(day: datetime.date, resolve: Resolve) -> list[str]:
    """The options that let uv resolve as of a day."""
    options = ["--exclude-newer", _end_of(day)]
    for package in (*resolve.runner_packages, *resolve.runner_dependencies):
        options += ["--exclude-newer-package", f"{package}={_end_of(resolve.runner_as_of)}"]
    return options


def _compile_anew(environment: Environment, wanted: Iterable[str], interpreter: Path) -> str:
    """The packages of the release alone as of now, and then the other packages with all of the first fixed.

    What the lane itself names, such as `setuptools<82`, is not fixed.
    """
    newest = ["--prerelease", "allow"] if environment.pre_releases else []
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder, "given.txt")
        first = compile_requirements(environment, [release_requirement(environment)], interpreter, newest)
        own = package_names(environment.packages)
        fixed = [line for line in first.splitlines(keepends=True) if canonicalize_name(line.split("==")[0]) not in own]
        given.write_text("".join(fixed), encoding="utf-8")
        return compile_requirements(environment, wanted, interpreter, ["--generate-hashes", "--constraint", str(given)])


def compile_requirements(
    environment: Environment, wanted: Iterable[str], interpreter: Path, options: Iterable[str]
) -> str:
    """What uv chooses for these requirements on an interpreter. Raises Unresolvable, or HarnessError."""
    wanted = list(wanted)
    with tempfile.TemporaryDirectory() as folder:
        replaced, tied = Path(folder, "overrides.txt"), Path(folder, "constraints.txt")
        replaced.write_text(overrides(environment), encoding="utf-8")
        tied.write_text(constraints(environment, wanted), encoding="utf-8")
        command = [find_uv_bin(), "pip", "compile", "-", "--quiet", "--color", "never"]
        command += ["--no-header", "--no-annotate", "--python", str(interpreter)]
        command += ["--override", str(replaced), "--constraint", str(tied), *options]
        done = subprocess.run(
            command, input="\n".join(wanted), capture_output=True, encoding="utf-8", errors="replace", check=False
        )
    if done.returncode == 0:
        return done.stdout
    why = " ".join(done.stderr.split()).removeprefix("error: ").replace(" cause: ", ": ")
    said = f"{environment.id} cannot be resolved: {why}"
    if _NO_SOLUTION in done.stderr and _OFFLINE not in done.stderr:
        raise Unresolvable(said)
    raise HarnessError(said)


def _end_of(day: datetime.date) -> str:
    return f"{day + datetime.timedelta(days=1)}T00:00:00Z"
