"""The plugin that every project has: the kinds that serve any subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from harness.cases.language import Plugin

if TYPE_CHECKING:
    from harness.cases.document.fields import Schema
    from harness.cases.kinds.base import Kind


def _kinds() -> Sequence[Kind]:
    from harness.cases.kinds import preprocessing, snippet, symbol

    return symbol.KIND, preprocessing.KIND, snippet.KIND


def _definitions() -> Mapping[str, Callable[[], Schema]]:
    from harness.cases.parts.arrays import NUMBERS, TEXTS, ArrayField

    return {"array": ArrayField().definition, "numbers": NUMBERS.definition, "texts": TEXTS.definition}


GENERAL = Plugin("general", _kinds, definitions=_definitions)
