from __future__ import annotations

import pytest

from harness.controller.errors import UsageError
from harness.controller.project.cells import cell_keys, paths_of, selected_keys
from harness.controller.project.loader import Project, load_project
from harness.controller.worker.options import WorkerOptions
from harness.controller.worker.plan import cells_in_scope, planned_cells
from tests.support.tiny_project import TinyProject


@pytest.fixture
def loaded(project: TinyProject) -> Project:
    return load_project(project.root)


def test_case_runs_only_under_named_paths(loaded: Project) -> None:
    dense, version = loaded.cases
    paths = loaded.matrix.paths.values()
    assert paths_of(dense, paths) == ["tensorflow.keras", "tf.keras"]
    assert paths_of(version, paths) == ["tensorflow.keras", "tf.keras", "keras"]


def test_case_names_paths_by_several_patterns(project: TinyProject) -> None:
    project.edit("cases/model_build/dense.yaml", '["t*"]', "[keras, tensorflow.*]")
    loaded = load_project(project.root)
    assert paths_of(loaded.cases[0], loaded.matrix.paths.values()) == ["tensorflow.keras", "keras"]


def planned_paths(loaded: Project, *paths: str) -> dict[str, list[str]]:
    """The import paths of the planned cells, by case file."""
    found: dict[str, list[str]] = {}
    for cell in planned_cells(cells_in_scope(loaded, loaded.matrix.environments["tf215"], WorkerOptions(paths=paths))):
        found.setdefault(cell.file, []).append(cell.path)
    return found


def test_cells_are_case_files_with_paths(loaded: Project) -> None:
    assert planned_paths(loaded) == {
        "cases/model_build/dense.yaml": ["tensorflow.keras", "tf.keras"],
        "cases/snippet/version.yaml": ["tensorflow.keras", "tf.keras", "keras"],
    }
    assert planned_paths(loaded, "keras") == {"cases/snippet/version.yaml": ["keras"]}


def test_keys_are_sorted_by_case_then_path(loaded: Project) -> None:
    keys = cell_keys(loaded.cases, list(loaded.matrix.paths.values()))
    assert keys == sorted(keys)
    assert len(keys) == 5
    assert ("dense", "keras") not in keys


def test_a_selection_without_a_cell_is_refused(loaded: Project) -> None:
    dense, _ = loaded.cases
    with pytest.raises(UsageError, match="the selection has no cell: none of its cases runs under any of its import"):
        selected_keys([dense], [loaded.matrix.paths["keras"]])
