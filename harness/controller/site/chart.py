"""The chart of passing cells by release, one line for each import path: drawn by matplotlib as SVG inside a page.

The strict Content-Security-Policy of the pages allows no style attributes and elements. Presentation attributes
(SVG 1.1, section 6.1) replace them, and black becomes the colour of the text.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure

from harness.cases.subject import Subject

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
# Each has a contrast of at least 3 to white and to the page's dark background.
_COLOURS = [
    "#0b7fc7",
    "#c65a11",
    "#0d8f6b",
    "#b3539e",
    "#8a7a00",
    "#7a6fd0",
    "#c23b3b",
    "#4f8f2f",
    "#9a6b4f",
    "#777777",
]
_MARKERS = "osD^vPX*<>h"
_LEAST_GAP = 4.4  # percent between two names at the end of lines
_FONT = re.compile(r"([\d.]+)px")


def chart(shares: Mapping[str, Sequence[float | None]], labels: Sequence[str], subject: Subject) -> Markup:
    """The chart. `shares` has for each path its percentages by release, None for a release without a score."""
    places = _spread(shares)
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "grid", "font.size": 8}):
        figure = Figure(figsize=(11, 3.9), layout="constrained")
        axes = figure.add_subplot()
        for number, (path, values) in enumerate(shares.items()):
            points = [float("nan") if value is None else value for value in values]
            colour = _COLOURS[number % len(_COLOURS)]
            marker = _MARKERS[number % len(_MARKERS)]
            axes.plot(range(len(points)), points, color=colour, marker=marker, markersize=3.5, linewidth=1.4)
            axes.text(len(points) - 0.6, places[path], path, color=colour, va="center")
        axes.set_xticks(range(len(labels)), labels)
        axes.set_xlim(-0.4, len(labels) - 0.8)
        axes.set_ylim(-2, 102)
        axes.set_ylabel("passing cells, percent")
        axes.set_xlabel(f"{subject.title} release")
        axes.grid(axis="y", color="#888888", alpha=0.3, linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        axes.patch.set_visible(False)
        figure.patch.set_visible(False)
        drawn = io.BytesIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _inline(drawn.getvalue())


def _spread(shares: Mapping[str, Sequence[float | None]]) -> dict[str, float]:
    """The height of each name at the end of its line, moved up where two would overlap."""
    ends = {
        path: next((value for value in reversed(values) if value is not None), 0.0) for path, values in shares.items()
    }
    places: dict[str, float] = {}
    last = -_LEAST_GAP
    for path in sorted(ends, key=ends.__getitem__):
        last = places[path] = max(ends[path], last + _LEAST_GAP)
    return places


def _inline(svg: bytes) -> Markup:
    """The chart as an element of a page that scales to the width; the page itself describes it to screen readers."""
    root = ElementTree.fromstring(svg)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
    for element in root.iter():
        for name, value in _declarations(element.attrib.pop("style", "")):
            element.set(name, "currentColor" if value == "#000000" else value)
        element.tag = element.tag.replace(f"{{{_SVG}}}", "")
        for key in [key for key in element.attrib if key.startswith(f"{{{_XLINK}}}")]:
            element.set(key.replace(f"{{{_XLINK}}}", ""), element.attrib.pop(key))
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("fill", "currentColor")
    root.set("aria-hidden", "true")
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _declarations(style: str) -> list[tuple[str, str]]:
    """The declarations of a style attribute as presentation attributes. Of `font` only the size is kept."""
    found = []
    for declaration in filter(str.strip, style.split(";")):
        name, value = (part.strip() for part in declaration.split(":", 1))
        size = _FONT.search(value)
        if name != "font":
            found.append((name, value))
        elif size:
            found.append(("font-size", size[1]))
    return found
