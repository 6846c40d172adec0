"""`python -m harness`: the same as the `harness` command."""

from harness.controller.cli import main

raise SystemExit(main())
