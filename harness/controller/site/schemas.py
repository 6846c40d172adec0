"""JSON Schemas of the documents of a site, published with them."""

from __future__ import annotations

import json
from typing import Any

from harness.cases.language import Language
from harness.cases.schema import DRAFT
from harness.contract.records import SCHEMA
from harness.contract.statuses import Stage, Status
from harness.controller.grid.data_files import GRID_SCHEMA
from harness.controller.results.documents import EnvironmentFacts

SiteSchema = dict[str, Any]

_TEXT: SiteSchema = {"type": "string"}
_MAYBE_TEXT: SiteSchema = {"type": ["string", "null"]}
_TEXTS: SiteSchema = {"type": "array", "items": _TEXT}
_PAIR: SiteSchema = {**_TEXTS, "minItems": 2, "maxItems": 2}


def site_schemas(language: Language) -> dict[str, str]:
    """The text of each schema's file, by the file's name."""
    schemas = {"grid.schema.json": _grid(language), "case.schema.json": _case(language)}
    schemas |= {"ranges.schema.json": _ranges(language), "api-ranges.schema.json": _api_ranges(language)}
    return {name: json.dumps(schema, indent=1) + "\n" for name, schema in schemas.items()}


def _grid(language: Language) -> SiteSchema:
    packages = {"type": "object", "additionalProperties": _TEXT}
    special = {"status": {"enum": ["ok", "env-fail"]}, "reason": _MAYBE_TEXT, "packages": packages}
    example = EnvironmentFacts("", "", "", "", subject=language.subject.package)
    environment = _object(**{name: special.get(name, _TEXT) for name in example.to_json()})
    environment["properties"]["set_env"] = packages  # of a variant alone: its variables
    case = _object(id=_TEXT, kind={"enum": list(language.kinds)}, title=_TEXT)
    schema = {"const": GRID_SCHEMA}
    return {
        "$schema": DRAFT,
        "title": f"grid.json of the {language.subject.matrix}: every cell, equal ones once with their environments",
        **_object(schema=schema, environments=_list(environment), cases=_list(case), cells=_list(_cell())),
    }


def _case(language: Language) -> SiteSchema:
    known = _object(path=_TEXT, release=_TEXT, match=_TEXT, reason=_TEXT, issue=_MAYBE_TEXT, written_by=_TEXT)
    return {
        "$schema": DRAFT,
        "title": f"A case of the {language.subject.matrix} with all its cells",
        **_object(
            schema={"const": GRID_SCHEMA},
            id=_TEXT,
            kind={"enum": list(language.kinds)},
            title=_TEXT,
            source=_TEXTS,
            advice=_MAYBE_TEXT,
            known=_list(known),
            cells=_list(_cell()),
        ),
    }


def _ranges(language: Language) -> SiteSchema:
    statuses = [status.value for status in Status]
    by_status = {"type": "object", "propertyNames": {"enum": statuses}, "additionalProperties": _list(_PAIR)}
    variants = {"type": "object", "additionalProperties": {"enum": statuses}}
    rows = {"type": "object", "additionalProperties": _object(releases=by_status, variants=variants)}
    return {
        "$schema": DRAFT,
        "title": f"ranges.json of the {language.subject.matrix}: first and last release of each range, both inclusive",
        **_object(schema={"const": SCHEMA}, releases=_TEXTS, cases={"type": "object", "additionalProperties": rows}),
    }


def _api_ranges(language: Language) -> SiteSchema:
    numbers = {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}
    names = {"type": "object", "additionalProperties": numbers}
    return {
        "$schema": DRAFT,
        "title": f"api-ranges.json of the {language.subject.matrix}: the sets of a name's imports and attributes",
        **_object(
            schema={"const": SCHEMA},
            sets=_list(_object(ranges=_list(_PAIR), variants=_TEXTS)),
            roots={"type": "object", "additionalProperties": names},
        ),
    }


def _cell() -> SiteSchema:
    """Equal cells of several environments, in which keys without a value are left out."""
    cell = _object(
        environments=_TEXTS,
        case=_TEXT,
        path=_TEXT,
        status={"enum": [status.value for status in Status]},
        stage={"enum": [*(stage.value for stage in Stage), None]},
        error=_MAYBE_TEXT,
        message=_MAYBE_TEXT,
        warnings=_TEXTS,
    )
    return {**cell, "required": ["environments", "case", "path", "status"]}


def _list(item: SiteSchema) -> SiteSchema:
    return {"type": "array", "items": item}


def _object(**properties: SiteSchema) -> SiteSchema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
