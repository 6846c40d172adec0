"""`harness publish`: the grid as a static site, written next to its folder and renamed when it is complete."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from jinja2 import Environment as Templates

from harness.controller.errors import Exit, UsageError
from harness.controller.grid import markdown
from harness.controller.grid.data_files import csv_parts, json_parts
from harness.controller.grid.svg import grid_svg
from harness.controller.project.loader import Project
from harness.controller.project.selection import Selection
from harness.controller.site import (
    answers_data,
    case_page,
    front_page,
    grid_page,
    machine_readable,
    names_data,
    path_page,
    release_page,
)
from harness.controller.site.chart import chart
from harness.controller.site.data import SiteData, read_site_data
from harness.controller.site.rendering import STATIC, make_templates
from harness.controller.site.schemas import site_schemas

MARK = "site.json"


def build_site(project: Project, selection: Selection, of_run: bool, out: Path) -> Exit:
    """Write the site to the folder `out`, replacing a site published there. Raises UsageError for any other content."""
    check_place(out)
    site = read_site_data(project, selection, of_run)
    out.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        write_pages(site, staging)
        staging.chmod(0o755)
        _replace_site(staging, out)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    pages = sum(1 for _ in out.rglob("*.html"))
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


def write_pages(site: SiteData, folder: Path) -> None:
    """Write every file of the site into an existing folder."""
    templates = make_templates(site.grid.subject)
    shutil.copytree(STATIC, folder / "static")
    for name, text in _files(site, templates):
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _files(site: SiteData, templates: Templates) -> Iterator[tuple[str, str]]:
    yield MARK, machine_readable.about(site)
    yield from site_schemas(site.language).items()
    yield "static/search.js", grid_page.search_index(site)
    yield "static/answers.js", answers_data.answers_script(site)
    yield "static/names-public.js", names_data.names_script("NAMES", site.api, {"public"})
    yield "static/names-hidden.js", names_data.names_script("HIDDEN_NAMES", site.api, {"private", "leaked"})
    yield "static/environments.js", machine_readable.environments_script(site)
    yield from _grid_files(site, templates)
    yield from _case_files(site, templates)
    yield from _path_files(site, templates)
    yield from _release_files(site, templates)
    yield from _badges_and_feed(site, templates)
    for row in site.lanes:
        for name, _, remedy in row.remedies:
            yield f"remedies/{name}.txt", remedy.constraints


def _page(templates: Templates, template: str, site: SiteData, up: str = "", **context: object) -> str:
    return templates.get_template(template).render(site=site, up=up, **context)


def _grid_files(site: SiteData, templates: Templates) -> Iterator[tuple[str, str]]:
    releases = [head for head in reversed(site.heads) if head.base is None]
    shares = {
        f"{path} ({site.counts[path]})": [found.percent if (found := cells[head.id]) else None for head in releases]
        for path, cells in site.scores.items()
    }
    front: dict[str, Any] = {
        "chart": chart(shares, [head.label for head in releases], site.grid.subject),
        "examples": front_page.examples(site),
        "verdicts": front_page.path_verdicts(site),
    }
    yield "index.html", _page(templates, "index.html", site, totals=site.grid.totals(), **front)
    grid: dict[str, Any] = {"sections": grid_page.sections(site), "failed": grid_page.failed(site)}
    yield "grid.html", _page(templates, "grid.html", site, totals=site.grid.totals(), **grid)
    yield "summary.html", _page(templates, "summary.html", site)
    csv = list(csv_parts(site.grid))
    columns = csv[0].strip().split(",")
    yield "data.html", _page(templates, "data.html", site, badges=machine_readable.badges(site), columns=columns)
    yield "grid.svg", grid_svg(site.grid)
    yield "grid.json", "".join(json_parts(site.grid))
    yield "grid.csv", "".join(csv)
    yield "grid.md", markdown.grid_as_markdown(site.grid, site.lanes)


def _case_files(site: SiteData, templates: Templates) -> Iterator[tuple[str, str]]:
    for case in site.cases:
        page = case_page.case_page(site, case)
        text = (site.root / case.file).read_text(encoding="utf-8")
        yield f"cases/{case.id}.html", _page(templates, "case.html", site, "../", case=case, page=page, yaml=text)
        yield f"cases/{case.id}.json", machine_readable.case_document(site, case)


def _path_files(site: SiteData, templates: Templates) -> Iterator[tuple[str, str]]:
    yield "paths/index.html", _page(templates, "paths.html", site, "../")
    for path in site.grid.paths:
        rows = path_page.path_page(site, path)
        context = {"path": path, "rows": rows, "scores": site.scores[path]}
        yield f"paths/{path}.html", _page(templates, "path.html", site, "../", **context)


def _release_files(site: SiteData, templates: Templates) -> Iterator[tuple[str, str]]:
    yield "releases/index.html", _page(templates, "releases.html", site, "../")
    for head in site.heads:
        older = release_page.before(site, head)
        changes = release_page.release_page(site, older, head) if older else []
        own = {path: cells[head.id] for path, cells in site.scores.items()}
        context = {"head": head, "older": older, "changes": changes, "scores": own}
        yield f"releases/{head.id}.html", _page(templates, "release.html", site, "../", **context)


def _badges_and_feed(site: SiteData, templates: Templates) -> Iterator[tuple[str, str]]:
    for badge in machine_readable.badges(site):
        yield f"badges/{badge.label}.json", badge.to_json()
        yield f"badges/{badge.label}.svg", templates.get_template("badge.svg").render(badge=badge)
    yield (
        "feed.xml",
        templates.get_template("feed.xml").render(site=site, entries=machine_readable.entries(site.events)),
    )
