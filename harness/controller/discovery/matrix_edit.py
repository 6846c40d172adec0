"""Edits of the environments in matrix.yaml: every other byte of the file stays unchanged.

PyYAML gives the position of each value, and the text is edited there. A round trip through ruamel.yaml would keep
comments and order, but rewrite indentation, spaces, line ends and the columns of comments.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from harness.controller.discovery.updates import MatrixUpdate
from harness.controller.errors import UsageError

_PART = "environments"


@dataclass(frozen=True)
class _Edit:
    """New text for the characters from `start` to `end`."""

    start: int
    end: int
    text: str


def edit_matrix(text: str, changes: Sequence[MatrixUpdate]) -> str:
    """The text of matrix.yaml with the updates. Raises UsageError if its layout does not allow the edit."""
    environments = _items(yaml.compose(text, Loader=yaml.SafeLoader))[_PART][1]
    entries = _items(environments)
    edits = [edit for change in changes if change.id in entries for edit in _revision(text, entries, change)]
    edits += _addition(text, entries, [change for change in changes if change.id not in entries])
    result = text
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        result = result[: edit.start] + edit.text + result[edit.end :]
    if not _is_as_meant(result, text, changes):
        names = ", ".join(change.id for change in changes)
        raise UsageError(f"matrix.yaml does not have each environment on lines of its own: edit {names} by hand")
    return result


def _is_as_meant(result: str, text: str, changes: Sequence[MatrixUpdate]) -> bool:
    expected = yaml.safe_load(text)
    for change in changes:
        expected[_PART][change.id] = {**expected[_PART].get(change.id, {}), **change.values}
    try:
        return bool(yaml.safe_load(result) == expected)
    except yaml.YAMLError:
        return False


def _revision(text: str, entries: _Items, change: MatrixUpdate) -> list[_Edit]:
    entry = entries[change.id][1]
    keys = _items(entry)
    there = {key: keys[key][1] for key in change.values if key in keys}
    edits = [_Edit(node.start_mark.index, _end(node), _yaml(change.values[key])) for key, node in there.items()]
    new = [f"{key}: {_yaml(value)}" for key, value in change.values.items() if key not in keys]
    if new and entry.flow_style:
        edits.append(_Edit(_end_of_last(keys), _end_of_last(keys), "".join(f", {line}" for line in new)))
    elif new:
        edits.append(_after_line(text, _end_of_last(keys), _column(keys), new))
    return edits


def _addition(text: str, entries: _Items, changes: Sequence[MatrixUpdate]) -> list[_Edit]:
    """New entries after the last one, in its style."""
    last = list(entries.values())[-1][1]
    lines = []
    for change in changes:
        lines += [f"# {change.comment}"] if change.comment else []
        if last.flow_style:
            lines.append(f"{change.id}: {flow_mapping(change.values)}")
        else:
            inner = " " * (_column(_items(last)) - _column(entries))
            lines += [f"{change.id}:", *(f"{inner}{key}: {_yaml(value)}" for key, value in change.values.items())]
    return [_after_line(text, _end(last), _column(entries), lines)] if lines else []


def flow_mapping(entry: Mapping[str, Any]) -> str:
    """An entry on one line: `{release: 2.15.1, python: "3.11"}`."""
    return f"{{{', '.join(f'{key}: {_yaml(value)}' for key, value in entry.items())}}}"


def _after_line(text: str, place: int, column: int, lines: Sequence[str]) -> _Edit:
    """Insert indented lines after the line of a position."""
    newline = "\r\n" if "\r\n" in text else "\n"
    found = text.find(newline, place)
    end = found if found >= 0 else len(text)
    return _Edit(end, end, "".join(f"{newline}{' ' * column}{line}" for line in lines))


_Items = dict[str, tuple[Any, Any]]  # the nodes of a mapping's keys and values; PyYAML has no types


def _items(mapping: Any) -> _Items:
    return {key.value: (key, value) for key, value in mapping.value}


def _column(items: _Items) -> int:
    return int(next(iter(items.values()))[0].start_mark.column)


def _end_of_last(items: _Items) -> int:
    return _end(list(items.values())[-1][1])


def _end(node: Any) -> int:
    """The end of a node's text. PyYAML's own mark of a block is the start of whatever follows."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


def _yaml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_yaml, value))}]"
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value) if yaml.safe_load(str(value)) == value else f'"{value}"'
