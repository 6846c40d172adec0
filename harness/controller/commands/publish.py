"""`harness publish`: write the compatibility table as a static site."""

from __future__ import annotations

from pathlib import Path

from harness.controller.commands.common import open_root
from harness.controller.errors import Exit, UsageError
from harness.controller.project.loader import load_project
from harness.controller.project.selection import Selection


def publish(root: Path | None, selection: Selection, of_run: bool, out: Path, port: int | None) -> Exit:
    """Write the site, and show it on a port if there is one."""
    try:
        from harness.controller.site import build as publishing
        from harness.controller.site import server as serving
    except ModuleNotFoundError as missing:
        if missing.name not in ("jinja2", "markupsafe", "matplotlib"):
            raise
        raise UsageError(
            f"publishing needs {missing.name}: pip install 'keras-import-matrix[publish]' installs it"
        ) from None
    project = load_project(open_root(root))
    ended = publishing.build_site(project, selection, of_run, out)
    return ended if port is None else serving.serve(out, port)
