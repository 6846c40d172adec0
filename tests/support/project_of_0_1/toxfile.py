"""tox's inline plugin: the environments are made from matrix.yaml by the installed harness."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tox.config.sets import ConfigSet
from tox.plugin import impl
from tox.report import HandledError
from tox.session.state import State
from tox.tox_env.api import ToxEnv

try:
    from harness.controller import toxenvs
except ModuleNotFoundError as missing:
    raise HandledError(f"no {missing.name} here: run the tox of the environment that has keras-import-matrix") from None

ROOT = Path(__file__).parent


@impl
def tox_extend_envs() -> Iterable[str]:
    """Their names."""
    return toxenvs.names(ROOT)


@impl
def tox_add_core_config(core_conf: ConfigSet, state: State) -> None:
    """Their settings."""
    toxenvs.configure(ROOT, core_conf, state)


@impl
def tox_on_install(tox_env: ToxEnv, arguments: object, section: str, of_type: str) -> None:
    """What a lane installs is resolved anew."""
    toxenvs.resolve(ROOT, tox_env.conf.name)
