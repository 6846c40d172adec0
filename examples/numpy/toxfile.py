"""tox's inline plugin: the installed harness makes the environments from matrix.yaml."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tox.config.sets import ConfigSet
from tox.plugin import impl
from tox.report import HandledError
from tox.session.state import State
from tox.tox_env.api import ToxEnv

try:
    from harness import tox as matrix
except ModuleNotFoundError as missing:
    raise HandledError(f"no {missing.name} here: run the tox of the environment that has keras-import-matrix") from None

ROOT = Path(__file__).parent


@impl
def tox_extend_envs() -> Iterable[str]:
    """The ids of the environments."""
    return matrix.names(ROOT)


@impl
def tox_add_core_config(core_conf: ConfigSet, state: State) -> None:
    """The settings of the environments."""
    matrix.configure(ROOT, core_conf, state)


@impl
def tox_on_install(tox_env: ToxEnv, arguments: object, section: str, of_type: str) -> None:
    """Resolve the environments of lanes again, before they are installed."""
    matrix.resolve(ROOT, tox_env.conf.name)
