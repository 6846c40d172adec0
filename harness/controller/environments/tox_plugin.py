"""The tox environments, made in memory from matrix.yaml: no release is written in tox.ini.

The only module of the controller that imports tox. Projects import it as `harness.tox`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tox.config.cli.parser import Parsed
from tox.config.loader.memory import MemoryLoader
from tox.config.sets import ConfigSet
from tox.config.types import Command, EnvList
from tox.report import HandledError
from tox.session.env_select import CliEnv
from tox.session.state import State
from tox.tox_env.errors import Fail
from tox.tox_env.python.pip.req_file import PythonDeps
from uv import find_uv_bin

from harness.cases.document.suggestions import suggest
from harness.controller.environments.installed import is_half_made, is_moved
from harness.controller.environments.interpreters import find_interpreter
from harness.controller.environments.lockfile import needs_lock, resolution_failure, stale_sentence
from harness.controller.environments.resolver import lock
from harness.controller.environments.variables import PASS_ENV, SHOW_INSTALLER, fixed_env
from harness.controller.errors import FaultyFiles, HarnessError, UsageError
from harness.controller.project.layout import Layout, check_root
from harness.controller.project.loader import load_matrix
from harness.controller.project.matrix import Environment, Matrix

_quiet_options: list[Parsed] = []  # of a tox that is to show what uv prints while it installs


def names(root: Path) -> Iterable[str]:
    """The ids of all environments of the project at `root`. A faulty matrix.yaml ends tox with its faults."""
    return _matrix(root).everything


def configure(root: Path, core: ConfigSet, state: State) -> None:
    """Give tox the environments and the default list, and make groups usable with `-e` and `-m`.

    An unknown environment after `-e` ends tox with the nearest name; a faulty matrix.yaml ends it with its faults.
    """
    matrix = _matrix(root)
    if SHOW_INSTALLER in os.environ:
        _quiet_options.append(state.conf.options)
    core.loaders.insert(0, MemoryLoader(env_list=EnvList(list(matrix.groups[matrix.default]))))
    for environment in matrix.everything.values():
        state.conf.memory_seed_loaders[environment.id].append(
            _loader(environment, matrix, Layout(root), state.conf.pos_args(None))
        )
    chosen = getattr(state.conf.options, "env", None)
    if isinstance(chosen, CliEnv) and not chosen.is_all and not chosen.is_default_list:
        expanded = [member for name in chosen for member in matrix.groups.get(name, (name,))]
        _refuse_unknown(chosen, matrix, state)
        state.conf.options.env = CliEnv(list(dict.fromkeys(expanded)))


def resolve(root: Path, name: str) -> None:
    """Resolve an environment of a lane again, just before tox installs it. Other environments keep their locks.

    Raises tox's `Fail` with the reason for an environment that does not resolve, or whose lock does not fit the matrix.
    """
    _show_installer()
    matrix, layout = _matrix(root), Layout(root)
    environment = matrix.everything.get(name)
    if environment is None:
        return
    try:
        if environment.lane:
            lock(environment, matrix.resolve, layout)
        elif reason := resolution_failure(environment, matrix.resolve, layout):
            raise Fail(reason)
        elif needs_lock([environment], matrix.resolve, layout)[1]:
            raise Fail(stale_sentence([name]))
    except HarnessError as error:
        raise Fail(str(error)) from None


def _show_installer() -> None:
    """Let tox print what uv prints from here on: it does from -vv on, which would also make uv's venv verbose."""
    while _quiet_options:
        _quiet_options.pop().verbose += 2


def prefer_interpreter(name: str, versions: Sequence[str], state: State) -> None:
    """Give an environment of tox.ini the first of several Python versions that this machine has."""
    found = next(filter(None, map(find_interpreter, versions)), f"python{versions[-1]}")
    state.conf.memory_seed_loaders[name].append(MemoryLoader(base_python=[str(found)]))


def _matrix(root: Path) -> Matrix:
    try:
        check_root(root)
        return load_matrix(root)
    except (FaultyFiles, UsageError) as error:
        raise HandledError(str(error)) from None


def _refuse_unknown(chosen: Iterable[str], matrix: Matrix, state: State) -> None:
    """Refuse names such as check-tf215: tox knows each part, would run nothing and report OK."""
    ours = {*matrix.everything, *matrix.groups}
    known = ours.union(state.conf)
    for name in chosen:
        if name not in known and (name.startswith(matrix.subject.prefix) or ours.intersection(name.split("-"))):
            raise HandledError(f"unknown environment {name!r}{suggest(name, ours)}")


def _loader(environment: Environment, matrix: Matrix, layout: Layout, posargs: Sequence[str] | None) -> MemoryLoader:
    install = [find_uv_bin(), "pip", "install", "--no-deps", "--require-hashes", "--compile-bytecode", "{packages}"]
    # Set only where it is needed: a value here overrides tox's own `--recreate`.
    prefix = layout.environments / environment.id
    recreate = {"recreate": True} if is_half_made(prefix) or is_moved(prefix) else {}
    return MemoryLoader(
        **recreate,
        description=_description(environment),
        base_python=[str(find_interpreter(environment.python) or f"python{environment.python}")],
        skip_install=True,
        # Relative, as tox splits this like a shell: the root's path may hold quotes and backslashes.
        deps=PythonDeps(f"-r{layout.lock(environment).relative_to(layout.root)}", layout.root),
        install_command=Command(install),
        list_dependencies_command=Command([find_uv_bin(), "--color", "never", "pip", "freeze"]),
        pass_env=list(PASS_ENV),
        set_env=fixed_env(environment),
        commands=[Command([sys.executable, "-m", "harness.controller.worker.main", *(posargs or ())])],
        allowlist_externals=[sys.executable],
        change_dir=layout.root,
        interrupt_timeout=20.0,
        labels=[name for name, members in matrix.groups.items() if environment.id in members],
    )


def _description(environment: Environment) -> str:
    packages = [f"{environment.distribution} {environment.release}", *environment.packages]
    variables = [f"{name}={value}" for name, value in environment.set_env]
    if environment.lane:
        variables.append("resolved again for each run")
    return f"Python {environment.python}: {', '.join([*packages, *variables])}"
