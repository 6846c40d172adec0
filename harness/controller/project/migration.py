"""matrix.yaml of the first schema as one of the second: the same environments, with the subject written out.

Every byte outside the changed keys and values stays as it is.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from harness.controller.errors import UsageError
from harness.controller.project.matrix_schema import RELEASE_KEYS

_OLD, _NEW = RELEASE_KEYS[1], RELEASE_KEYS[2]


def migrate_matrix(text: str, subject: Mapping[str, Any], plugin: str) -> str:
    """The text in the second schema. Raises UsageError if its layout does not allow the edit."""
    nodes = dict(_items(yaml.compose(text, Loader=yaml.SafeLoader)))
    schema = nodes["schema"]
    head = f"2\n\n# What the columns are releases of.\n{subject_text(subject, plugin)}"
    edits = [(schema.start_mark.index, schema.end_mark.index, head)]
    edits += [(key.start_mark.index, key.end_mark.index, _NEW) for key in _release_keys(nodes)]
    result = text
    for start, end, new in sorted(edits, reverse=True):
        result = result[:start] + new + result[end:]
    if not _is_as_meant(result, text, subject, plugin):
        raise UsageError(
            "matrix.yaml has its schema and its environments in a form that cannot be edited: change it by hand"
        )
    return result


def subject_text(subject: Mapping[str, Any], plugin: str | None) -> str:
    """The subject and the plugin as matrix.yaml has them."""
    # With None a mapping is on one line if it holds no other: those in the subject, and never the subject itself.
    style = None if any(isinstance(value, (dict, list)) for value in subject.values()) else False
    written = yaml.safe_dump(dict(subject), sort_keys=False, default_flow_style=style, width=100)
    plugins = f"plugins: [{plugin}]" if plugin else ""
    return f"subject:\n{textwrap.indent(written, '  ')}{plugins}".rstrip()


def _release_keys(nodes: Mapping[str, Any]) -> Iterator[Any]:
    """The nodes of the keys that are named otherwise in the second schema."""
    for part in ("environments", "groups"):
        for _, entry in _items(nodes[part]):
            if isinstance(entry, yaml.MappingNode):
                yield from (key for key, _ in entry.value if key.value == _OLD)


def _items(node: Any) -> list[tuple[str, Any]]:
    return [(key.value, value) for key, value in node.value]


def _is_as_meant(result: str, text: str, subject: Mapping[str, Any], plugin: str) -> bool:
    expected = yaml.safe_load(text)
    for part in ("environments", "groups"):
        for name, entry in expected[part].items():
            if isinstance(entry, dict):
                expected[part][name] = {_NEW if key == _OLD else key: value for key, value in entry.items()}
    expected |= {"schema": 2, "subject": dict(subject), "plugins": [plugin]}
    try:
        return bool(yaml.safe_load(result) == expected)
    except yaml.YAMLError:
        return False
