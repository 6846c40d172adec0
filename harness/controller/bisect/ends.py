"""The two ends of a question: an environment, a lane's environment, a requirements file, or requirements."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from harness.cases.document.suggestions import suggest
from harness.controller.bisect.package_set import PackageSet, parse_pins
from harness.controller.environments.interpreters import find_interpreter, missing_interpreter
from harness.controller.environments.resolver import compile_requirements, resolve_packages
from harness.controller.errors import HarnessError, UsageError
from harness.controller.files import read_text
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import Environment, Matrix


@dataclass(frozen=True)
class End:
    """One end: its exact packages, and the environment whose variables its scripts have.

    `extra` are the distributions that the matrix installs next to the release.
    """

    label: str
    packages: PackageSet
    environment: Environment
    extra: frozenset[str] = frozenset()


def read_ends(layout: Layout, matrix: Matrix, good: str, bad: str, python: str | None) -> tuple[End, End]:
    """Both ends. One that names no environment has the Python of the other, or `python`.

    Raises UsageError for an end that is nothing of all this, and HarnessError where it cannot be resolved.
    """
    named = [matrix.everything[text] for text in (good, bad) if text in matrix.everything]
    other = named[0] if named else None
    first, second = (_read_end(layout, matrix, text, other, python) for text in (good, bad))
    if first.environment.set_env != second.environment.set_env:
        raise UsageError(f"{good} and {bad} differ in their variables: compare them with `harness diff`")
    return first, second


def environment_packages(layout: Layout, matrix: Matrix, environment: Environment) -> PackageSet:
    """What its lock has; in a lane what uv chooses now. Raises HarnessError."""
    in_lane = environment.lane is not None
    text = resolve_packages(environment, matrix.resolve) if in_lane else read_text(layout.lock(environment))
    return PackageSet(environment.python, parse_pins(text))


def _read_end(layout: Layout, matrix: Matrix, text: str, other: Environment | None, python: str | None) -> End:
    if text in matrix.everything:
        environment = matrix.everything[text]
        extra = frozenset(Requirement(item).name for item in environment.packages)
        return End(text, environment_packages(layout, matrix, environment), environment, extra)
    like = other or next(iter(matrix.environments.values()))
    python = python or (other.python if other else None)
    if python is None:
        raise UsageError("no end is an environment: name the Python with --python")
    if Path(text).is_file():
        return End(text, PackageSet(python, parse_pins(read_text(Path(text)))), like)
    return End(text, resolve_set(like, _requirements(text, matrix), python), like)


def resolve_set(environment: Environment, wanted: list[str], python: str, *options: str) -> PackageSet:
    """What uv chooses for these requirements on a Python. Raises Unresolvable, or HarnessError."""
    interpreter = find_interpreter(python)
    if interpreter is None:
        raise HarnessError(missing_interpreter(python))
    named = replace(environment, id=" ".join(wanted))  # by which an error names them
    return PackageSet(python, parse_pins(compile_requirements(named, wanted, interpreter, options)))


def _requirements(text: str, matrix: Matrix) -> list[str]:
    words = text.split()
    try:
        for word in words:
            Requirement(word)
    except InvalidRequirement:
        words = []
    is_bare_name = words == [text] and not any(sign in text for sign in "=<>~!")  # a misspelt environment
    if not words or is_bare_name:
        wanted = "an environment, a requirements file, or requirements such as 'numpy<2 keras==3.0.5'"
        raise UsageError(f"{text!r} is not {wanted}{suggest(text, matrix.everything)}")
    return words
