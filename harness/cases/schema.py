"""The JSON Schema of a case file, from the fields that also read one."""

from __future__ import annotations

from harness.cases.document.containers import Mapping
from harness.cases.document.fields import Schema
from harness.cases.kinds import KINDS
from harness.cases.loader import ALWAYS, COMMON
from harness.cases.parts.arrays import NUMBERS, TEXTS, ArrayField
from harness.cases.parts.models import MODEL, LayerField

DRAFT = "http://json-schema.org/draft-07/schema#"


def case_schema() -> Schema:
    """The keys of each kind and the form of their values, for editors."""
    return {
        "$schema": DRAFT,
        "title": "A case of the Keras import matrix",
        "type": "object",
        "properties": {"kind": COMMON["kind"].schema()},
        "required": list(ALWAYS),
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": name}}, "required": ["kind"]},
                "then": Mapping({**COMMON, **kind.fields}, (*ALWAYS, *kind.required)).schema(),
            }
            for name, kind in KINDS.items()
        ],
        "definitions": {
            "model": MODEL.definition(),
            "layer": LayerField().definition(),
            "array": ArrayField().definition(),
            "numbers": NUMBERS.definition(),
            "texts": TEXTS.definition(),
        },
    }
