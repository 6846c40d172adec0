from __future__ import annotations

from dataclasses import replace

from harness.cases.case import Case
from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.grid.grid import make_grid
from harness.controller.grid.writer_table import writer_tables
from harness.controller.project.loader import load_project
from tests.support.tiny_project import TinyProject, make_column

TABLE = """\
**Which releases read what another wrote, under `tf.keras`**

| written by | 1.15 | 2.16 |
|---|---|---|
| `h5` | 1.15 to 2.15 | from 2.16 on |
| `json` | none | – |"""


def _reads(case: Case, file: str, writer: str) -> Case:
    return replace(case, id=f"{file}-from-{writer}", given=f"written/0/{file}", paths=("tf.keras",))


def test_table_has_writers_and_their_readers(project: TinyProject) -> None:
    loaded = load_project(project.root)
    dense = loaded.cases[0]
    cases = [_reads(dense, "h5", "tf115"), _reads(dense, "h5", "tf216"), _reads(dense, "json", "tf115"), dense]
    passing = {"tf115": "h5-from-tf115", "tf215": "h5-from-tf115", "tf216": "h5-from-tf216"}
    columns = {
        name: make_column(Outcome(case, "tf.keras", Status.PASS), id=name, release="1")
        for name, case in passing.items()
    }
    environments = [loaded.matrix.environments[name] for name in ("tf115", "tf215", "tf216")]
    grid = make_grid(cases, list(loaded.matrix.paths.values()), environments, columns)
    assert writer_tables(grid) == [TABLE]


def test_no_table_without_written_files(project: TinyProject) -> None:
    assert writer_tables(project.grid(make_column())) == []
