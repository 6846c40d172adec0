"""The lock of an environment: its exact packages, and a digest of what they were resolved from.

Where they cannot be resolved, the reason stands in a file next to the locks.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from enum import Enum
from pathlib import Path

from packaging.requirements import Requirement

from harness.controller.files import read_text, write_atomically
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import Environment, Resolve
from harness.controller.text import json_line

_HEADER = """\
# The exact packages of {id}: {title} {release} on Python {python}, resolved {when}.
# Made from matrix.yaml by `harness lock -e {id}`; not for editing by hand.
# Inputs: {digest}
"""
_FAILURE = """\
# {id} cannot be resolved. Written by `harness lock -e {id}`, which removes it once it can be.
# Inputs: {digest}
{reason}
"""
_INPUTS = re.compile(r"^# Inputs: ([0-9a-f]{16})$", re.MULTILINE)


class LockState(Enum):
    """The state of a lock against the matrix. UNKNOWN: written by an older version, without a digest of its inputs."""

    CURRENT = "current"
    STALE = "stale"
    UNKNOWN = "unknown"
    MISSING = "missing"


def requirements(environment: Environment, resolve: Resolve) -> list[str]:
    """The requirements of the environment, before resolution."""
    common = () if environment.lane else resolve.packages
    return [release_requirement(environment), *environment.packages, *common, *resolve.runner_packages]


def inputs_digest(environment: Environment, resolve: Resolve) -> str:
    """Names all that a lock is made from. The id is not among it: a variant has the packages of its base."""
    inputs = {
        "requirements": requirements(environment, resolve),
        "python": environment.python,
        "as_of": str(environment.as_of),
        "pre_releases": environment.pre_releases,
        "overrides": overrides(environment),
        "runner": [str(resolve.runner_as_of), *resolve.runner_packages, "", *resolve.runner_dependencies],
    }
    return hashlib.sha256(json_line(inputs).encode()).hexdigest()[:16]


def lock_state(environment: Environment, resolve: Resolve, layout: Layout) -> LockState:
    """The state of the environment's lock. Raises HarnessError for an unreadable file."""
    file = layout.lock(environment)
    if not file.exists():
        return LockState.MISSING
    noted = _noted_inputs(read_text(file))
    if noted is None:
        return LockState.UNKNOWN
    return LockState.CURRENT if noted == inputs_digest(environment, resolve) else LockState.STALE


def resolution_failure(environment: Environment, resolve: Resolve, layout: Layout) -> str | None:
    """The reason why the environment cannot be resolved; None if it has a lock, or the matrix has changed."""
    file = _failure_file(environment, layout)
    if not file.exists() or lock_state(environment, resolve, layout) is LockState.CURRENT:
        return None
    text = read_text(file)
    if _noted_inputs(text) != inputs_digest(environment, resolve):
        return None
    return " ".join(line for line in text.splitlines() if not line.startswith("#"))


def needs_lock(environments: Iterable[Environment], resolve: Resolve, layout: Layout) -> tuple[list[str], list[str]]:
    """The environments without a lock, and those whose lock does not fit the matrix. Lanes are locked by each run."""
    missing, stale = [], []
    for item in environments:
        if item.lane or resolution_failure(item, resolve, layout) is not None:
            continue
        state = lock_state(item, resolve, layout)
        if state is LockState.MISSING:
            missing.append(item.id)
        elif state is LockState.STALE:
            stale.append(item.id)
    return missing, stale


def lock_command(names: Iterable[str]) -> str:
    """`harness lock -e tf215 -e tf216`."""
    return " ".join(["harness lock", *(f"-e {name}" for name in names)])


def stale_sentence(names: Iterable[str]) -> str:
    """Which locks do not fit the matrix, and the command that updates them."""
    names = list(names)
    return f"locks that do not fit matrix.yaml: {', '.join(names)}; update with `{lock_command(names)}`"


def write_lock(environment: Environment, resolve: Resolve, layout: Layout, packages: str) -> bool:
    """Write the environment's lock; True if that changed it."""
    _failure_file(environment, layout).unlink(missing_ok=True)
    file, text = layout.lock(environment), lock_header(environment, resolve) + packages
    if file.exists() and read_text(file) == text:
        return False
    write_atomically(file, text)
    return True


def write_failure(environment: Environment, resolve: Resolve, layout: Layout, reason: str) -> None:
    """Keep why the environment cannot be resolved next to the locks."""
    digest = inputs_digest(environment, resolve)
    write_atomically(
        _failure_file(environment, layout), _FAILURE.format(id=environment.id, digest=digest, reason=reason)
    )


def lock_header(environment: Environment, resolve: Resolve) -> str:
    """The comments at the top of a lock: all in which that of a variant differs from its base's."""
    return _HEADER.format(
        id=environment.id,
        title=environment.subject.title,
        release=environment.release,
        python=environment.python,
        when=f"as of {environment.as_of}" if environment.as_of else "for one run",
        digest=inputs_digest(environment, resolve),
    )


def _failure_file(environment: Environment, layout: Layout) -> Path:
    return layout.lock(environment).with_suffix(".failed.txt")


def _noted_inputs(text: str) -> str | None:
    found = _INPUTS.search(text)
    return found[1] if found else None


def release_requirement(environment: Environment) -> str:
    """The requirement of the release itself; of a distribution whose newest release is wanted, its name."""
    return environment.distribution + (f"=={environment.release}" if environment.has_release else "")


def overrides(environment: Environment) -> str:
    """What takes the place of the requirements in the metadata of packages.

    What asks for the subject by name, as tf-keras does, would install it next to another distribution of it.
    """
    name = environment.subject.package
    dropped = [f'{name} ; python_version < "3"'] if _is_dropped(environment) else []
    return "".join(f"{line}\n" for line in (*dropped, *environment.overrides))


def _is_dropped(environment: Environment) -> bool:
    """Whether what asks for the subject by name gets it under the name of another distribution."""
    name = environment.subject.package
    return name in environment.subject.distributions and name != environment.distribution


def constraints(environment: Environment, wanted: Iterable[str]) -> str:
    """The minor of the companion, which nothing else ties to the release where `overrides` drops its dependency."""
    subject = environment.subject
    if not (subject.companion and _is_dropped(environment)):
        return ""
    for requirement in map(Requirement, wanted):
        pins = [item.version for item in requirement.specifier if item.operator == "=="]
        if requirement.name in subject.distributions and pins:
            major, minor, *_ = pins[0].split(".")
            return f"{subject.companion}=={major}.{minor}.*\n"
    return ""
