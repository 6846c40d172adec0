from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.controller.errors import FaultyFiles, UsageError
from harness.controller.project import case_checks
from harness.controller.project.layout import Layout, find_root
from harness.controller.project.loader import load_matrix, load_project
from tests.support.tiny_project import TinyProject


def test_root_is_nearest_folder_with_matrix(project: TinyProject) -> None:
    inner = project.root / "cases" / "snippet"
    assert find_root(inner) == project.root
    (project.root / "cases" / "matrix.yaml").touch()
    assert find_root(inner) == project.root / "cases"


def test_folder_without_a_matrix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^no matrix.yaml in .* or above it: name the project's folder with --root$"):
        find_root(tmp_path)


def test_folder_named_matrix_is_refused(tmp_path: Path) -> None:
    (tmp_path / "matrix.yaml").mkdir()
    assert find_root(tmp_path) == tmp_path
    with pytest.raises(FaultyFiles, match=r"^matrix\.yaml:1: cannot be read: Is a directory$"):
        load_matrix(tmp_path)


def test_matrix_and_case_faults_come_together(project: TinyProject) -> None:
    project.edit("matrix.yaml", "default: quick", "default: quik")
    project.edit("cases/model_build/dense.yaml", "expect:", "expects:")
    project.edit("cases/snippet/version.yaml", "title: The path has a version", "title: [")
    with pytest.raises(FaultyFiles) as faulty:
        load_project(project.root)
    files = {fault.file for fault in faulty.value.faults}
    assert files == {"matrix.yaml", "cases/model_build/dense.yaml", "cases/snippet/version.yaml"}
    assert str(faulty.value).splitlines() == [str(fault) for fault in faulty.value.faults]


def test_matrix_is_read_without_cases(project: TinyProject) -> None:
    project.edit("cases/snippet/version.yaml", "title: The path has a version", "title: [")
    assert "tf215" in load_matrix(project.root).environments
    project.edit("matrix.yaml", "default: quick", "default: quik")
    with pytest.raises(FaultyFiles, match=r"^matrix\.yaml:21: unknown group 'quik'; did you mean 'quick'\?$"):
        load_matrix(project.root)


def test_faultless_project_is_read_whole(project: TinyProject) -> None:
    loaded = load_project(project.root)
    assert loaded.layout.root == project.root
    assert [case.id for case in loaded.cases] == ["dense", "version"]
    assert loaded.matrix == load_matrix(project.root)


def test_unknown_path_pattern_is_a_fault(project: TinyProject) -> None:
    project.edit("cases/model_build/dense.yaml", 'paths: ["t*"]', "paths:\n  - t*\n  - tf.kreas")
    with pytest.raises(FaultyFiles) as faulty:
        load_project(project.root)
    assert str(faulty.value) == (
        "cases/model_build/dense.yaml:6: no import path matches 'tf.kreas'; did you mean 'tf.keras'?"
    )


def test_run_files_are_apart_from_results(project: TinyProject) -> None:
    layout = Layout(project.root)
    environment = load_matrix(project.root).environments["tf215"]
    assert layout.lock(replace(environment, lane="today")).is_relative_to(layout.state)
    committed = [layout.results, layout.lock(environment)]
    assert not any(path.is_relative_to(layout.state) for path in committed)
    assert layout.run.is_relative_to(layout.state)
    assert layout.files("tf215").details.is_relative_to(layout.state)


def test_unknown_fixed_path_is_a_fault(project: TinyProject) -> None:
    for good in ("tf.keras", "keras"):
        project.edit("cases/model_build/dense.yaml", "- layers.Dense:", f"- {good}::layers.Dense:")
        assert len(load_project(project.root).cases) == 2
        project.edit("cases/model_build/dense.yaml", f"- {good}::layers.Dense:", "- layers.Dense:")
    project.edit("cases/model_build/dense.yaml", "- layers.Dense:", "- tf.kears::layers.Dense:")
    with pytest.raises(FaultyFiles) as faulty:
        load_project(project.root)
    assert str(faulty.value) == (
        "cases/model_build/dense.yaml:7: unknown import path 'tf.kears' of layers.Dense; did you mean 'tf.keras'?"
    )


def test_two_colons_in_text_are_no_path(project: TinyProject) -> None:
    project.edit("cases/snippet/version.yaml", "title: The path has a version", "title: std::vector")
    project.edit("cases/snippet/version.yaml", "  # call", "  # call\n  assert [1, 2][::2] == [1]")
    assert [case.title for case in load_project(project.root).cases] == ["One Dense layer", "std::vector"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("return 5", "'return' outside function"),
        ("break", "'break' outside loop"),
        ("nonlocal keras", "nonlocal declaration not allowed at module level"),
    ],
)
def test_code_that_cannot_compile_is_a_fault(project: TinyProject, line: str, said: str) -> None:
    project.edit("cases/snippet/version.yaml", "  # call", f"  # call\n  {line}")
    with pytest.raises(FaultyFiles) as faulty:
        load_project(project.root)
    assert str(faulty.value) == f"cases/snippet/version.yaml:4: is not Python: {said} (line 4 of the code)"


def test_script_that_cannot_compile_is_a_fault(project: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_checks, "script_of", lambda case, path: f"return '{case.id}'\n")
    with pytest.raises(FaultyFiles) as faulty:
        load_project(project.root)
    assert str(faulty.value).splitlines() == [
        "cases/model_build/dense.yaml:1: its script is not Python under tensorflow.keras: "
        "'return' outside function: return 'dense'",
        "cases/snippet/version.yaml:1: its script is not Python under tensorflow.keras: "
        "'return' outside function: return 'version'",
    ]
