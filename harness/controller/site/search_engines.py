"""What a site with an address of its own has for search engines and for links to it: sitemap, robots, a picture."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

import matplotlib as mpl
from matplotlib.figure import Figure

from harness.contract.statuses import Status
from harness.controller.errors import UsageError
from harness.controller.grid.svg import COLOURS
from harness.controller.site.data import SiteData

LONGEST_TITLE = 65  # characters that result pages show
_ADDRESS = re.compile(r"https?://[^\s/?#]+(?:/[^\s?#]*)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def site_address(text: str, option: str) -> str:
    """The address that an option gives, with a slash at its end. Raises UsageError for anything but http and https."""
    if not _ADDRESS.fullmatch(text):
        raise UsageError(f"{option} {text!r}: not an address such as https://example.org/matrix/")
    return text.rstrip("/") + "/"


def page_title(text: str) -> str:
    """A title of at most LONGEST_TITLE characters, cut after a word."""
    line = " ".join(text.replace("`", "").split())
    if len(line) <= LONGEST_TITLE:
        return line
    cut = line[:LONGEST_TITLE]  # a character more than there is room for, next to the sign of what was cut
    whole = cut.rpartition(" ")[0]
    return (whole if len(whole) > LONGEST_TITLE // 2 else cut[:-1]).rstrip(" ,:;") + "…"


def sitemap(site: SiteData, pages: Iterable[str]) -> str:
    """sitemap.xml of these pages, the first page under the address of its folder."""
    changed = f"<lastmod>{site.date}</lastmod>" if _DAY.fullmatch(site.date) else ""
    lines = [f"<url><loc>{escape(site.page_address(page))}</loc>{changed}</url>" for page in pages]
    head = '<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return "\n".join([head, *lines, "</urlset>"]) + "\n"


def robots(site: SiteData) -> str:
    """robots.txt: everything may be read, and where the sitemap is."""
    return f"User-agent: *\nAllow: /\nSitemap: {site.url}sitemap.xml\n"


def preview(site: SiteData) -> bytes:
    """The picture that goes with a link, 1200 x 630: the question, and each import path as a line of releases."""
    heads = [head for head in reversed(site.heads) if head.base is None]
    with mpl.rc_context({"font.size": 13, "font.family": "monospace"}):
        figure = Figure(figsize=(12, 6.3), dpi=100, facecolor="white")
        figure.text(0.05, 0.87, f"{site.grid.subject.question}?", fontsize=24, weight="bold", family="sans-serif")
        axes = figure.add_axes((0.3, 0.1, 0.65, 0.7))
        for place, path in enumerate(site.grid.paths):
            for column, head in enumerate(heads):
                axes.barh(place, 0.9, left=column, height=0.8, color=_colour(site, path, head.id))
        axes.set_yticks(range(len(site.grid.paths)), site.grid.paths)
        axes.set_xticks([column + 0.45 for column in range(len(heads))], [head.label for head in heads], rotation=90)
        axes.invert_yaxis()
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        drawn = io.BytesIO()
        figure.savefig(drawn, format="png", metadata={"Software": None})
    return drawn.getvalue()


def _colour(site: SiteData, path: str, environment: str) -> tuple[float, float, float] | str:
    """The colour of what passes, the paler the less it is; of a path that is absent, that of absent cells."""
    found = site.scores[path][environment]
    if found is None or found.percent is None:
        return COLOURS[Status.NOT_RUN]
    if found.percent == 0:
        return COLOURS[Status.ABSENT]
    red, green, blue = mpl.colors.to_rgb(COLOURS[Status.PASS])
    share = 0.15 + 0.85 * found.percent / 100
    return (1 - share * (1 - red), 1 - share * (1 - green), 1 - share * (1 - blue))
