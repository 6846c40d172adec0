from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.contract.records import Outcome, Record
from harness.contract.statuses import Status
from harness.controller.errors import UsageError
from harness.controller.project.loader import load_project
from harness.controller.project.selection import Selection
from harness.controller.results.documents import Column, write_column, write_details
from harness.controller.results.history import Event, since
from harness.controller.site.data import SiteData, read_site_data
from tests.support.tiny_project import TinyProject, make_column

Make = Callable[..., SiteData]


def test_releases_newest_first_then_variants(site: Make) -> None:
    heads = site().heads
    assert [head.label for head in heads] == ["2.16", "2.15", "1.15", "2.16 legacy"]
    assert [head.base for head in heads] == [None, None, None, "tf216"]


def test_a_head_says_what_was_really_installed(site: Make, columns: dict[str, Column]) -> None:
    del columns["tf215"]
    newest, unrun, failed, _ = site().heads
    assert (newest.release, newest.shows, newest.was_run) == ("2.16.2", {"Keras": "3.4.1"}, True)
    assert (unrun.shows, unrun.packages, unrun.was_run, unrun.reason) == ({}, {}, False, None)
    assert failed.reason == "no Python 3.99"


def test_cells_are_counted_by_path(site: Make) -> None:
    assert site().counts == {"tensorflow.keras": 2, "tf.keras": 2, "keras": 1}


@pytest.mark.parametrize(
    ("place", "day"),
    [
        ({"case": "dense", "path": "tf.keras"}, "2026-11-03"),
        ({"case": "dense", "path": "*"}, "2026-11-03"),
        ({}, "2026-11-03"),
        ({"case": "dense", "path": "keras"}, "2026-11-01"),
        ({"case": "version", "path": "*"}, "2026-11-01"),
        ({"environment": "tf215"}, "2026-11-01"),
    ],
)
def test_cell_state_dates_from_last_event(
    site: Make, event: Callable[..., Event], place: dict[str, str], day: str
) -> None:
    events = [event(), event(day="2026-11-03", **place)]
    found = since(site(events=events).last_events, "tf216", ("dense", "tf.keras"))
    assert found is not None
    assert found.day == day


def test_a_cell_without_history_has_no_since(site: Make) -> None:
    assert since(site().last_events, "tf216", ("dense", "tf.keras")) is None


def test_seconds_only_from_cells_matching_last_run(project: TinyProject) -> None:
    same, other = Outcome("dense", "tf.keras", Status.PASS), Outcome("version", "keras", Status.PASS)
    project.keep("results", make_column(same, other))
    changed = Outcome("version", "keras", Status.CRASH, error="SIGSEGV")
    write_column(project.root / ".harness/run/tf215.json", make_column(same, changed))
    facts: dict[str, Any] = {"stage_seconds": {"fit": 1.5}, "at": "2026-11-20T10:00:00Z", "programs": {"dot": "x"}}
    records = [Record(outcome, **facts) for outcome in (same, changed)]
    write_details(project.root / ".harness/details/tf215.json", records)
    read = read_site_data(load_project(project.root), Selection(), of_run=False)
    assert read.seconds == {("tf215", "dense", "tf.keras"): {"fit": 1.5}}
    assert read.programs == {("tf215", "dense", "tf.keras"): {"dot": "x"}}
    assert read.date == "an unknown day"
    of_run = read_site_data(load_project(project.root), Selection(), of_run=True)
    assert len(of_run.seconds) == 2
    assert of_run.date == "2026-11-20"


def test_commit_is_last_results_change(project: TinyProject) -> None:
    project.keep("results", make_column(Outcome("dense", "tf.keras", Status.PASS)))
    first = project.commit()
    (project.root / "README.md").write_text("x", encoding="utf-8")
    assert project.commit() != first
    read = read_site_data(load_project(project.root), Selection(), of_run=False)
    assert read.commit == first
    assert read.date.startswith("20")


def test_without_results_there_is_nothing_to_publish(project: TinyProject) -> None:
    with pytest.raises(UsageError, match=r"nothing to publish: .*results has no results of this selection"):
        read_site_data(load_project(project.root), Selection(), of_run=False)
