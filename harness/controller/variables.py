"""The environment variables of cells."""

from __future__ import annotations

# What reaches the cells from outside, beside what tox passes by itself: HOME, LANG, LD_LIBRARY_PATH, proxies and the
# like. Everything else, PYTHONDONTWRITEBYTECODE and KERAS_BACKEND among it, does not.
PASSED = ("PATH", "TMPDIR", "UV_*", "CI", "XDG_CACHE_HOME")
FIXED = {"PYTHONHASHSEED": "0", "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "2"}
