"""The fields of matrix.yaml: dates, numbers of days, mappings with patterns of keys."""

from __future__ import annotations

import datetime
from functools import lru_cache
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from harness.cases.document.containers import Items, Mapping, OneOf
from harness.cases.document.fields import Choice, Field, Flag, Matching, Schema, Seconds, Text, Whole, describe_value
from harness.cases.document.reader import Place
from harness.controller.project.first_subject import FIRST_PACKAGE


class Date(Field):
    """A day of this millennium, as YAML reads one."""

    wanted = "a date such as 2024-03-08"

    def fits(self, value: Any) -> bool:
        is_day = isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)
        return is_day and 2000 <= value.year < 3000

    def schema(self) -> Schema:
        return {"type": "string", "pattern": r"^2\d{3}-\d{2}-\d{2}$"}


class Days(Whole):
    """A number of days, up to ten years."""

    wanted = "a whole number of days, at most 3650"

    def __init__(self) -> None:
        self.least = 0

    def fits(self, value: Any) -> bool:
        return super().fits(value) and value <= 3650

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": 0, "maximum": 3650}


class Bytes(Whole):
    """An amount of memory, as much as the system can count."""

    most = 2**62

    def __init__(self) -> None:
        self.least = 1
        self.wanted = f"a whole number of bytes, from 1 to {self.most}"

    def fits(self, value: Any) -> bool:
        return super().fits(value) and value <= self.most

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": 1, "maximum": self.most}


class VariableValue(Text):
    """The value of an environment variable."""

    wanted = "text without a NUL character"

    def fits(self, value: Any) -> bool:
        return super().fits(value) and "\0" not in value


class Packages(Field):
    """A list of requirements, which may be empty: what an index has, and neither options nor files nor addresses."""

    def __init__(self, least: int = 0) -> None:
        self.least = least
        self.wanted = f"a list of {'one or more ' if least else ''}requirements such as [keras<2.4]"

    def read(self, value: Any, place: Place) -> Any:
        if not isinstance(value, list) or len(value) < self.least:
            place.fault(f"must be {self.wanted}, not {describe_value(value)}")
            return value
        for index, item in enumerate(value):
            if not self._is_requirement(item):
                wanted = "a package, with or without versions, such as keras<2.4"
                place.at(index).fault(f"must be {wanted}, not {describe_value(item)}")
        return value

    @staticmethod
    def _is_requirement(text: Any) -> bool:
        try:
            return isinstance(text, str) and Requirement(text).url is None
        except InvalidRequirement:
            return False

    def schema(self) -> Schema:
        return {"type": "array", "minItems": self.least, "items": {"type": "string", "pattern": "^[A-Za-z0-9]"}}


class Keyed(Field):
    """A mapping whose keys match a pattern, with values of one field."""

    def __init__(self, pattern: str, wanted: str, item: Field) -> None:
        self.key = Matching(pattern, wanted)
        self.item = item

    def read(self, value: Any, place: Place) -> Any:
        if not isinstance(value, dict) or not value:
            place.fault("must be a mapping with at least one entry")
            return None
        return {self.key.read(key, place.at(key)): self.item.read(item, place.at(key)) for key, item in value.items()}

    def schema(self) -> Schema:
        names = {"pattern": self.key.schema()["pattern"]}
        return {
            "type": "object",
            "minProperties": 1,
            "propertyNames": names,
            "additionalProperties": self.item.schema(),
        }


