from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.grid.grid import make_grid
from harness.controller.project.loader import load_project
from harness.controller.results.documents import Column
from harness.controller.results.history import Event
from harness.controller.site.data import SiteData
from tests.support.tiny_project import TinyProject, make_column

P, F, A = Status.PASS, Status.FAIL, Status.ABSENT


@pytest.fixture
def columns() -> dict[str, Column]:
    """2.15, where all works, 2.16, where much does not, and its variant; 1.15 could not be installed."""
    lost = Outcome("dense", "tensorflow.keras", F, Stage.BUILD, "ValueError", "no `layer`")
    gone = Outcome("version", "keras", A, Stage.PATH, "ModuleNotFoundError", "No module named 'keras'")
    made = {
        "tf115": make_column(id="tf115", release="1.15.5", python="3.99", status="env-fail", reason="no Python 3.99"),
        "tf215": make_column(*_all(P), id="tf215", packages={"keras": "2.15.0", "numpy": "1.26.4"}),
        "tf216": make_column(*_all(P, lost, gone), id="tf216", release="2.16.2", packages={"keras": "3.4.1"}),
        "tf216-legacy": make_column(*_all(P, gone), id="tf216-legacy", release="2.16.2"),
    }
    made["tf115"].cells.update({outcome.key: outcome for outcome in _all(Status.ENV_FAIL)})
    return made


def _all(status: Status, *others: Outcome) -> list[Outcome]:
    keys = [("dense", "tensorflow.keras"), ("dense", "tf.keras")]
    keys += [("version", path) for path in ("tensorflow.keras", "tf.keras", "keras")]
    by_key = {key: Outcome(*key, status) for key in keys} | {other.key: other for other in others}
    return list(by_key.values())


@pytest.fixture
def site(project: TinyProject, columns: dict[str, Column]) -> Callable[..., SiteData]:
    """What is published of these columns; `only` names environments to leave the others out of the grid."""

    def make(only: str = "", **others: Any) -> SiteData:
        loaded = load_project(project.root)
        matrix = loaded.matrix
        chosen = [item for item in matrix.environments.values() if not only or item.id in only.split()]
        found = {item.id: columns[item.id] for item in chosen if item.id in columns}
        grid = make_grid(loaded.cases, list(matrix.paths.values()), chosen, found)
        facts: dict[str, Any] = {"events": [], "seconds": {}, "date": "2026-11-22", "commit": "0123456789abcdef"}
        facts["language"] = loaded.language
        return SiteData(project.root, grid, list(matrix.environments.values()), matrix.paths, **facts | others)

    return make


@pytest.fixture
def event() -> Callable[..., Event]:
    """A line of the history, with these of its values."""

    def make(**values: str) -> Event:
        plain = {"day": "2026-11-01", "environment": "tf216", "case": "", "path": "", "change": "new"}
        return Event(**{"before": "", "after": "", **plain, **values})

    return make
