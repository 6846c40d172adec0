"""The environment variables of cells."""

from __future__ import annotations

import os

from harness.controller.project.matrix import Environment

# What reaches the cells from outside, beside what tox passes by itself: HOME, LANG, LD_LIBRARY_PATH, proxies and the
# like. Everything else, PYTHONDONTWRITEBYTECODE among it, does not.
PASS_ENV = ("PATH", "TMPDIR", "UV_*", "CI", "XDG_CACHE_HOME")
_SET_ENV = {"PYTHONHASHSEED": "0", "CUDA_VISIBLE_DEVICES": "-1"}
# Of what reaches them that which could change what they say: proxies and folders for temporary files do not.
_CALLERS = ("HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "XDG_CACHE_HOME", "CI")

# `harness run` sets it for its tox, whose log then has what uv prints while it installs. No cell sees it.
SHOW_INSTALLER = "HARNESS_SHOW_INSTALLER"


def fixed_env(environment: Environment) -> dict[str, str]:
    """The variables that each cell of the environment has: those of every cell, of the subject, and its own."""
    return _SET_ENV | dict(environment.subject.set_env) | dict(environment.set_env)


def cache_relevant_env() -> dict[str, str]:
    """Those of the caller's variables that cells may depend on."""
    return {name: os.environ[name] for name in _CALLERS if name in os.environ}
