"""The fields that only matrix.yaml has: dates, numbers of days, and mappings with keys of a pattern."""

from __future__ import annotations

import datetime
from typing import Any

from harness.cases.documents import Place
from harness.cases.fields import Field, Matching, Schema, Whole


class Date(Field):
    """A day of this millennium, as YAML reads one."""

    wanted = "a date such as 2024-03-08"

    def fits(self, value: Any) -> bool:
        is_day = isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)
        return is_day and 2000 <= value.year < 3000

    def schema(self) -> Schema:
        return {"type": "string", "pattern": r"^2\d{3}-\d{2}-\d{2}$"}


class Days(Whole):
    """How many days, up to ten years."""

    wanted = "a whole number of days, at most 3650"

    def __init__(self) -> None:
        self.least = 0

    def fits(self, value: Any) -> bool:
        return super().fits(value) and value <= 3650

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": 0, "maximum": 3650}


class Keyed(Field):
    """A mapping whose keys match a pattern, with values of one field."""

    def __init__(self, pattern: str, wanted: str, item: Field) -> None:
        self.key = Matching(pattern, wanted)
        self.item = item

    def check(self, value: Any, place: Place) -> None:
        if not isinstance(value, dict) or not value:
            place.fault("must be a mapping with at least one entry")
            return
        for key, item in value.items():
            self.key.check(key, place.at(key))
            self.item.check(item, place.at(key))

    def schema(self) -> Schema:
        names = {"pattern": self.key.schema()["pattern"]}
        return {
            "type": "object",
            "minProperties": 1,
            "propertyNames": names,
            "additionalProperties": self.item.schema(),
        }
