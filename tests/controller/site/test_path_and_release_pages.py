from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.contract.statuses import Status
from harness.controller.results.documents import Column
from harness.controller.site.data import Head, SiteData
from harness.controller.site.path_page import path_page
from harness.controller.site.release_page import ReleaseChanges, before, neighbours, release_page

Make = Callable[..., SiteData]


def heads(site: SiteData) -> dict[str, Head]:
    return {head.id: head for head in site.heads}


def test_a_path_is_told_case_by_case(site: Make) -> None:
    told = path_page(site(), "keras")
    assert [(item.case.id, item.newest) for item in told] == [("version", Status.ABSENT)]
    assert told[0].words == "could not be installed in 1.15, works in 2.15, absent from 2.16 on; 2.16 legacy: absent"


def test_newest_release_is_one_that_ran(site: Make, columns: dict[str, Column]) -> None:
    found = site().newest
    assert found is not None
    assert found.id == "tf216"
    del columns["tf216"]
    found = site().newest
    assert found is not None
    assert found.id == "tf215"


def test_release_and_variant_compared_with_predecessor(site: Make) -> None:
    found = site()
    by_id = heads(found)
    assert before(found, by_id["tf216"]) is by_id["tf215"]
    assert before(found, by_id["tf216-legacy"]) is by_id["tf216"]
    assert before(found, by_id["tf115"]) is None


def test_comparison_never_skips_unrun_release(site: Make, columns: dict[str, Column]) -> None:
    del columns["tf215"]
    found = site()
    assert before(found, heads(found)["tf216"]) is None
    left_out = site("tf115 tf216")
    assert before(left_out, heads(left_out)["tf216"]) is None


def changes(site: SiteData, name: str) -> list[ReleaseChanges]:
    head = heads(site)[name]
    older = before(site, head)
    assert older is not None
    return release_page(site, older, head)


def test_stopped_and_started_working_are_separated(site: Make) -> None:
    (stops,) = changes(site(), "tf216")
    assert (stops.heading, stops.cells) == ("Stops working", 2)
    dense, version = stops.changes
    assert (dense.case.id, dense.paths, dense.before, dense.after) == (
        "dense",
        ("tensorflow.keras",),
        "pass",
        "fail at build",
    )
    assert dense.message == "ValueError: no `layer`"
    assert (version.paths, version.after) == (("keras",), "absent at path")
    (starts,) = changes(site(), "tf216-legacy")
    assert (starts.heading, [change.case.id for change in starts.changes]) == ("Starts working", ["dense"])


def test_changed_failure_has_own_heading(site: Make, columns: dict[str, Column]) -> None:
    cells = columns["tf215"].cells
    cells[("version", "keras")] = replace(cells[("version", "keras")], status=Status.CRASH, error="SIGSEGV")
    found = {group.heading: group.cells for group in changes(site(), "tf216")}
    assert found == {"Stops working": 1, "Other changes": 1}


@pytest.mark.parametrize("status", [Status.NOT_RUN, Status.UNMET, Status.ERROR, Status.SKIP])
def test_missing_answers_are_no_changes(site: Make, columns: dict[str, Column], status: Status) -> None:
    cells = columns["tf216"].cells
    columns["tf216"].cells.update({key: replace(outcome, status=status) for key, outcome in cells.items()})
    assert changes(site(), "tf216") == []
    assert changes(site(), "tf216-legacy") == []


def test_releases_have_previous_and_next(site: Make) -> None:
    found = site()
    by_id = heads(found)
    assert neighbours(found, by_id["tf215"]) == (by_id["tf115"], by_id["tf216"])
    assert neighbours(found, by_id["tf216"]) == (by_id["tf215"], None)
    assert neighbours(found, by_id["tf216-legacy"]) == (None, None)
