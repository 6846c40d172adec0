"""Starts pytest in an environment: `python FILE ARGUMENT...`, with pytest's arguments.

The environment's own program `pytest` names its interpreter by an absolute path, which is another environment's once a
project has been copied; and `python -m pytest` would import modules from the project's folder.
"""

from __future__ import annotations

import importlib.util
import os
import runpy
import sys


def main() -> None:
    """Run pytest to its exit, or end with a sentence where it is not installed."""
    here = os.path.dirname(os.path.realpath(__file__))
    sys.path[:] = [folder for folder in sys.path if os.path.realpath(folder) != here]  # where only our modules are
    if importlib.util.find_spec("pytest") is None:
        raise SystemExit(f"pytest is not installed in {sys.prefix}")
    sys.argv[0] = "pytest"
    runpy.run_module("pytest", run_name="__main__")


if __name__ == "__main__":
    main()
