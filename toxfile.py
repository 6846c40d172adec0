"""tox's inline plugin: the environments are made from matrix.yaml.

tox loads this file before it has installed what `requires` in tox.ini names, and again after. The first time it may
find PyYAML, packaging or uv missing, and then registers nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tox.config.sets import ConfigSet
from tox.plugin import impl
from tox.session.state import State
from tox.tox_env.api import ToxEnv

ROOT = Path(__file__).parent
# Without a word such as py311 in their names, which tox would take for the interpreter.
RUNNER_TESTS = {"runner-old": ["3.7", "3.8"], "runner-middle": ["3.11"], "runner-new": ["3.13"]}

try:
    from harness.controller.environments import tox_plugin as toxenvs
except ModuleNotFoundError as missing:
    if missing.name not in ("yaml", "packaging", "uv"):
        raise
    toxenvs = None  # type: ignore[assignment]


@impl
def tox_extend_envs() -> Iterable[str]:
    """Their names."""
    return toxenvs.environment_names(ROOT) if toxenvs else ()


@impl
def tox_add_core_config(core_conf: ConfigSet, state: State) -> None:
    """Their settings."""
    if toxenvs:
        toxenvs.configure(ROOT, core_conf, state)
        for name, versions in RUNNER_TESTS.items():
            toxenvs.prefer_interpreter(name, versions, state)


@impl
def tox_on_install(tox_env: ToxEnv, arguments: object, section: str, of_type: str) -> None:
    """What a lane installs is resolved anew."""
    if toxenvs:
        toxenvs.resolve(ROOT, tox_env.conf.name)
