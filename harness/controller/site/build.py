"""`harness publish`: the grid as a static site, written next to its folder and renamed when it is complete."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from harness.controller.errors import Exit, UsageError
from harness.controller.grid import markdown
from harness.controller.grid.data_files import csv_parts, json_parts
from harness.controller.grid.svg import grid_svg
from harness.controller.project.loader import Project
from harness.controller.project.selection import Selection
from harness.controller.site import embed, grid_page, machine_readable, search_engines
from harness.controller.site.data import SiteData, read_site_data
from harness.controller.site.pages import Pages
from harness.controller.site.rendering import STATIC
from harness.controller.site.schemas import site_schemas
from harness.controller.site.search import answers_data, names_data

MARK = "site.json"


def build_site(
    project: Project, selection: Selection, of_run: bool, out: Path, url: str = "", repository: str = ""
) -> Exit:
    """Write the site to the folder `out`, replacing a site published there. Raises UsageError for any other content.

    `url` is the address where it will be, `repository` that of the source; both may be empty.
    """
    check_place(out)
    site = replace(read_site_data(project, selection, of_run), url=url, repository=repository)
    out.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        pages = write_site(site, staging)
        staging.chmod(0o755)
        _replace_site(staging, out)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    print(f"{out}: {pages} pages of {sum(site.grid.totals().values())} cells; open {out / 'index.html'}")
    return Exit.AGREES


def check_place(out: Path) -> None:
    """Raises UsageError for a file, or for a folder that holds anything but a published site."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file: name a folder for the site")
    if out.is_dir() and any(out.iterdir()) and not (out / MARK).is_file():
        raise UsageError(f"{out} is not a published site: name an empty or a new folder")


def _replace_site(staging: Path, out: Path) -> None:
    old = staging.with_name(staging.name + ".old")
    with suppress(FileNotFoundError):
        out.rename(old)
    staging.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def write_site(site: SiteData, folder: Path) -> int:
    """Write every file of the site into an existing folder. Gives the number of pages."""
    shutil.copytree(STATIC, folder / "static")
    pages = Pages(site)
    names = []
    for name, text in [*pages.all_pages(), *_data(site, pages)]:
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        names += [name] if name.endswith(".html") else []
    if site.url:
        (folder / "sitemap.xml").write_text(search_engines.sitemap(site, sorted(names)), encoding="utf-8")
        (folder / "robots.txt").write_text(search_engines.robots(site), encoding="utf-8")
        (folder / "404.html").write_text(pages.not_found(), encoding="utf-8")
        (folder / "preview.png").write_bytes(search_engines.preview(site))
    return len(names)


def _data(site: SiteData, pages: Pages) -> Iterator[tuple[str, str]]:
    yield MARK, machine_readable.about(site)
    yield from site_schemas(site.language).items()
    yield "static/search.js", grid_page.search_index(site)
    yield "static/answers.js", answers_data.answers_script(site, pages.answers)
    yield "static/names-public.js", names_data.names_script("NAMES", site.api, {"public"})
    yield "static/names-hidden.js", names_data.names_script("HIDDEN_NAMES", site.api, {"private", "leaked"})
    methods = names_data.method_rows(site.api)
    yield "static/names-methods.js", names_data.names_script("METHOD_NAMES", methods, {"public"})
    yield "static/environments.js", machine_readable.environments_script(site)
    yield "grid.svg", grid_svg(site.grid)
    yield "grid.json", "".join(json_parts(site.grid))
    yield "grid.csv", "".join(csv_parts(site.grid))
    yield "grid.md", markdown.grid_as_markdown(site.grid, site.lanes)
    yield "ranges.json", machine_readable.case_ranges(site)
    yield "api-ranges.json", machine_readable.api_ranges(site.api)
    yield from ((f"cases/{case.id}.json", machine_readable.case_document(site, case)) for case in site.cases)
    yield from ((f"cases/{case.id}.svg", embed.case_svg(site, case)) for case in site.cases)
    yield from ((f"modules/{page.full}.svg", embed.module_svg(page)) for page in pages.modules)
    yield from ((f"badges/{badge.label}.json", badge.to_json()) for badge in pages.badges)
    yield from ((f"badges/{badge.label}.svg", pages.badge_svg(badge)) for badge in pages.badges)
    yield "feed.xml", pages.feed()
    for row in site.lanes:
        for name, _, remedy in row.remedies:
            yield f"remedies/{name}.txt", remedy.constraints
