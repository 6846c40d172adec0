"""The pages of a site: which there are, and what each template gets."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from harness.controller.grid.data_files import csv_parts
from harness.controller.site import front_page, grid_page, machine_readable, message_page, module_page, path_page
from harness.controller.site import release_page as releases
from harness.controller.site.case_page import CaseAnswer, CasePage, case_page
from harness.controller.site.chart import chart
from harness.controller.site.data import SiteData
from harness.controller.site.machine_readable import Badge
from harness.controller.site.rendering import make_templates

Page = tuple[str, str]  # the file's name below the folder of the site, and its text


class Pages:
    """The pages of a site. What several of them need is read once."""

    def __init__(self, site: SiteData) -> None:
        self.site = site
        self.templates = make_templates(site.grid.subject)

    @cached_property
    def cases(self) -> dict[str, CasePage]:
        """The data of each case's page."""
        return {case.id: case_page(self.site, case) for case in self.site.cases}

    @cached_property
    def answers(self) -> dict[str, tuple[CaseAnswer, ...]]:
        """The different results of each case."""
        return {name: page.answers for name, page in self.cases.items()}

    @cached_property
    def modules(self) -> list[module_page.ModulePage]:
        """The public modules of the inventory."""
        return module_page.module_pages(self.site.api)

    @cached_property
    def messages(self) -> list[message_page.MessagePage]:
        """The messages that many cells share."""
        return message_page.message_pages(self.site, self.answers)

    @cached_property
    def badges(self) -> list[Badge]:
        """A badge for each import path."""
        return machine_readable.badges(self.site)

    def all_pages(self) -> Iterator[Page]:
        """Every page but the one for addresses that lead nowhere."""
        yield from self._front_pages()
        yield from self._case_pages()
        yield from self._path_pages()
        yield from self._release_pages()
        yield from self._module_pages()
        yield from self._message_pages()

    def not_found(self) -> str:
        """The page for an address that leads nowhere, wherever below the site that is: its links are full."""
        return self._render("404.html", "404.html", up=self.site.url)

    def badge_svg(self, badge: Badge) -> str:
        """The picture of a badge."""
        return self.templates.get_template("badge.svg").render(badge=badge)

    def feed(self) -> str:
        """The changes of the history; an environment without a page leads to the list of releases."""
        entries = machine_readable.entries(self.site.events)
        with_page = {head.id for head in self.site.heads}
        return self.templates.get_template("feed.xml").render(site=self.site, entries=entries, with_page=with_page)

    def _render(self, name: str, template: str, up: str | None = None, **context: Any) -> str:
        above = "../" * name.count("/") if up is None else up
        return self.templates.get_template(template).render(site=self.site, up=above, page_name=name, **context)

    def _page(self, name: str, template: str, **context: Any) -> Page:
        return name, self._render(name, template, **context)

    def _front_pages(self) -> Iterator[Page]:
        site = self.site
        heads = [head for head in reversed(site.heads) if head.base is None]
        shares = {
            f"{path} ({site.counts[path]})": [found.percent if (found := cells[head.id]) else None for head in heads]
            for path, cells in site.scores.items()
        }
        front: dict[str, Any] = {
            "chart": chart(shares, [head.label for head in heads], site.grid.subject),
            "examples": front_page.examples(site),
            "verdicts": front_page.path_verdicts(site),
        }
        totals = site.grid.totals()
        yield self._page("index.html", "index.html", totals=totals, **front)
        sections, failed = grid_page.sections(site), grid_page.failed(site)
        yield self._page("grid.html", "grid.html", totals=totals, sections=sections, failed=failed)
        yield self._page("summary.html", "summary.html")
        columns = next(csv_parts(site.grid)).strip().split(",")
        yield self._page("data.html", "data.html", badges=self.badges, columns=columns, modules=self.modules)
        choices = front_page.import_choices(site)
        yield self._page("imports.html", "imports.html", choices=choices, best=front_page.best_import(choices))
        yield self._page("ask.html", "ask.html")
        yield self._page("embed.html", "embed.html")
        if site.broken_code:
            yield self._page("code.html", "code.html", heads=heads)

    def _case_pages(self) -> Iterator[Page]:
        for case in self.site.cases:
            text = (self.site.root / case.file).read_text(encoding="utf-8")
            yield self._page(f"cases/{case.id}.html", "case.html", case=case, page=self.cases[case.id], yaml=text)

    def _path_pages(self) -> Iterator[Page]:
        yield self._page("paths/index.html", "paths.html")
        for path in self.site.grid.paths:
            context = {"path": path, "rows": path_page.path_page(self.site, path), "scores": self.site.scores[path]}
            yield self._page(f"paths/{path}.html", "path.html", **context)

    def _release_pages(self) -> Iterator[Page]:
        yield self._page("releases/index.html", "releases.html")
        for head in self.site.heads:
            older = releases.before(self.site, head)
            context = {
                "head": head,
                "older": older,
                "neighbours": releases.neighbours(self.site, head),
                "changes": releases.release_page(self.site, older, head) if older else [],
                "scores": {path: cells[head.id] for path, cells in self.site.scores.items()},
            }
            yield self._page(f"releases/{head.id}.html", "release.html", **context)

    def _module_pages(self) -> Iterator[Page]:
        if self.modules:
            yield self._page("modules/index.html", "modules.html", modules=self.modules)
        with_page = {page.full for page in self.modules}
        for page in self.modules:
            yield self._page(f"modules/{page.full}.html", "module.html", page=page, with_page=with_page)

    def _message_pages(self) -> Iterator[Page]:
        if self.messages:
            yield self._page("errors/index.html", "messages.html", messages=self.messages)
        for page in self.messages:
            if page.is_page:
                yield self._page(f"errors/{page.name}.html", "message.html", page=page)
