from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import jsonschema
import pytest

from harness.controller.grid.data_files import json_parts
from harness.controller.project.loader import load_project
from harness.controller.project.selection import Selection
from harness.controller.results.documents import Column
from harness.controller.results.history import Event
from harness.controller.site import machine_readable
from harness.controller.site.data import SiteData, read_site_data
from harness.controller.site.schemas import site_schemas
from tests.support import ROOT
from tests.support.languages import LANGUAGE

Make = Callable[..., SiteData]


def test_badge_shows_share_in_newest_release(site: Make) -> None:
    badges = {badge.label: badge.message for badge in machine_readable.badges(site())}
    assert badges == {"tensorflow.keras": "50 % on 2.16", "tf.keras": "100 % on 2.16", "keras": "0 % on 2.16"}


def test_incomplete_release_badge_shows_unknown(site: Make, columns: dict[str, Column]) -> None:
    del columns["tf216"].cells[("dense", "tf.keras")]
    assert {badge.message for badge in machine_readable.badges(site())} == {"unknown"}


def test_badge_document_fits_endpoint_format(site: Make) -> None:
    documents = [json.loads(badge.to_json()) for badge in machine_readable.badges(site())]
    assert documents[0] == {
        "schemaVersion": 1,
        "label": "tensorflow.keras",
        "message": "50 % on 2.16",
        "color": "yellow",
    }
    assert [document["color"] for document in documents] == ["yellow", "green", "red"]


def test_feed_has_daily_environment_entries_newest_first(event: Callable[..., Event]) -> None:
    events = [event(change="fixed"), event(change="regressed"), event(change="fixed"), event(day="2026-11-02")]
    first, second = machine_readable.entries(events)
    assert (first.day, first.counts) == ("2026-11-02", {"new": 1})
    assert (second.day, second.counts) == ("2026-11-01", {"fixed": 2, "regressed": 1})


def test_the_feed_keeps_the_newest_entries(event: Callable[..., Event]) -> None:
    events = [event(day=f"2025-{month:02}-{day:02}") for month in range(1, 13) for day in range(1, 29)]
    entries = machine_readable.entries(events)
    assert len(entries) == machine_readable.MOST_ENTRIES
    assert entries[0].day == "2025-12-28"


def test_documents_are_as_their_schemas_say() -> None:
    site = read_site_data(load_project(ROOT), Selection(), of_run=False)
    texts = site_schemas(LANGUAGE)
    jsonschema.validate(json.loads("".join(json_parts(site.grid))), json.loads(texts["grid.schema.json"]))
    checker = jsonschema.Draft7Validator(json.loads(texts["case.schema.json"]))
    for case in site.cases:
        checker.validate(json.loads(machine_readable.case_document(site, case)))


def test_a_schema_refuses_an_unknown_status(site: Make) -> None:
    grid = json.loads("".join(json_parts(site().grid)))
    grid["cells"][0]["status"] = "passed"
    with pytest.raises(jsonschema.ValidationError, match="'passed' is not one of"):
        jsonschema.validate(grid, json.loads(site_schemas(LANGUAGE)["grid.schema.json"]))


def test_a_case_has_all_its_cells(site: Make) -> None:
    found = site()
    document = json.loads(machine_readable.case_document(found, found.cases[0]))
    assert (document["id"], document["advice"], document["known"]) == ("dense", None, [])
    assert sum(len(cell["environments"]) for cell in document["cells"]) == 8
    names = {name for cell in document["cells"] for name in cell["environments"]}
    assert names == {"tf115", "tf215", "tf216", "tf216-legacy"}


def test_a_cases_document_gives_back_every_character(site: Make, columns: dict[str, Column]) -> None:
    message = "half a character \ud800, \u202eright to left, \x1b[2J, é"
    cells = columns["tf216"].cells
    cells["version", "keras"] = replace(cells["version", "keras"], message=message)
    found = site()
    document = machine_readable.case_document(found, found.cases[1])
    assert message in {cell.get("message") for cell in json.loads(document.encode())["cells"]}
    assert document.rstrip("\n").isprintable()


def test_site_document_describes_its_source(site: Make) -> None:
    assert json.loads(machine_readable.about(site())) == {
        "schema": 1,
        "date": "2026-11-22",
        "commit": "0123456789abcdef",
        "cells": {"pass": 12, "fail": 1, "absent": 2, "env-fail": 5},
    }


def test_ranges_have_the_releases_of_each_status(site: Make) -> None:
    data = json.loads(machine_readable.case_ranges(site()))
    jsonschema.validate(data, json.loads(site_schemas(LANGUAGE)["ranges.schema.json"]))
    assert data["releases"] == ["1.15", "2.15", "2.16"]
    assert data["cases"]["version"]["keras"] == {
        "releases": {"env-fail": [["1.15", "1.15"]], "pass": [["2.15", "2.15"]], "absent": [["2.16", "2.16"]]},
        "variants": {"tf216-legacy": "absent"},
    }
