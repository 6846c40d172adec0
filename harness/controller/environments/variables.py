"""The environment variables of cells."""

from __future__ import annotations

import os

# What reaches the cells from outside, beside what tox passes by itself: HOME, LANG, LD_LIBRARY_PATH, proxies and the
# like. Everything else, PYTHONDONTWRITEBYTECODE and KERAS_BACKEND among it, does not.
PASS_ENV = ("PATH", "TMPDIR", "UV_*", "CI", "XDG_CACHE_HOME")
SET_ENV = {"PYTHONHASHSEED": "0", "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "2"}
# Of what reaches them that which could change what they say: proxies and folders for temporary files do not.
_CALLERS = ("HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "XDG_CACHE_HOME", "CI")

# `harness run` sets it for its tox, whose log then has what uv prints while it installs. No cell sees it.
SHOW_INSTALLER = "HARNESS_SHOW_INSTALLER"


def cache_relevant_env() -> dict[str, str]:
    """Those of the caller's variables that cells may depend on."""
    return {name: os.environ[name] for name in _CALLERS if name in os.environ}
