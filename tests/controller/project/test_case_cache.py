from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.cases import loader as library
from harness.cases.case import Case
from harness.cases.language import Language
from harness.controller.errors import FaultyFiles
from harness.controller.project import case_cache
from harness.controller.project import case_checks as checking
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_project
from tests.support.languages import LANGUAGE
from tests.support.tiny_project import TinyProject


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The case files that are read, as they are, each by itself."""
    files: list[str] = []
    original = library.read_case

    def read_case(root: str, file: str, language: Language) -> object:
        files.append(file)
        return original(root, file, language)

    monkeypatch.setattr(checking, "read_case", read_case)
    return files


@pytest.fixture
def everything(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders of which all cases are read."""
    roots: list[str] = []
    original = library.read_library

    def read_library(root: str, language: Language) -> object:
        roots.append(root)
        return original(root, language)

    monkeypatch.setattr(checking, "read_library", read_library)
    return roots


def faults(project: Path) -> list[str]:
    with pytest.raises(FaultyFiles) as faulty:
        load_project(project)
    return str(faulty.value).splitlines()


def test_faultless_cases_are_read_once(project: TinyProject, read: list[str], everything: list[str]) -> None:
    first, second = load_project(project.root), load_project(project.root)
    assert first == second
    assert [case.lines for case in first.cases] == [case.lines for case in second.cases]
    assert [repr(case) for case in first.cases] == [repr(case) for case in second.cases]
    assert (read, everything) == ([], [str(project.root)])


def test_only_changed_file_is_read_again(project: TinyProject, read: list[str], everything: list[str]) -> None:
    load_project(project.root)
    project.edit("cases/snippet/version.yaml", "The path has", "This path has")
    assert [case.title for case in load_project(project.root).cases] == ["One Dense layer", "This path has a version"]
    assert load_project(project.root).cases == load_project(project.root).cases
    (project.root / "cases" / "model_build" / "dense.yaml").unlink()
    assert [case.id for case in load_project(project.root).cases] == ["version"]
    assert (read, len(everything)) == (["cases/snippet/version.yaml"], 1)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("cases/snippet/version.yaml", "title:", "titel:"),
        ("cases/snippet/version.yaml", "title: The", "title: [The"),
        ("cases/snippet/version.yaml", "id: version", "id: dense"),
        ("cases/model_build/dense.yaml", "id: dense", "id: version"),
        ("cases/model_build/dense.yaml", '["t*"]', '["x*"]'),
        ("matrix.yaml", "  tf.keras: attribute\n  keras: from\n", "  t.keras: attribute\n"),
        ("matrix.yaml", "default: quick", "default: quik"),
    ],
)
def test_cache_changes_no_faults(project: TinyProject, file: str, old: str, new: str) -> None:
    project.edit("cases/snippet/version.yaml", "title: The", 'paths: ["keras", "tf.keras"]\ntitle: The')
    load_project(project.root)
    project.edit(file, old, new)
    with_memory = [faults(project.root), faults(project.root)]
    Layout(project.root).checked.unlink(missing_ok=True)
    assert with_memory == [faults(project.root)] * 2


def test_cached_duplicate_ids_are_reported(project: TinyProject) -> None:
    file = project.root / "cases" / "snippet" / "version.yaml"
    load_project(project.root)
    file.with_suffix(".yml").write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    said = "cases/snippet/version.yml:1: the id 'version' is already used in cases/snippet/version.yaml"
    assert [faults(project.root), faults(project.root)] == [[said], [said]]


@pytest.mark.parametrize("judge", ["code", "python", "yaml", "paths"])
def test_other_code_invalidates_the_cache(
    project: TinyProject, everything: list[str], monkeypatch: pytest.MonkeyPatch, judge: str
) -> None:
    load_project(project.root)
    if judge == "code":
        monkeypatch.setattr(case_cache, "code_digest", lambda source, parts: "of other code")
    elif judge == "python":
        monkeypatch.setattr(sys, "version", "3.99")
    elif judge == "yaml":
        monkeypatch.setattr("yaml.__version__", "99")
    else:
        project.edit("matrix.yaml", "  keras: from", "  keras: from\n  tf_keras: from")
    load_project(project.root)
    assert len(everything) == 2


@pytest.mark.parametrize("damage", ["cut", "another", "empty", "binary", "foreign", "folder"])
def test_damaged_cache_is_replaced(project: TinyProject, everything: list[str], damage: str) -> None:
    whole = load_project(project.root)
    file = Layout(project.root).checked
    content = file.read_bytes()
    file.unlink()
    if damage == "folder":
        file.mkdir()
    else:
        another = content.replace(b"One Dense layer", b"Two Dense layer")
        spoiled = {"cut": content[:-1], "another": another, "empty": b"", "binary": b"\xff\n\xff", "foreign": b"[]\n[]"}
        file.write_bytes(spoiled[damage])
    assert load_project(project.root) == whole
    assert len(everything) == 2
    assert file.is_dir() or file.read_bytes() == content


def test_read_only_project_is_read(project: TinyProject) -> None:
    (project.root / ".harness").write_text("", encoding="utf-8")
    assert load_project(project.root) == load_project(project.root)


def test_file_changed_while_read_is_not_cached(project: TinyProject, tmp_path: Path) -> None:
    cases = load_project(project.root).cases
    before = case_cache.case_digests(project.root)
    assert set(before) == {case.file for case in cases}
    case_cache.save_cached_cases(tmp_path / "memory", "key", {cases[0].file: before[cases[0].file]}, cases)
    assert case_cache.load_cached_cases(tmp_path / "memory", "key", before, LANGUAGE) == {cases[0].file: cases[0]}
    assert case_cache.load_cached_cases(tmp_path / "memory", "other key", before, LANGUAGE) == {}


@pytest.mark.parametrize("body", [{1: "a"}, {"a": (1, 2)}, {"a": {1, 2}}, {"a": object()}, {"a": {"b": {2.5: 1}}}])
def test_case_that_json_changes_is_not_cached(tmp_path: Path, body: dict[str, object]) -> None:
    file, digests = tmp_path / "memory", {"cases/x.yaml": "1", "cases/y.yaml": "2"}
    plain = Case("y", "snippet", "Y", "cases/y.yaml", {"a": [1, 1.0, True, None, "\ud800", float("inf")]})
    case_cache.save_cached_cases(file, "key", digests, [Case("x", "snippet", "X", "cases/x.yaml", body), plain])
    assert case_cache.load_cached_cases(file, "key", digests, LANGUAGE) == {"cases/y.yaml": plain}


def test_many_processes_share_the_cache(project: TinyProject) -> None:
    whole = load_project(project.root)

    def load(number: int) -> bool:
        if number % 3 == 0:
            Layout(project.root).checked.unlink(missing_ok=True)
        return load_project(project.root) == whole

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(load, range(24)))
    assert [file.name for file in (project.root / ".harness").iterdir()] in ([], ["cases.json"])
