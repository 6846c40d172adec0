"""`python -m harness`: the same as the `harness` command."""

from harness.controller.cli import main

if __name__ == "__main__":  # processes of a local cluster import this module too
    raise SystemExit(main())
