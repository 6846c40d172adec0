"""Packages that lanes alone install: the cases that require them, where these run, and what the row of a lane says."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.grid.lane_summary import lane_rows
from harness.controller.grid.markdown import BEGIN, END
from harness.controller.project.cells import cells_of
from harness.controller.project.loader import load_matrix, load_project, read_project
from harness.controller.project.selection import Selection
from harness.controller.results.documents import read_columns
from harness.controller.results.remedies import remedies_file
from tests.support.tiny_project import TinyProject, make_column

LANES = """
lanes:
  hub: {title: hub works next to it, of: [tf115, tf216], packages: [Tensorflow_Hub], cases: [hub], paths: [tf.keras]}
"""
HUB = """\
id: hub
kind: snippet
title: A layer of hub
requires: [{package: tensorflow-hub}]
code: |
  import tensorflow_hub
  from KERAS.layers import Dense

  # check
  assert tensorflow_hub.KerasLayer(Dense)
"""
KNOWN = "known:\n  - {path: '*', tf: '>=2.16', match: only layers, reason: Keras 3 has another class.}\n"
KEY = ("hub", "tf.keras")


@pytest.fixture
def hub(project: TinyProject) -> TinyProject:
    with (project.root / "matrix.yaml").open("a", encoding="utf-8") as file:
        file.write(LANES)
    (project.root / "cases/snippet/hub.yaml").write_text(HUB, encoding="utf-8")
    return project


def keep_hub_results(project: TinyProject) -> None:
    """The same failure in 1.15 and 2.16, between which 2.15 was not tried."""
    for name, version in (("tf115-hub", "0.12"), ("tf216-hub", "0.16")):
        failed = Outcome(*KEY, Status.FAIL, Stage.BUILD, "ValueError", "only layers")
        project.keep("results", make_column(failed, id=name, packages={"tensorflow-hub": version}))


def test_lane_of_named_environments_in_the_matrix_order(hub: TinyProject) -> None:
    hub.edit("matrix.yaml", "[tf115, tf216]", '[tf216, "tf1*", tf216-legacy]')
    assert "unknown environment 'tf216-legacy'" in str(read_project(hub.root)[2][0])
    hub.edit("matrix.yaml", ", tf216-legacy]", "]")
    assert list(load_matrix(hub.root).in_lanes) == ["tf115-hub", "tf216-hub"]


def test_known_range_is_of_the_named_environments(hub: TinyProject) -> None:
    hub.edit("matrix.yaml", "packages: [Tens", 'known: "==2.15.1", packages: [Tens')
    assert "no environment has a release in '==2.15.1'" in str(read_project(hub.root)[2][0])


def test_case_of_a_lanes_package_is_not_in_the_grid(hub: TinyProject) -> None:
    project = load_project(hub.root)
    cells = cells_of(project.matrix.everything.values(), project.matrix, project.cases, Selection())
    assert {name: KEY in keys for name, keys in cells.items()} == {
        "tf115": False,
        "tf215": False,
        "tf216": False,
        "tf216-legacy": False,
        "tf115-hub": True,
        "tf216-hub": True,
    }
    none = hub.run("plan", "-e", "tf216", "-k", "hub")
    assert none.returncode == 2
    assert "its cases require packages that lanes alone install: choose one of these with -g" in none.stderr


def test_package_of_the_grid_too_keeps_the_case_there(hub: TinyProject) -> None:
    assert hub.run("plan", "-e", "tf216", "-k", "hub").returncode == 2
    hub.edit("matrix.yaml", "released: 2024-03-08", "released: 2024-03-08, packages: [tensorflow-hub]")
    assert hub.run("plan", "-e", "tf216", "-k", "hub").returncode == 0


def test_case_that_no_lane_runs_stays_in_the_grid(hub: TinyProject) -> None:
    hub.edit("matrix.yaml", "cases: [hub]", "cases: [version]")
    assert hub.run("plan", "-e", "tf216", "-k", "hub").returncode == 0


def test_row_has_versions_and_no_release_between(hub: TinyProject, tmp_path: Path) -> None:
    keep_hub_results(hub)
    hub.keep("results", make_column(Outcome("version", "keras", Status.PASS)))
    project = load_project(hub.root)
    (row,) = lane_rows(project.matrix, read_columns(hub.root / "results", project.matrix.in_lanes))
    assert [where for where, _ in row.reasons] == ["1.15, 2.16"], "2.15 was not tried"
    assert row.extra == {"tensorflow-hub": ["0.12", "0.16"]}

    (hub.root / "README.md").write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")
    assert hub.run("collect").returncode == 0
    readme = (hub.root / "README.md").read_text(encoding="utf-8")
    assert "| hub works next to it | ✗ 0.12 | ✗ 0.16 |\n" in readme
    assert "| tensorflow-hub | 0.12 | 0.16 |\n" in (hub.root / "results/grid.md").read_text(encoding="utf-8")
    assert "hub" not in (hub.root / "results/grid.csv").read_text(encoding="utf-8")
    assert "\n  tensorflow-hub: 1.15 0.12, 2.16 0.16\n" in hub.run("show", "-g", "hub").stdout
    assert hub.run("publish", "--out", str(tmp_path / "site")).returncode == 0
    page = (tmp_path / "site/index.html").read_text(encoding="utf-8")
    assert '<tr><th scope="row">tensorflow-hub</th><td>0.16</td><td>0.12</td></tr>' in page


def test_known_entry_is_checked_against_the_lane(hub: TinyProject) -> None:
    keep_hub_results(hub)
    file = hub.root / "cases/snippet/hub.yaml"
    file.write_text(HUB + KNOWN, encoding="utf-8")
    assert hub.run("validate").returncode == 0
    file.write_text(HUB + KNOWN.replace("only layers", "no layers"), encoding="utf-8")
    done = hub.run("validate")
    assert done.returncode == 2
    assert "'no layers' is not in the messages of 1 failing cell" in done.stderr


def test_what_the_grid_cannot_compare_has_no_remedy(hub: TinyProject) -> None:
    keep_hub_results(hub)
    done = hub.run("remedy")
    assert done.stdout == "nothing to mend: no release of this selection fails in a lane\n"
    assert not remedies_file(hub.root / "results").exists()
