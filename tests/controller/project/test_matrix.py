from __future__ import annotations

import datetime

import pytest

from harness.controller.project.matrix_reader import read_matrix
from tests.support.tiny_project import TinyProject


def test_environments_ordered_by_release(project: TinyProject) -> None:
    matrix, faults = read_matrix(str(project.root))
    assert faults == []
    assert matrix is not None
    assert list(matrix.environments) == ["tf115", "tf215", "tf216", "tf216-legacy"]
    assert matrix.groups == {
        "quick": ("tf215", "tf216"),
        "tf1x": ("tf115",),
        "tf2x": ("tf215", "tf216", "tf216-legacy"),
    }
    assert {name: spec.form for name, spec in matrix.paths.items()} == {
        "tensorflow.keras": "from",
        "tf.keras": "attribute",
        "keras": "from",
    }
    assert (matrix.default, matrix.timeout, matrix.output_limit) == ("quick", 60, 65536)


def test_packages_dated_after_release_or_as_given(project: TinyProject) -> None:
    matrix, _ = read_matrix(str(project.root))
    assert matrix is not None
    assert matrix.environments["tf215"].as_of == datetime.date(2024, 3, 22)
    assert matrix.environments["tf216"].as_of == datetime.date(2024, 7, 1)
    assert matrix.resolve.runner_as_of == datetime.date(2026, 11, 1)
    assert matrix.resolve.runner_packages == ("pytest", "pytest-xdist", "PyYAML")
    assert matrix.resolve.runner_dependencies == ("pluggy",)


def test_longest_margin_after_last_date_is_valid(project: TinyProject) -> None:
    project.edit("matrix.yaml", "days_after_release: 14", "days_after_release: 3650")
    project.edit("matrix.yaml", "released: 2024-03-08", "released: 2999-12-31")
    matrix, faults = read_matrix(str(project.root))
    assert faults == []
    assert matrix is not None
    assert matrix.environments["tf215"].as_of == datetime.date(3009, 12, 29)


def test_variant_shares_packages_and_sets_own_variables(project: TinyProject) -> None:
    project.edit("matrix.yaml", '{TF_USE_LEGACY_KERAS: "1"}', '{TF_USE_LEGACY_KERAS: "1", KERAS_BACKEND: jax}')
    matrix, _ = read_matrix(str(project.root))
    assert matrix is not None
    variant, of = matrix.environments["tf216-legacy"], matrix.environments["tf216"]
    assert variant.set_env == (("KERAS_BACKEND", "jax"), ("TF_USE_LEGACY_KERAS", "1"))
    assert of.set_env == ()
    assert (variant.release, variant.python, variant.as_of) == (of.release, of.python, of.as_of)
    assert (variant.label, of.label) == ("2.16 legacy", "2.16")


def test_a_range_takes_pre_releases_too(project: TinyProject) -> None:
    project.edit("matrix.yaml", "2.16.2", "2.16.0rc1")
    project.edit("matrix.yaml", "1.15.5", "1.15.0rc3")
    matrix, _ = read_matrix(str(project.root))
    assert matrix is not None
    assert matrix.groups["tf2x"] == ("tf215", "tf216", "tf216-legacy")
    assert matrix.groups["tf1x"] == ("tf115",)


