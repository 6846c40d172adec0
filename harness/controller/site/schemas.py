"""JSON Schemas of the documents of a site, published with them."""

from __future__ import annotations

import json
from typing import Any

from harness.cases.kinds import KINDS
from harness.cases.schema import DRAFT
from harness.contract.records import SCHEMA
from harness.contract.statuses import Stage, Status

SiteSchema = dict[str, Any]

_TEXT: SiteSchema = {"type": "string"}
_MAYBE_TEXT: SiteSchema = {"type": ["string", "null"]}
_TEXTS: SiteSchema = {"type": "array", "items": _TEXT}


def site_schemas() -> dict[str, str]:
    """The text of each schema's file, by the file's name."""
    schemas = {"grid.schema.json": _grid(), "case.schema.json": _case()}
    return {name: json.dumps(schema, indent=1) + "\n" for name, schema in schemas.items()}


def _grid() -> SiteSchema:
    packages = {"type": "object", "additionalProperties": _TEXT}
    environment = _object(
        id=_TEXT,
        tensorflow=_TEXT,
        python=_TEXT,
        distribution=_TEXT,
        status={"enum": ["ok", "env-fail"]},
        reason=_MAYBE_TEXT,
        packages=packages,
    )
    case = _object(id=_TEXT, kind={"enum": list(KINDS)}, title=_TEXT)
    return {
        "$schema": DRAFT,
        "title": "grid.json of the Keras import matrix: every cell, with the environments they ran in",
        **_object(schema={"const": SCHEMA}, environments=_list(environment), cases=_list(case), cells=_list(_cell())),
    }


def _case() -> SiteSchema:
    known = _object(path=_TEXT, tf=_TEXT, match=_TEXT, reason=_TEXT, issue=_MAYBE_TEXT)
    return {
        "$schema": DRAFT,
        "title": "A case of the Keras import matrix with all its cells",
        **_object(
            schema={"const": SCHEMA},
            id=_TEXT,
            kind={"enum": list(KINDS)},
            title=_TEXT,
            source=_TEXTS,
            advice=_MAYBE_TEXT,
            known=_list(known),
            cells=_list(_cell()),
        ),
    }


def _cell() -> SiteSchema:
    return _object(
        environment=_TEXT,
        case=_TEXT,
        path=_TEXT,
        status={"enum": [status.value for status in Status]},
        stage={"enum": [*(stage.value for stage in Stage), None]},
        error=_MAYBE_TEXT,
        message=_MAYBE_TEXT,
        warnings=_TEXTS,
    )


def _list(item: SiteSchema) -> SiteSchema:
    return {"type": "array", "items": item}


def _object(**properties: SiteSchema) -> SiteSchema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
