"""tox's inline plugin: the environments are made from matrix.yaml.

tox loads this file before it installs the `requires` of tox.ini, and again after. The first time a requirement may
be missing: then nothing is registered.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tox.config.sets import ConfigSet
from tox.plugin import impl
from tox.session.state import State
from tox.tox_env.api import ToxEnv

ROOT = Path(__file__).parent
REQUIREMENTS = ("yaml", "packaging", "uv")  # what harness.tox imports and tox does not bring
# Without a word such as py311 in their names, which tox would read as the interpreter.
RUNNER_TESTS = {"runner-old": ["3.7", "3.8"], "runner-middle": ["3.11"], "runner-new": ["3.13"]}

try:
    from harness import tox as matrix
except ModuleNotFoundError as missing:
    if missing.name not in REQUIREMENTS:
        raise
    matrix = None  # type: ignore[assignment]


@impl
def tox_extend_envs() -> Iterable[str]:
    """The ids of the environments."""
    return matrix.names(ROOT) if matrix else ()


@impl
def tox_add_core_config(core_conf: ConfigSet, state: State) -> None:
    """The settings of the environments."""
    if matrix:
        matrix.configure(ROOT, core_conf, state)
        for name, versions in RUNNER_TESTS.items():
            matrix.prefer_interpreter(name, versions, state)


@impl
def tox_on_install(tox_env: ToxEnv, arguments: object, section: str, of_type: str) -> None:
    """Resolve the environments of lanes again, before they are installed."""
    if matrix:
        matrix.resolve(ROOT, tox_env.conf.name)
