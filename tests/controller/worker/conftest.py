from __future__ import annotations

from tests.support.closure_fixtures import column, commit, edit, fill, grid, harness, keep, project, root, tox

__all__ = ["column", "commit", "edit", "fill", "grid", "harness", "keep", "project", "root", "tox"]
