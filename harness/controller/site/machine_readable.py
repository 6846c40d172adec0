"""Data for programs: a document for each case, badges, a feed of changes, and the data of the site's own scripts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from harness.cases.case import Case
from harness.contract.records import SCHEMA
from harness.controller.api.document import ApiDocument
from harness.controller.grid import reproduce
from harness.controller.grid.data_files import GRID_SCHEMA, equal_cells
from harness.controller.grid.grid import Score
from harness.controller.results.history import Event
from harness.controller.site.data import Head, SiteData
from harness.controller.text import json_line

MOST_ENTRIES = 50  # of the feed, the newest


@dataclass(frozen=True)
class Badge:
    """A label and a message such as `41 % on 2.21`."""

    label: str
    message: str
    colour: str

    def to_json(self) -> str:
        """The endpoint document of shields.io, https://shields.io/badges/endpoint-badge."""
        return (
            json.dumps({"schemaVersion": 1, "label": self.label, "message": self.message, "color": self.colour}) + "\n"
        )


@dataclass(frozen=True)
class FeedEntry:
    """The changes of a day in an environment."""

    day: str
    environment: str
    events: tuple[Event, ...]

    @property
    def counts(self) -> dict[str, int]:
        """The number of changes by word."""
        words = sorted(event.change for event in self.events)
        return {word: len(list(group)) for word, group in groupby(words)}


def badges(site: SiteData) -> list[Badge]:
    """A badge for each import path: its passing cells in the newest release that was run, in percent."""
    return [_badge(path, site.newest, cells) for path, cells in site.scores.items()]


def _badge(path: str, head: Head | None, scores: Mapping[str, Score | None]) -> Badge:
    found = scores[head.id] if head else None
    if head is None or found is None or found.percent is None:
        return Badge(path, "unknown", "lightgrey")
    colour = "green" if found.percent >= 75 else "yellow" if found.percent >= 40 else "red"
    return Badge(path, f"{found.percent} % on {head.label}", colour)


def entries(events: Sequence[Event]) -> list[FeedEntry]:
    """The history by day and environment, newest first."""
    ordered = sorted(events, key=lambda event: (event.day, event.environment), reverse=True)
    found = groupby(ordered, key=lambda event: (event.day, event.environment))
    return [FeedEntry(day, environment, tuple(group)) for (day, environment), group in found][:MOST_ENTRIES]


def case_document(site: SiteData, case: Case) -> str:
    """A case with all its cells, as docs/results-format.md describes it."""
    environments = site.grid.environments
    names = [environment.id for environment in environments]
    rows = [[site.grid.outcome(row, item) for item in environments] for row in site.grid.by_case[case.id]]
    document: dict[str, Any] = {
        "schema": GRID_SCHEMA,
        "id": case.id,
        "kind": case.kind,
        "title": case.title,
        "source": case.source,
        "advice": case.advice,
        "known": [asdict(entry) for entry in case.known],
        "cells": [cell for row in rows for cell in equal_cells(names, row)],
    }
    return json_line(document, compact=True) + "\n"


def case_ranges(site: SiteData) -> str:
    """ranges.json: by case and import path the ranges of releases of each status, and the statuses of variants."""
    cases: dict[str, dict[str, Any]] = {}
    for case in site.cases:
        for summary in site.summaries[case.id]:
            found: dict[str, list[list[str]]] = {}
            for part in summary.releases:
                found.setdefault(part.status.value, []).append([part.range.labels[0], part.range.labels[-1]])
            cases.setdefault(case.id, {}).update(dict.fromkeys(summary.paths, found))
    variants = [environment for environment in site.grid.environments if environment.is_variant]
    data = {
        "schema": SCHEMA,
        "releases": [item.label for item in site.grid.environments if not item.is_variant],
        "cases": {
            case.id: {
                row.path: {
                    "releases": cases[case.id][row.path],
                    "variants": {item.id: site.grid.outcome(row, item).status.value for item in variants},
                }
                for row in site.grid.by_case[case.id]
            }
            for case in site.cases
        },
    }
    return json.dumps(data, separators=(",", ":")) + "\n"


def api_ranges(documents: Mapping[str, ApiDocument]) -> str:
    """api-ranges.json: by root the public names, each with two numbers of `sets`: its imports, and its attributes."""
    numbers: dict[str, int] = {}
    sets: list[Any] = []
    roots: dict[str, dict[str, list[int]]] = {}
    for root, document in documents.items():
        for name, row in document.rows.items():
            if row.visibility == "public" and row.reached:
                pair = [document.environments.to_json(mask) for mask in (row.imports, row.attributes)]
                for item in pair:
                    if (key := json.dumps(item)) not in numbers:
                        numbers[key] = len(sets)
                        sets.append(item)
                roots.setdefault(root, {})[name] = [numbers[json.dumps(item)] for item in pair]
    return json.dumps({"schema": SCHEMA, "sets": sets, "roots": roots}, separators=(",", ":")) + "\n"


def environments_script(site: SiteData) -> str:
    """A script that sets ENVIRONMENTS by id, and the command lines that reproduce a cell."""
    environments = {
        head.id: {
            "label": head.label,
            "release": head.release,
            "python": head.python,
            "packages": head.packages,
            "variables": reproduce.env_assignments(head.environment),
        }
        for head in site.heads
    }
    lines = {"AGAIN": reproduce.AGAIN, "BY_HAND": reproduce.BY_HAND, "ENVIRONMENTS": environments}
    lines["SUBJECT"] = site.grid.subject.title
    return "".join(f"const {name} = {json.dumps(value)};\n" for name, value in lines.items())


def about(site: SiteData) -> str:
    """The origin of the site. This file marks a folder as a published site."""
    totals = {status.value: count for status, count in site.grid.totals().items() if count}
    facts = {"schema": SCHEMA, "date": site.date, "commit": site.commit, "cells": totals}
    return json.dumps(facts, indent=1, sort_keys=True) + "\n"
