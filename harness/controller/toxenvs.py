"""The former name of `harness.tox`, for a toxfile.py written before version 0.2.0."""

from __future__ import annotations

import warnings

from harness.tox import configure, names, resolve

__all__ = ["configure", "names", "resolve"]

warnings.warn(
    "harness.controller.toxenvs is now harness.tox: change the import in toxfile.py",
    DeprecationWarning,
    stacklevel=2,
)
