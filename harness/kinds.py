"""The stable entry of a plugin with kinds of case: docs/kinds.md shows one.

    from harness.kinds import Kind, Plugin

    PLUGIN = Plugin("mine", (Kind(...),))

docs/stability.md lists these names among what stays.
"""

from __future__ import annotations

from harness.cases.codegen.script import Script
from harness.cases.document.containers import ExpressionField, Items, Mapping, Named, Value
from harness.cases.document.fields import Choice, Field, Flag, Matching, Number, Reference, Text, Whole
from harness.cases.document.reader import Place
from harness.cases.kinds.base import Kind, Writing
from harness.cases.language import Plugin
from harness.contract.statuses import Stage

__all__ = [
    "Choice",
    "ExpressionField",
    "Field",
    "Flag",
    "Items",
    "Kind",
    "Mapping",
    "Matching",
    "Named",
    "Number",
    "Place",
    "Plugin",
    "Reference",
    "Script",
    "Stage",
    "Text",
    "Value",
    "Whole",
    "Writing",
]