_DISTRIBUTION = Matching(r"[A-Za-z0-9]+([-_.][A-Za-z0-9]+)*", "a distribution's name, such as tf-nightly")
_DOTTED = r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*"
_VARIABLES = Keyed(r"[A-Z_][A-Z0-9_]*", "a variable's name", VariableValue())
_SUBJECT = Mapping(
    {
        "package": Matching(_DOTTED, "a package's name"),
        "title": Text(),
        "library": Text(),
        "prefix": Matching(r"[a-z][a-z0-9]*", "a lower-case word"),
        "distributions": Items(_DISTRIBUTION),
        "preload": Items(Matching(_DOTTED, "a module's name")),
        "loads": Items(Matching(r"[A-Za-z_]\w*", "a package's name")),
        "folders": Items(Matching(r"[A-Z_][A-Z0-9_]*", "a variable's name")),
        "set_env": _VARIABLES,
        "aliases": Keyed(r"[A-Za-z_]\w*", "a short name", Matching(r"[A-Za-z_]\w*", "a package's name")),
        "names": Items(Matching(r"[A-Za-z_]\w*", "a word")),
        "placeholder": Matching(r"[A-Z][A-Z0-9_]*", "a word in capitals"),
        "example": Matching(_DOTTED, "a dotted name"),
        "shows": Keyed(r"\S+", "a title of one word", Items(_DISTRIBUTION)),
        "companion": _DISTRIBUTION,
        "repositories": Keyed(r"[\w.-]+", "a short name", Matching(r"[\w.-]+/[\w.-]+", "owner/name")),
    },
    required=["package"],
)
_RELEASE = Matching(r"\d+(\.\d+)+\S*", "a release such as 2.15.1")
_PYTHON = Matching(r"3\.\d+", 'a Python version in quotes, such as "3.11"')
_LANE_PYTHON = Matching(r"3\.\d+|newest|oldest", "a Python version in quotes, newest or oldest")
_PACKAGES = Packages()
_LIMITS = Mapping({"timeout": Seconds(), "output": Bytes(), "memory": Bytes()}, required=["timeout", "output"])
_RESOLVE = Mapping(
    {
        "days_after_release": Days(),
        "packages": _PACKAGES,
        "runner": Mapping(
            {"packages": Packages(least=1), "dependencies": _PACKAGES, "as_of": Date()},
            required=["packages", "dependencies", "as_of"],
        ),
    },
    required=["days_after_release", "packages", "runner"],
)
_LANE = Mapping(
    {
        "title": Text(),
        "of": OneOf((str, Text()), (list, Items(Text()))),
        "distribution": _DISTRIBUTION,
        "python": _LANE_PYTHON,
        "release": _RELEASE,
        "packages": _PACKAGES,
        "overrides": Packages(least=1),
        "cases": Items(Text()),
        "paths": Items(Text()),
        "known": Text(),
        "may_fail": Flag(),
        "pre_releases": Flag(),
    },
    required=["title", "cases", "paths"],
)
_INVENTORY = Mapping(
    {
        "trees": Items(Matching(_DOTTED, "a dotted name")),
        "private": Items(Text()),
        "methods": Items(Matching(r"\w+", "the name of a method")),
    },
    required=[],
)
_ID = "[a-z][a-z0-9]*"
_WORDS = r"[a-z0-9]+(-[a-z0-9]+)*"
# The key of an environment's release, by the schema of matrix.yaml.
RELEASE_KEYS = {1: FIRST_PACKAGE, 2: "release"}


@lru_cache
def matrix_fields(schema: int) -> Mapping:
    """The fields of matrix.yaml in this schema."""
    release = RELEASE_KEYS[schema]
    environment = _environment_fields(release)
    own = {"subject": _SUBJECT, "plugins": Items(Text())} if schema > 1 else {}
    return Mapping(
        {
            "schema": Whole(1),
            **own,
            "limits": _LIMITS,
            "resolve": _RESOLVE,
            "paths": Keyed(_DOTTED, "a dotted name", Choice("from", "attribute")),
            "environments": Keyed(
                _ID,
                "a lower-case word with the release's digits, such as tf215",
                Mapping(
                    {**environment, "oldest_python": _PYTHON, "label": Text()},
                    required=[release, "python", "distribution", "released"],
                ),
            ),
            "variants": Keyed(
                _WORDS,
                "an environment and a word, such as tf216-legacy; of several environments the word alone",
                Mapping({"of": OneOf((str, Text()), (list, Items(Text()))), **environment}, ["of"]),
            ),
            "lanes": Keyed(_ID, "a lower-case word", _LANE),
            "groups": Keyed(
                _WORDS,
                "lower-case words joined by hyphens",
                OneOf((list, Items(Text())), (dict, Mapping({release: Text()}, [release]))),
            ),
            "default": Text(),
            "writers": Items(Text()),
            "sets": Keyed(_WORDS, "lower-case words joined by hyphens", Items(Text())),
            "default_set": Text(),
            "inventory": _INVENTORY,
        },
        required=[
            "schema",
            *(["subject"] if own else []),
            "limits",
            "resolve",
            "paths",
            "environments",
            "groups",
            "default",
        ],
    )


def _environment_fields(release: str) -> dict[str, Field]:
    """What an environment may say, and a variant of one. `release` is the key of the release."""
    return {
        release: _RELEASE,
        "python": _PYTHON,
        "distribution": _DISTRIBUTION,
        "released": Date(),
        "as_of": Date(),
        "packages": _PACKAGES,
        "set_env": _VARIABLES,
    }
