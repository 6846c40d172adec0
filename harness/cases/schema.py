"""The JSON Schema of a case file, from the fields that also read one."""

from __future__ import annotations

from harness.cases.document.containers import Mapping
from harness.cases.document.fields import Schema
from harness.cases.language import Language
from harness.cases.loader import ALWAYS, common_fields

DRAFT = "http://json-schema.org/draft-07/schema#"


def case_schema(language: Language) -> Schema:
    """The keys of each kind and the form of their values, for editors."""
    common = common_fields(language)
    return {
        "$schema": DRAFT,
        "title": f"A case of the {language.subject.matrix}",
        "type": "object",
        "properties": {"kind": common["kind"].schema()},
        "required": list(ALWAYS),
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": name}}, "required": ["kind"]},
                "then": Mapping({**common, **kind.fields}, (*ALWAYS, *kind.required)).schema(),
            }
            for name, kind in language.kinds.items()
        ],
        "definitions": {name: make() for name, make in language.definitions.items()},
    }
