from __future__ import annotations

from pathlib import Path

import pytest

from harness.controller.errors import HarnessError
from harness.controller.locking import _end_of, _overrides, lock, requirements
from harness.controller.matrix import Matrix
from harness.controller.project import Layout, load_matrix


@pytest.fixture
def matrix(project: Path) -> Matrix:
    return load_matrix(project)


def test_an_environment_asks_for_its_release_its_packages_and_those_of_all(matrix: Matrix) -> None:
    assert requirements(matrix.environments["tf115"], matrix.resolve) == [
        "tensorflow==1.15.5",
        "keras<2.4",
        "pillow",
        "pytest",
        "pytest-xdist",
        "PyYAML",
    ]


def test_tensorflow_is_not_installed_a_second_time_beside_another_distribution(matrix: Matrix) -> None:
    assert _overrides(matrix.environments["tf215"]) == 'tensorflow ; python_version < "3"\n'
    assert _overrides(matrix.environments["tf115"]) == ""


def test_packages_of_the_whole_day_count(matrix: Matrix) -> None:
    assert _end_of(matrix.environments["tf215"].as_of) == "2024-03-23T00:00:00Z"


def test_an_interpreter_that_is_missing_is_named_and_no_lock_is_written(project: Path, matrix: Matrix) -> None:
    with pytest.raises(HarnessError, match=r"^tf115: no Python 3\.99 to resolve for$"):
        lock(matrix.environments["tf115"], matrix.resolve, Layout(project))
    assert not (project / "locks").exists()
