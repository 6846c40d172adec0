from __future__ import annotations

from datetime import date, datetime, timezone
from typing import Any

import pytest

from harness.controller.discovery.pages import File, read_simple_json
from harness.controller.discovery.releases import Terms
from harness.controller.discovery.updates import MatrixUpdate, find_updates
from tests.support.languages import LANGUAGE
from tests.support.package_index import Row, _simple_json, tensorflow, wheels

TERMS = Terms(datetime(2027, 1, 1, tzinfo=timezone.utc))
TF216: dict[str, Any] = {
    "tensorflow": "2.16.1",
    "python": "3.11",
    "distribution": "tensorflow-cpu",
    "released": date(2024, 3, 8),
}
WITH = {"packages": ["tf_keras >= 2.16"]}


def changes(rows: list[Row], **entries: dict[str, Any]) -> list[MatrixUpdate]:
    index: dict[str, list[File]] = {name: [] for name in ("tensorflow-cpu", "tensorflow", "keras", "tf-keras")}
    for file in read_simple_json(_simple_json(rows, dated=True)):
        index[file.project].append(file)
    matrix = {"schema": 1, "resolve": {"days_after_release": 14}, "environments": entries}
    return find_updates(matrix, LANGUAGE.subject, index, TERMS)


def values(rows: list[Row], **entries: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {change.id: dict(change.values) for change in changes(rows, **entries)}


def test_what_is_there_already_is_no_change() -> None:
    assert changes(tensorflow("2.16.1", "2024-03-08", "312"), tf216=TF216) == []
    assert changes(tensorflow("2.16.0", "2024-03-01", "312"), tf216=TF216) == []


def test_only_minors_after_the_newest_are_new() -> None:
    rows = [row for minor in (9, 15, 17, 18) for row in tensorflow(f"2.{minor}.0", "2024-07-11", "312")]
    found = values(rows, tf210=TF216 | {"tensorflow": "2.10.0"}, tf216=TF216)
    assert list(found) == ["tf217", "tf218"]
    assert found["tf217"] == {
        "tensorflow": "2.17.0",
        "python": "3.12",
        "distribution": "tensorflow-cpu",
        "released": date(2024, 7, 11),
    }


def test_new_release_summary_names_every_choice() -> None:
    rows = tensorflow("2.17.0", "2024-07-11", "312") + wheels("tf-keras", "2.17.0", "2024-07-15")
    rows += wheels("keras", "3.4.1", "2024-06-26") + wheels("keras", "3.5.0", "2024-08-12")
    (change,) = changes(rows, tf216=TF216)
    assert change.values["packages"] == ["tf-keras==2.17.*"]
    assert "as_of" not in change.values
    assert change.summary == (
        "TensorFlow 2.17.0 of 2024-07-11, tensorflow-cpu on Python 3.12 with tf-keras==2.17.*; Keras was at 3.4.1"
    )
    assert change.comment is None


def test_release_waiting_for_tf_keras_explains_why() -> None:
    rows = tensorflow("2.20.0", "2025-08-13", "313") + wheels("tf-keras", "2.20.1", "2025-09-04")
    (change,) = changes(rows, tf216=TF216)
    assert change.values["as_of"] == date(2025, 9, 5)
    assert change.comment == "The first tf-keras for 2.20 came out on 2025-09-04."
    (change,) = changes([*rows, *wheels("tf-keras", "2.20.0", "2025-03-03", yanked=True)], tf216=TF216)
    assert change.comment == "The first tf-keras for 2.20 that was not withdrawn came out on 2025-09-04."
    assert change.summary.endswith(" with tf-keras==2.20.*, as of 2025-09-05")


def test_new_patch_updates_release_and_date() -> None:
    (change,) = changes(tensorflow("2.16.2", "2024-06-28", "311", "312"), tf216=TF216)
    assert change.values == {"tensorflow": "2.16.2", "released": date(2024, 6, 28)}
    assert change.summary == "tensorflow 2.16.2 instead of 2.16.1, released 2024-06-28 instead of 2024-03-08"


def test_new_patch_may_change_distribution_and_python() -> None:
    rows = wheels("tensorflow", "2.16.2", "2024-06-28", "39", "310")
    assert values(rows, tf216=TF216)["tf216"] == {
        "tensorflow": "2.16.2",
        "released": date(2024, 6, 28),
        "distribution": "tensorflow",
        "python": "3.10",
    }
    large = TF216 | {"distribution": "tensorflow"}
    assert "distribution" not in values(tensorflow("2.16.2", "2024-06-28", "311"), tf216=large)["tf216"]


@pytest.mark.parametrize(
    ("since", "packages", "expected"),
    [("2024-03-09", WITH, "2024-07-12"), ("2024-08-01", WITH, "2024-08-02"), ("2024-08-01", {}, "2024-07-12")],
)
def test_days_too_early_for_a_patch_move(since: str, packages: dict[str, Any], expected: str) -> None:
    rows = tensorflow("2.16.2", "2024-06-28", "311") + wheels("tf-keras", "2.16.0", since)
    entry = TF216 | packages | {"as_of": date(2024, 4, 1)}
    assert values(rows, tf216=entry)["tf216"]["as_of"] == date.fromisoformat(expected)


def test_a_day_that_is_late_enough_stays() -> None:
    rows = tensorflow("2.16.2", "2024-06-28", "311")
    assert "as_of" not in values(rows, tf216=TF216 | {"as_of": date(2025, 1, 1)})["tf216"]


def test_late_tf_keras_joins_where_predecessors_do() -> None:
    rows = tensorflow("2.17.0", "2024-07-11", "312") + wheels("tf-keras", "2.17.0", "2024-08-15")
    tf217 = TF216 | {"tensorflow": "2.17.0", "released": date(2024, 7, 11)}
    expected = {"packages": ["tf-keras==2.17.*"], "as_of": date(2024, 8, 16)}
    assert values(rows, tf216=TF216 | WITH, tf217=tf217) == {"tf217": expected}
    assert values(rows, tf216=TF216, tf217=tf217) == {}
    assert values(rows, tf216=TF216 | WITH, tf217=tf217 | {"packages": ["keras<3.5"]}) == {}
