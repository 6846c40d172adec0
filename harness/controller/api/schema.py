"""The JSON Schemas of `results/api/`: `schemas/api.json` for `ROOT.json`, `schemas/lanes.json` for the lanes."""

from __future__ import annotations

from typing import Any

from harness.cases.schema import DRAFT
from harness.controller.api.document import API_SCHEMA, FACTS
from harness.controller.api.environments import Measured
from harness.controller.api.lanes import LANES_SCHEMA
from harness.controller.api.name_changes import NAME_WORDS

_NUMBER = {"type": "integer", "minimum": 0}
_VISIBILITY = {"enum": ["public", "private", "leaked"]}
_TEXTS = {"type": "array", "items": {"type": "string"}}


def api_schema() -> dict[str, Any]:
    """The schema of a document."""
    pattern = {
        "ranges": {"type": "array", "items": {"type": "array", "prefixItems": [_text(), _text()], "items": False}},
        "variants": _TEXTS,
    }
    environment = {
        "id": _text(),
        "release": _text(),
        "variant": {"type": "boolean"},
        "measured": {"enum": [state.value for state in Measured]},
        "version": _text(),
    }
    pairs = {"type": "array", "items": {"type": "array", "prefixItems": [{}, _NUMBER], "items": False}}
    values = {"anyOf": [{"type": ["integer", "string"]}, pairs]}
    name = {
        "import": _NUMBER,
        "attribute": _NUMBER,
        "unasked": _NUMBER,
        "visibility": _VISIBILITY,
        **dict.fromkeys(FACTS, values),
    }
    document = {
        "schema": {"const": API_SCHEMA},
        "root": _text(),
        "visibility": _VISIBILITY,
        "environments": {"type": "array", "items": _object(environment, list(environment))},
        "patterns": {"type": "array", "items": _object(pattern, list(pattern))},
        "homes": _TEXTS,
        "methods": _TEXTS,
        "signatures": _TEXTS,
        "names": {"type": "object", "additionalProperties": _object(name, ["import", "attribute"])},
    }
    return {"$schema": DRAFT, "title": "The names below an import path", **_object(document, list(document))}


def lanes_schema() -> dict[str, Any]:
    """The schema of what lanes change: of each name the number of a change, and that of a set of lanes."""
    texts = {"type": "object", "additionalProperties": _text()}
    lane = {"of": _text(), "packages": texts, "failed": texts}
    change = {"type": "array", "prefixItems": [{"enum": list(NAME_WORDS)}, _text(), _text()], "items": False}
    pair = {"type": "array", "prefixItems": [_NUMBER, _NUMBER], "items": False}
    document = {
        "schema": {"const": LANES_SCHEMA},
        "lanes": {"type": "object", "additionalProperties": _object(lane, list(lane))},
        "changes": {"type": "array", "items": change},
        "sets": {"type": "array", "items": _TEXTS},
        "names": {"type": "object", "additionalProperties": {"type": "array", "items": pair, "minItems": 1}},
    }
    return {
        "$schema": DRAFT,
        "title": "What lanes change in the names of releases",
        **_object(document, list(document)),
    }


def _text() -> dict[str, str]:
    return {"type": "string"}


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
