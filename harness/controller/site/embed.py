"""Cards as SVG for other people's pages: a case, and the names of a module, each with a strip of all releases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from harness.cases.case import Case
from harness.contract.statuses import Status
from harness.controller.api.environments import Environments, Mask, Measured
from harness.controller.grid.svg import COLOURS
from harness.controller.site.data import SiteData
from harness.controller.site.module_page import ModuleName, ModulePage
from harness.controller.text import strip_control

_CELL, _LINE, _HEAD = 22, 20, 46  # all measures in pixels
_LEFT = 250  # where the strips begin
_LONGEST = 34  # characters of a name to the left of its strip
_Strip = tuple[str, list[Status]]  # a name, and a status for each column


def case_svg(site: SiteData, case: Case) -> str:
    """The card of a case: a line for each import path."""
    heads = list(reversed([head for head in site.heads if head.base is None]))
    lines = [
        (row.path, [site.grid.outcome(row, head.environment).status for head in heads])
        for row in site.grid.by_case[case.id]
    ]
    return "\n".join(_svg(case.title.replace("`", ""), [head.label for head in heads], lines)) + "\n"


def module_svg(page: ModulePage) -> str:
    """The names of a module. `module.svg#Name` shows that of one name alone, where a page shows it as an image."""
    environments = page.document.environments
    labels = [item.release for item in environments.items if not item.is_variant]
    lines = [(name.last, _statuses(environments, name)) for name in page.names]
    return "\n".join(_svg(page.full, labels, lines, has_views=True)) + "\n"


def _statuses(environments: Environments, name: ModuleName) -> list[Status]:
    """Where a name can be reached; what was not measured is no answer."""
    return [
        _status(name.reached, environments.bits[item.id], item.measured)
        for item in environments.items
        if not item.is_variant
    ]


def _status(reached: Mask, bit: Mask, measured: Measured) -> Status:
    if reached & bit:
        return Status.PASS
    return Status.NOT_RUN if measured in (Measured.NO, Measured.FAILED) else Status.ABSENT


def _svg(title: str, labels: list[str], lines: list[_Strip], has_views: bool = False) -> Iterator[str]:
    width, height = _LEFT + len(labels) * _CELL + 10, _HEAD + len(lines) * _LINE + 10
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" font-family="DejaVu Sans, Verdana, sans-serif" font-size="11">'
    )
    yield f"<title>{_text(title)}</title>"
    yield '<rect width="100%" height="100%" fill="#ffffff"/>'
    if has_views:
        yield from _views(lines, width)
    yield f'<text x="8" y="18" font-size="13" font-weight="bold">{_text(title)}</text>'
    for column, label in enumerate(labels):
        place = f'x="{_LEFT + column * _CELL + 10}" y="{_HEAD - 8}"'
        yield f'<text {place} font-size="8" text-anchor="middle">{_text(label)}</text>'
    for number, (name, statuses) in enumerate(lines):
        y = _HEAD + number * _LINE
        short = name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
        yield f'<text x="8" y="{y + 13}" font-family="DejaVu Sans Mono, monospace">{_text(short)}</text>'
        yield from _strip(statuses, y)
    yield _gaps(len(labels), len(lines))
    yield "</svg>"


def _views(lines: Iterable[_Strip], width: int) -> Iterator[str]:
    """A part of the picture for each name, which has its name as anchor."""
    for place, (name, _) in enumerate(lines):
        yield f'<view id={quoteattr(name)} viewBox="0 {_HEAD + place * _LINE - 3} {width} {_LINE + 2}"/>'


def _strip(statuses: Iterable[Status], y: int) -> Iterator[str]:
    """A path for each status: a bar for each range of its releases."""
    bars: dict[Status, str] = {}
    column = 0
    for status, alike in groupby(statuses):
        count = len(list(alike))
        width = count * _CELL - 2
        bars[status] = bars.get(status, "") + f"M{_LEFT + column * _CELL} {y}h{width}v{_LINE - 3}h-{width}z"
        column += count
    for status, path in bars.items():
        yield f'<path fill="{COLOURS[status]}" d="{path}"/>'


def _gaps(columns: int, lines: int) -> str:
    """White lines between the releases, from the first bar to the last."""
    path = "".join(f"M{_LEFT + column * _CELL - 1} {_HEAD}v{lines * _LINE}" for column in range(1, columns))
    return f'<path stroke="#ffffff" stroke-width="2" d="{path}"/>'


def _text(text: str) -> str:
    return escape(strip_control(text))
