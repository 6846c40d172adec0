"""The heads of the grid's columns in a window: level where they fit, else written downwards, else in several blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.controller.project.matrix import Environment

_GAP = 2  # characters between columns that are not squeezed


@dataclass(frozen=True)
class ColumnHeads:
    """Neighbouring columns: their environments, the width of each with the gap before it, and the lines of their heads.

    `notes` explain what the heads abbreviate: `l: legacy`.
    """

    environments: tuple[Environment, ...]
    widths: tuple[int, ...]
    lines: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        return sum(self.widths)

    def join(self, cells: Sequence[str]) -> str:
        """A line of cells, each at the right of its column."""
        return "".join(cell.rjust(width) for cell, width in zip(cells, self.widths, strict=True))


def place_columns(environments: Sequence[Environment], room: int, content: int = 1) -> list[ColumnHeads]:
    """The columns in the widest form that fits into `room` characters; blocks of squeezed ones where none does.

    `content` is the most characters of a cell.
    """
    if not environments:
        return []
    pitch = content + 1
    forms = [_level(environments, content), _downwards(environments, content + _GAP), _downwards(environments, pitch)]
    if content == 1:
        forms.append(_squeezed(environments))
    for form in forms:
        if form.width <= room:
            return [form]
    blocks = -(-len(environments) // max(1, room // pitch))
    size = -(-len(environments) // blocks)  # blocks of about the same size
    starts = range(0, len(environments), size)
    return [_downwards(environments[start : start + size], pitch) for start in starts]


def _level(environments: Sequence[Environment], content: int) -> ColumnHeads:
    labels = [environment.label for environment in environments]
    widths = tuple(max(len(label), content) + _GAP for label in labels)
    columns = ColumnHeads(tuple(environments), widths, ())
    return replace(columns, lines=(columns.join(labels),))


def _downwards(environments: Sequence[Environment], pitch: int) -> ColumnHeads:
    """Columns of one width, with the heads written downwards."""
    return _written_downwards(environments, [pitch] * len(environments))


def _squeezed(environments: Sequence[Environment]) -> ColumnHeads:
    """Columns without gaps but for one before every fifth, by which the eye finds its way."""
    return _written_downwards(environments, [1 if place % 5 else 2 for place in range(len(environments))])


def _written_downwards(environments: Sequence[Environment], widths: Sequence[int]) -> ColumnHeads:
    """A release's characters below one another, then a variant's first ones, which a note explains."""
    releases, variants = zip(*(environment.label.partition(" ")[::2] for environment in environments), strict=True)
    names = list(dict.fromkeys(filter(None, variants)))
    size = next((size for size in range(1, 99) if len({name[:size] for name in names}) == len(names)), 99)
    height = max(map(len, releases))
    heads = [release.ljust(height) + variant[:size] for release, variant in zip(releases, variants, strict=True)]
    height = max(map(len, heads))
    rows = zip(*(head.ljust(height) for head in heads), strict=True)
    notes = tuple(f"{name[:size]}: {name}" for name in names if len(name) > size)
    columns = ColumnHeads(tuple(environments), tuple(widths), (), notes)
    return replace(columns, lines=tuple(map(columns.join, rows)))
