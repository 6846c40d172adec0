"""`harness publish`: write the compatibility table as a static site."""

from __future__ import annotations

import argparse
from pathlib import Path

from harness.controller.commands.options import add_selection, selection_of
from harness.controller.errors import Exit, UsageError
from harness.controller.project.loader import Project

_PACKAGES = {"jinja2": "Jinja2", "markupsafe": "MarkupSafe", "matplotlib": "matplotlib"}  # by module


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A selection, and where the site goes."""
    add_selection(parser)
    parser.add_argument("--run", action="store_true", help="the last run instead of the accepted results")
    parser.add_argument("--out", type=Path, metavar="DIR", help="the site's folder (default: site)")
    parser.add_argument(
        "--url", default="", metavar="URL", help="where the site will be: adds what search engines read"
    )
    parser.add_argument("--repository", default="", metavar="URL", help="where the source is kept, for links to it")
    parser.add_argument("--serve", action="store_true", help="serve the site on this machine until Ctrl-C")
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="port of --serve (default: 8000; 0: any)")


def run(options: argparse.Namespace, project: Project) -> Exit:
    """Write the site and, with --serve, serve it. Raises UsageError if a package for it is missing."""
    try:
        from harness.controller.site.build import build_site
        from harness.controller.site.search_engines import site_address
        from harness.controller.site.server import serve
    except ModuleNotFoundError as missing:
        if missing.name not in _PACKAGES:
            raise
        raise UsageError(
            f"{missing.name} is not installed: `pip install {' '.join(_PACKAGES.values())}` installs what a site needs"
        ) from None
    out = options.out or project.layout.root / "site"
    url = site_address(options.url, "--url") if options.url else ""
    repository = site_address(options.repository, "--repository").rstrip("/") if options.repository else ""
    ended = build_site(project, selection_of(options), options.run, out, url, repository)
    return serve(out, options.port) if options.serve else ended