A_PACKAGE = "a package, with or without versions, such as keras<2.4"
SECONDS = "a number of seconds above 0, at most 1000000"
BYTES = f"a whole number of bytes, from 1 to {2**62}"
FAULTS = [
    (", packages: [keras", ", pakages: [keras", "13: unknown key 'pakages'; did you mean 'packages'?"),
    ("timeout: 60", "timeout: 0", f"2: must be {SECONDS}, not 0"),
    (
        "days_after_release: 14",
        "days_after_release: soon",
        "4: must be a whole number of days, at most 3650, not 'soon'",
    ),
    ("days_after_release: 14", "days_after_release: -1", "4: must be a whole number of days, at most 3650, not -1"),
    ("days_after_release: 14", "days_after_release: 3651", "4: must be a whole number of days, at most 3650, not 3651"),
    ("dependencies: [pluggy], ", "", "6: missing key 'dependencies'"),
    (
        "dependencies: [pluggy]",
        "dependencies: pluggy",
        "6: must be a list of requirements such as [keras<2.4], not 'pluggy'",
    ),
    ("as_of: 2026-11-01", "as_of: 1999-12-31", "6: must be a date such as 2024-03-08, not datetime.date(1999, 12, 31)"),
    (
        "released: 2024-03-08",
        "released: 3000-01-01",
        "14: must be a date such as 2024-03-08, not datetime.date(3000, 1, 1)",
    ),
    ("  keras: from", "  keras: form", "10: 'form' is not one of the known words; did you mean 'from'?"),
    (
        "  tf.keras: attribute",
        "  tf.keras: from",
        "9: the form is attribute: tf is a short name, which nothing imports from",
    ),
    ("  tf115: {", "  tf15: {", "13: the id of TensorFlow 1.15.5 is tf115, not tf15"),
    ("tensorflow: 2.16.2", "tensorflow: 2.16", "12: must be a release such as 2.15.1, not 2.16"),
    ("tensorflow: 2.16.2", "tensorflow: 2.16.x", "12: '2.16.x' is not a release"),
    ("tensorflow: 2.16.2", "tensorflow: 2.16.2.x", "12: '2.16.2.x' is not a release"),
    ('python: "3.12"', "python: 3.12", '12: must be a Python version in quotes, such as "3.11", not 3.12'),
    (
        "released: 2024-03-08",
        "released: 2024-03-08 10:00:00",
        "14: must be a date such as 2024-03-08, not datetime.datetime(2024, 3, 8, 10, 0)",
    ),
    ("  tf115: {", "  tf216: {", "13: duplicate key 'tf216'"),
    ("of: tf216", "of: tf217", "16: unknown environment 'tf217'; did you mean 'tf216'?"),
    ("  tf216-legacy:", "  tf215-legacy:", "16: the id of a variant of tf216 starts with tf216-"),
    ('KERAS: "1"', "KERAS: 1", "16: must be text without a NUL character, not 1"),
    ('{TF_USE_LEGACY_KERAS: "1"}', "{}", "16: must be a mapping with at least one entry"),
    ('{TF_USE_LEGACY_KERAS: "1"}', "[legacy]", "16: must be a mapping with at least one entry"),
    ('{TF_USE_LEGACY_KERAS: "1"}', "{tf-use: on-}", "16: must be a variable's name, not 'tf-use'"),
    ("[tf215, tf216]", "[tf215, tf261]", "18: unknown environment 'tf261'; did you mean 'tf216'?"),
    ("[tf215, tf216]", "[]", "18: must be a list with at least one item, not a list"),
    ("  tf1x: ", "  tf215: ", "19: 'tf215' is also an environment"),
    ('"<2"', '"below 2"', "19: 'below 2' is not a range of releases such as \">=2,<2.6\""),
    ('"<2"', '"<1"', "19: no environment has a release in '<1'"),
    ("default: quick", "default: quik", "21: unknown group 'quik'; did you mean 'quick'?"),
    ("schema: 1", "schema: 3", "1: schema 3: this harness reads schema 1 and 2"),
    ("schema: 1\n", "", "1: missing key 'schema'"),
    ("packages: [keras<2.4]", "packages: ['-r /etc/passwd']", f"13: must be {A_PACKAGE}, not '-r /etc/passwd'"),
    ("packages: [pillow]", "packages: ['--index-url x']", f"5: must be {A_PACKAGE}, not '--index-url x'"),
    ("packages: [pillow]", 'packages: ["pillow\\n--pre"]', f"5: must be {A_PACKAGE}, not 'pillow\\n--pre'"),
    ("packages: [pillow]", "packages: ['x @ file:///x']", f"5: must be {A_PACKAGE}, not 'x @ file:///x'"),
    ("packages: [pillow]", "packages: [./x.whl]", f"5: must be {A_PACKAGE}, not './x.whl'"),
    ("packages: [pillow]", "packages: [1]", f"5: must be {A_PACKAGE}, not 1"),
    ("packages: [pillow]", "packages: pillow", "5: must be a list of requirements such as [keras<2.4], not 'pillow'"),
    ("packages: [keras<2.4]", "packages: [keras<<2]", f"13: must be {A_PACKAGE}, not 'keras<<2'"),
    ("timeout: 60", "timeout: 1e300", f"2: must be {SECONDS}, not 1e+300"),
    ("timeout: 60", "timeout: .inf", f"2: must be {SECONDS}, not inf"),
    ("timeout: 60", "timeout: .nan", f"2: must be {SECONDS}, not nan"),
    ("timeout: 60", "timeout: -1", f"2: must be {SECONDS}, not -1"),
    ("output: 65536", "output: 99999999999999999999", f"2: must be {BYTES}, not 99999999999999999999"),
    ("output: 65536", "output: 1e6", f"2: must be {BYTES}, not 1000000.0"),
    ('KERAS: "1"', 'KERAS: "a\\0b"', "16: must be text without a NUL character, not 'a\\x00b'"),
    ("  tf115: {", "  tf115: {<<: *x, ", "13: not YAML: found undefined alias 'x'"),
    ("of: tf216,", "<<: {of: tf216}, of: tf216,", "16: merge keys (<<) are not supported"),
    ("groups:", "groups", "18: not YAML: could not find expected ':'"),
]


@pytest.mark.parametrize(("old", "new", "said"), FAULTS, ids=[said for _, _, said in FAULTS])
def test_a_fault_is_told_with_its_line(project: TinyProject, old: str, new: str, said: str) -> None:
    project.edit("matrix.yaml", old, new)
    matrix, faults = read_matrix(str(project.root))
    assert matrix is None
    assert [str(fault) for fault in faults] == [f"matrix.yaml:{said}"]


def test_all_faults_of_a_level_reported_together(project: TinyProject) -> None:
    project.edit("matrix.yaml", "default: quick", "default: quik")
    project.edit("matrix.yaml", "of: tf216", "of: tf217")
    project.edit("matrix.yaml", '"<2"', '"<1"')
    _, faults = read_matrix(str(project.root))
    assert sorted(fault.line for fault in faults) == [16, 19, 21]


def test_listed_group_keeps_the_file_order(project: TinyProject) -> None:
    project.edit("matrix.yaml", "[tf215, tf216]", "[tf216, tf215]")
    matrix, _ = read_matrix(str(project.root))
    assert matrix is not None
    assert matrix.groups["quick"] == ("tf216", "tf215")


def test_empty_package_list_valid_except_for_runner(project: TinyProject) -> None:
    project.edit("matrix.yaml", "packages: [pillow]", "packages: []")
    project.edit("matrix.yaml", "packages: [keras<2.4]", "packages: []")
    matrix, faults = read_matrix(str(project.root))
    assert (faults, matrix is not None) == ([], True)
    project.edit("matrix.yaml", "packages: [pytest, pytest-xdist, PyYAML]", "packages: []")
    _, (fault,) = read_matrix(str(project.root))
    assert fault.message == "must be a list of one or more requirements such as [keras<2.4], not a list"
