"""`harness publish`: the grid as a static site, made beside its folder and put in its place when it is whole."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from jinja2 import Environment as Templates

from harness.controller.errors import Exit, UsageError
from harness.controller.grid import markdown as export
from harness.controller.grid.data_files import csv_parts, json_parts
from harness.controller.grid.svg import grid_svg
from harness.controller.project.loader import Project
from harness.controller.project.selection import Selection
from harness.controller.site import case_page, grid_page, path_page, release_page
from harness.controller.site import machine_readable as machine
from harness.controller.site.chart import chart
from harness.controller.site.data import SiteData, read_site_data
from harness.controller.site.rendering import STATIC, make_templates
from harness.controller.site.schemas import site_schemas

MARK = "site.json"


def build_site(project: Project, selection: Selection, of_run: bool, out: Path) -> Exit:
    """Write the site. What was published at `out` before is replaced; anything else there is left alone."""
    check_place(out)
    subject = read_site_data(project, selection, of_run)
    out.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        write_pages(subject, made)
        made.chmod(0o755)
        _put(made, out)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    pages = sum(1 for _ in out.rglob("*.html"))
    print(f"{out}: {pages} pages of {sum(subject.grid.totals().values())} cells; open {out / 'index.html'}")
    return Exit.AGREES


def check_place(out: Path) -> None:
    """Raises UsageError where a site would overwrite what is none."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file: name a folder for the site")
    if out.is_dir() and any(out.iterdir()) and not (out / MARK).is_file():
        raise UsageError(f"{out} holds something else than a published site: name an empty or a new folder")


def _put(made: Path, out: Path) -> None:
    old = made.with_name(made.name + ".old")
    with suppress(FileNotFoundError):
        out.rename(old)
    made.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def write_pages(subject: SiteData, folder: Path) -> None:
    """Every file of the site."""
    templates = make_templates()
    shutil.copytree(STATIC, folder / "static")
    for name, text in _files(subject, templates):
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _files(subject: SiteData, templates: Templates) -> Iterator[tuple[str, str]]:
    yield MARK, machine.about(subject)
    yield from site_schemas().items()
    yield "static/search.js", grid_page.search_index(subject)
    yield "static/environments.js", machine.environments_script(subject)
    yield from _grid_files(subject, templates)
    yield from _case_files(subject, templates)
    yield from _path_files(subject, templates)
    yield from _release_files(subject, templates)
    yield from _badges_and_feed(subject, templates)


def _page(templates: Templates, template: str, subject: SiteData, up: str = "", **context: object) -> str:
    return templates.get_template(template).render(subject=subject, up=up, **context)


def _grid_files(subject: SiteData, templates: Templates) -> Iterator[tuple[str, str]]:
    releases = [head for head in reversed(subject.heads) if head.base is None]
    shares = {
        f"{path} ({subject.counts[path]})": [found.percent if (found := cells[head.id]) else None for head in releases]
        for path, cells in subject.scores.items()
    }
    yield (
        "index.html",
        _page(
            templates,
            "grid.html",
            subject,
            sections=grid_page.sections(subject),
            failed=grid_page.failed(subject),
            chart=chart(shares, [head.label for head in releases]),
            totals=subject.grid.totals(),
        ),
    )
    yield "summary.html", _page(templates, "summary.html", subject)
    yield "data.html", _page(templates, "data.html", subject, badges=machine.badges(subject))
    yield "grid.svg", grid_svg(subject.grid)
    yield "grid.json", "".join(json_parts(subject.grid))
    yield "grid.csv", "".join(csv_parts(subject.grid))
    yield "grid.md", export.grid_as_markdown(subject.grid, subject.lanes)


def _case_files(subject: SiteData, templates: Templates) -> Iterator[tuple[str, str]]:
    for case in subject.cases:
        made = case_page.case_page(subject, case)
        text = (subject.root / case.file).read_text(encoding="utf-8")
        yield f"cases/{case.id}.html", _page(templates, "case.html", subject, "../", case=case, made=made, yaml=text)
        yield f"cases/{case.id}.json", machine.case_document(subject, case)


def _path_files(subject: SiteData, templates: Templates) -> Iterator[tuple[str, str]]:
    yield "paths/index.html", _page(templates, "paths.html", subject, "../")
    for path in subject.grid.paths:
        told = path_page.path_page(subject, path)
        context = {"path": path, "told": told, "scores": subject.scores[path]}
        yield f"paths/{path}.html", _page(templates, "path.html", subject, "../", **context)


def _release_files(subject: SiteData, templates: Templates) -> Iterator[tuple[str, str]]:
    yield "releases/index.html", _page(templates, "releases.html", subject, "../")
    for head in subject.heads:
        older = release_page.before(subject, head)
        found = release_page.release_page(subject, older, head) if older else []
        own = {path: cells[head.id] for path, cells in subject.scores.items()}
        context = {"head": head, "older": older, "found": found, "scores": own}
        yield f"releases/{head.id}.html", _page(templates, "release.html", subject, "../", **context)


def _badges_and_feed(subject: SiteData, templates: Templates) -> Iterator[tuple[str, str]]:
    for badge in machine.badges(subject):
        yield f"badges/{badge.label}.json", badge.to_json()
        yield f"badges/{badge.label}.svg", templates.get_template("badge.svg").render(badge=badge)
    yield (
        "feed.xml",
        templates.get_template("feed.xml").render(subject=subject, entries=machine.entries(subject.events)),
    )
