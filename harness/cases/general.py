"""The plugin that every project has: the kinds that serve any subject."""

from __future__ import annotations

from harness.cases.kinds import preprocessing, snippet, symbol
from harness.cases.language import Plugin
from harness.cases.parts.arrays import NUMBERS, TEXTS, ArrayField

GENERAL = Plugin(
    "general",
    (symbol.KIND, preprocessing.KIND, snippet.KIND),
    definitions={"array": ArrayField().definition, "numbers": NUMBERS.definition, "texts": TEXTS.definition},
)
