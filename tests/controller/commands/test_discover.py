"""`harness discover` on a project, with an index on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from harness.controller.discovery import index as asking
from tests.support.package_index import FORMS, PackageIndex, serving, source, tensorflow, wheels
from tests.support.tiny_project import TinyProject

NEWEST = """\
  # The first tf-keras for 2.20 that was not withdrawn came out on 2025-09-04.
  tf220: {tensorflow: 2.20.0, python: "3.13", oldest_python: "3.12", distribution: tensorflow-cpu, \
released: 2025-08-13, packages: [tf-keras==2.20.*], as_of: 2025-09-05}
  tf221: {tensorflow: 2.21.0, python: "3.13", oldest_python: "3.12", distribution: tensorflow-cpu, \
released: 2026-03-06, packages: [tf-keras==2.21.*]}
"""
LAST = "distribution: tensorflow-cpu, released: 2024-03-08}\n"  # of the project's matrix


@pytest.fixture
def index(project: TinyProject, monkeypatch: pytest.MonkeyPatch) -> Iterator[PackageIndex]:
    """An index that has what the project has, and two newer releases."""
    for name in [name for name in os.environ if name.startswith(("UV_", "PIP_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.chdir(project.root)
    with serving() as index:
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.address)
        index.files = [
            *wheels("tensorflow", "1.15.5", "2021-01-06", "36", "37"),
            *tensorflow("2.15.1", "2024-03-08", "310", "311"),
            *tensorflow("2.16.2", "2024-06-28", "311", "312"),
            *tensorflow("2.20.0rc0", "2025-07-29", "312", "313"),
            *tensorflow("2.20.0", "2025-08-13", "312", "313", needs=">=3.9"),
            *tensorflow("2.21.0", "2026-03-06", "312", "313"),
            *tensorflow("2.21.1", "2026-03-16", "312", "313", yanked=True),
            source("tensorflow", "2.22.0", "2026-04-06"),  # no wheel yet
            *wheels("tf-keras", "2.20.0", "2025-03-03", yanked=True),
            *wheels("tf-keras", "2.20.1", "2025-09-04"),
            *wheels("tf-keras", "2.21.0", "2026-03-18"),
            *wheels("keras", "3.11.3", "2025-08-21"),
            *wheels("keras", "3.13.2", "2026-01-30"),
        ]
        yield index


def matrix(project: Path) -> str:
    return (project / "matrix.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("form", FORMS)
def test_removed_releases_are_found_again(project: TinyProject, index: PackageIndex, form: str) -> None:
    index.form = form
    before = matrix(project.root)
    done = project.run("discover")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "tf220: TensorFlow 2.20.0 of 2025-08-13, tensorflow-cpu on Python 3.13 with tf-keras==2.20.*, "
        "as of 2025-09-05; Keras was at 3.11.3",
        "tf221: TensorFlow 2.21.0 of 2026-03-06, tensorflow-cpu on Python 3.13 with tf-keras==2.21.*; "
        "Keras was at 3.13.2",
        "matrix.yaml: written; now run `harness lock -e tf220 -e tf221`",
    ]
    assert matrix(project.root) == before.replace(LAST, LAST + NEWEST)
    assert project.run("validate").stdout.startswith("6 environments")


@pytest.mark.usefixtures("index")
def test_check_exits_1_while_something_is_new(project: TinyProject) -> None:
    before = matrix(project.root)
    done = project.run("discover", "--check")
    assert (done.returncode, [line[:6] for line in done.stdout.splitlines()]) == (1, ["tf220:", "tf221:"])
    assert matrix(project.root) == before
    project.run("discover")
    done = project.run("discover", "--check")
    assert (done.returncode, done.stdout) == (0, "nothing new\n")
    assert project.run("discover").stdout == "nothing new\n"


@pytest.mark.usefixtures("index")
def test_a_patch_is_locked_with_its_variants(project: TinyProject) -> None:
    project.edit("matrix.yaml", "2.16.2", "2.16.1")
    done = project.run("discover")
    said = "tf216: tensorflow 2.16.2 instead of 2.16.1, as_of 2024-07-12 instead of 2024-07-01"
    assert done.stdout.splitlines()[0] == said
    assert "`harness lock -e tf216 -e tf220 -e tf221 -e tf216-legacy`" in done.stdout.splitlines()[-1]


def test_releases_cool_down_as_requested(project: TinyProject, index: PackageIndex) -> None:
    now = datetime.now(timezone.utc)
    index.files += tensorflow("2.22.0", str(now.date() - timedelta(days=3)), "313")
    index.files += tensorflow("2.23.0", str(now.date()), "313")
    assert "tf222: " in project.run("discover", "--check").stdout
    assert "tf223: " not in project.run("discover", "--check").stdout
    assert "tf222: " not in project.run("discover", "--check", "--cool-down", "5").stdout


def test_pre_releases_are_optional(project: TinyProject, index: PackageIndex) -> None:
    index.files += tensorflow("2.22.0rc0", "2026-03-20", "313")
    assert "rc0" not in project.run("discover", "--check").stdout
    assert "tf222: TensorFlow 2.22.0rc0 of 2026-03-20" in project.run("discover", "--pre").stdout
    assert "7 environments" in project.run("validate").stdout


@pytest.mark.parametrize("project_name", ["tensorflow", "tf-keras"])
def test_a_failing_index_is_one_sentence(project: TinyProject, index: PackageIndex, project_name: str) -> None:
    before = matrix(project.root)
    index.instead[f"/packages/{project_name}/"] = (500, "text/html", b"")
    done = project.run("discover")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == f"{index.address}/{project_name}/ cannot be read: the package index answers 500\n"
    assert matrix(project.root) == before


def test_an_index_that_hangs_ends_with_3(
    project: TinyProject, index: PackageIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PATIENCE", 0.2)
    index.hangs = True
    done = project.run("discover", "--check")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.endswith(" cannot be read: timed out\n")


def test_an_index_without_tensorflow_is_refused(project: TinyProject, index: PackageIndex) -> None:
    index.files = []
    done = project.run("discover", "--check")
    assert (done.returncode, done.stderr) == (3, "the package index has no TensorFlow\n")


@pytest.mark.usefixtures("index")
def test_a_matrix_with_faults_is_not_touched(project: TinyProject) -> None:
    project.edit("matrix.yaml", "default: quick", "default: quik")
    done = project.run("discover")
    assert (done.returncode, done.stdout) == (2, "")
    assert "unknown group 'quik'" in done.stderr


@pytest.mark.parametrize("days", ["-1", "x", "4000"])
def test_days_out_of_range_are_refused(project: TinyProject, days: str) -> None:
    done = project.run("discover", "--cool-down", days)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("harness discover: argument --cool-down: ")
