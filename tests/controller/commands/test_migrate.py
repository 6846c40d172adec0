"""`harness migrate`: a matrix.yaml of the first schema in the second one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.controller.errors import UsageError
from harness.controller.project.loader import load_matrix, load_project
from harness.controller.project.migration import migrate_matrix
from harness.keras.plugin import SUBJECT
from tests.support.tiny_project import MATRIX, TinyProject


def test_migrated_matrix_means_the_same(project: TinyProject) -> None:
    before = load_project(project.root)
    done = project.run("migrate")
    assert done.returncode == 0
    assert done.stdout.startswith("matrix.yaml: written in schema 2; ")
    after = load_project(project.root)
    assert after.matrix == before.matrix
    assert [replace(case, language=None) for case in after.cases] == [
        replace(case, language=None) for case in before.cases
    ]


def test_other_lines_stay_as_they_are(project: TinyProject) -> None:
    file = project.root / "matrix.yaml"
    file.write_text(f"# the axes\n{MATRIX}# the end\n", encoding="utf-8")
    before = file.read_text(encoding="utf-8").splitlines()
    assert project.run("migrate").returncode == 0
    after = file.read_text(encoding="utf-8").splitlines()
    changed = {"schema: 1", *(line for line in before if "{tensorflow:" in line)}
    assert [line for line in before if line not in after] == [line for line in before if line in changed]
    assert (after[0], after[-1]) == ("# the axes", "# the end")


def test_migrated_matrix_is_left_alone(project: TinyProject) -> None:
    assert project.run("migrate").returncode == 0
    text = (project.root / "matrix.yaml").read_bytes()
    done = project.run("migrate")
    assert (done.returncode, done.stdout) == (0, "matrix.yaml: already in schema 2\n")
    assert (project.root / "matrix.yaml").read_bytes() == text


def test_a_matrix_with_faults_is_not_migrated(project: TinyProject) -> None:
    project.edit("matrix.yaml", "tf1x:", "tf215:")
    text = (project.root / "matrix.yaml").read_bytes()
    assert project.run("migrate").returncode == 2
    assert (project.root / "matrix.yaml").read_bytes() == text


def test_a_form_that_cannot_be_edited_is_refused() -> None:
    with pytest.raises(UsageError, match="in a form that cannot be edited: change it by hand"):
        migrate_matrix("{schema: 1, environments: {}, groups: {}}", SUBJECT, "keras")


def test_known_of_a_case_takes_both_names_of_its_range(project: TinyProject) -> None:
    known = "known: [{path: keras, %s: '<2', match: x, reason: y}]\ncode: |"
    releases = []
    for name in ("tf", "release"):
        project.edit("cases/snippet/version.yaml", "code: |", known % name)
        releases += [entry.release for case in load_project(project.root).cases for entry in case.known]
        project.edit("cases/snippet/version.yaml", known % name, "code: |")
    assert releases == ["<2", "<2"]


def test_schemas_beyond_the_second_are_refused(project: TinyProject) -> None:
    project.edit("matrix.yaml", "schema: 1", "schema: 3")
    said = "matrix.yaml:1: schema 3: this harness reads schema 1 and 2"
    assert said in project.run("validate").stderr
    project.edit("matrix.yaml", "schema: 3", "schema: 1")
    assert load_matrix(project.root).subject.package == "tensorflow"
