"""Lanes: environments beside the grid, their selection, and their runs with real tox."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.errors import Exit, UsageError
from harness.controller.project.cells import cells_of
from harness.controller.project.loader import load_matrix, read_project
from harness.controller.project.matrix import Matrix
from harness.controller.project.selection import Selection
from harness.controller.results.documents import Column, read_column
from harness.controller.results.remedies import Remedy, RemedyCulprit, remedies_file, remedies_text
from harness.controller.results.verdict import verdict
from tests.support.tiny_project import TinyProject, make_column
from tests.support.tiny_tensorflow import fill_environment
from tests.support.wheels import make_wheel

LANES = """
lanes:
  today: {title: Runs today, of: ">=2", packages: [pydot], cases: [version, dense], paths: [tf.keras, keras]}
  nightly: {title: Next, distribution: tf-nightly, python: "3.12", cases: [version], paths: [keras], may_fail: true}
"""


@pytest.fixture(autouse=True)
def _lanes(project: TinyProject) -> None:
    with open(project.root / "matrix.yaml", "a", encoding="utf-8") as file:
        file.write(LANES)


@pytest.fixture
def matrix(project: TinyProject) -> Matrix:
    return load_matrix(project.root)


def test_lane_has_environments_for_releases_not_variants(matrix: Matrix) -> None:
    assert list(matrix.in_lanes) == ["tf215-today", "tf216-today", "tf-nightly"]
    today, of = matrix.in_lanes["tf216-today"], matrix.environments["tf216"]
    assert (today.release, today.python, today.distribution) == (of.release, of.python, of.distribution)
    assert (today.packages, today.as_of, today.label, today.may_fail) == (("pydot",), None, "2.16 today", False)


def test_lane_on_oldest_python_leaves_out_where_it_is_the_newest(project: TinyProject) -> None:
    project.edit("matrix.yaml", 'python: "3.12", distribution', 'python: "3.12", oldest_python: "3.9", distribution')
    project.edit("matrix.yaml", 'of: ">=2"', 'of: ">=2", python: oldest')
    lanes = load_matrix(project.root).in_lanes
    assert {name: item.python for name, item in lanes.items()} == {"tf216-today": "3.9", "tf-nightly": "3.12"}


def test_lane_of_one_environment_may_have_another_release(project: TinyProject) -> None:
    project.edit("matrix.yaml", 'of: ">=2"', 'of: [tf216], release: "2.16.0"')
    other = load_matrix(project.root).in_lanes["tf216-today"]
    assert (other.release, other.label, other.python) == ("2.16.0", "2.16.0 today", "3.12")


def test_overrides_of_a_lane_are_packages_of_it(project: TinyProject) -> None:
    project.edit("matrix.yaml", "packages: [pydot]", 'packages: [pydot], overrides: ["numpy<2"]')
    found = load_matrix(project.root).in_lanes["tf216-today"]
    assert (found.packages, found.overrides) == (("pydot", "numpy<2"), ("numpy<2",))


def test_lane_of_distribution_has_newest_release(matrix: Matrix) -> None:
    nightly = matrix.in_lanes["tf-nightly"]
    assert (nightly.distribution, nightly.release, nightly.python) == ("tf-nightly", "newest", "3.12")
    assert (nightly.label, nightly.release_label, nightly.may_fail) == ("nightly", "", True)


def test_lane_forms_its_own_group_only(matrix: Matrix) -> None:
    assert matrix.groups["today"] == ("tf215-today", "tf216-today")
    assert matrix.groups["nightly"] == ("tf-nightly",)
    assert matrix.groups["tf2x"] == ("tf215", "tf216", "tf216-legacy")
    assert not matrix.in_lanes.keys() & matrix.environments


@pytest.mark.parametrize(
    ("patterns", "groups", "chosen"),
    [
        ([], [], ["tf115", "tf215", "tf216", "tf216-legacy"]),
        (["tf21*"], [], ["tf215", "tf216", "tf216-legacy"]),
        (["*-today"], [], ["tf215-today", "tf216-today"]),
        (["tf215", "tf215-today"], [], ["tf215", "tf215-today"]),
        (["tf115"], ["nightly"], ["tf115", "tf-nightly"]),
    ],
)
def test_lane_needs_its_own_pattern_or_group(
    matrix: Matrix, patterns: list[str], groups: list[str], chosen: list[str]
) -> None:
    found = Selection(tuple(patterns), tuple(groups)).choose_environments(matrix)
    assert [item.id for item in found] == chosen
    with pytest.raises(UsageError, match=r"^no environment matches 'tf215-tody'; did you mean 'tf215-today'\?$"):
        Selection(("tf215-tody",)).choose_environments(matrix)


FAULTS = [
    ('of: ">=2"', 'of: ">=3"', "no environment has a release in '>=3'"),
    ('of: ">=2"', 'of: ">=2", python: "3.11"', "in a lane `of` releases it is newest or oldest"),
    ('distribution: tf-nightly, python: "3.12"', 'python: "3.12"', "needs `of`, or `distribution` and"),
    ("[tf.keras, keras]", "[tf.kreas]", "unknown import path 'tf.kreas'; did you mean 'tf.keras'?"),
    ("[version, dense]", "[version, dens]", "unknown case 'dens'; did you mean 'dense'?"),
    (
        "[version, dense], paths: [tf.keras, keras]",
        "[dense], paths: [keras]",
        "dense does not run under keras, and decides nothing",
    ),
    ("  today: {", "  quick: {", "'quick' is also a group: every lane is a group of its own name"),
    ("  today: {", "  legacy: {", "the variant tf216-legacy is named as an environment of this lane"),
    ("title: Runs today, ", "", "missing key 'title'"),
    ('of: ">=2",', 'of: ">=2", known: "<2",', "no environment has a release in '<2'"),
    ("distribution: tf-nightly", 'distribution: tf-nightly, known: ">=2"', "remove 'known': it is a range of releases"),
    ('of: ">=2"', 'of: ">=2", release: 2.16.0', "another release is in place of one alone: `of` must name one"),
    ('of: ">=2"', "of: [tf216], release: 2.16.x", "'2.16.x' is not a release"),
    ("distribution: tf-nightly", "distribution: tf-nightly, release: 2.16.0", "another release is in place of one"),
    ("may_fail: true", "may_fail: yes please", "must be true or false, not 'yes please'"),
]


@pytest.mark.parametrize(("old", "new", "said"), FAULTS, ids=[said for _, _, said in FAULTS])
def test_lane_fault_reported_with_its_line(project: TinyProject, old: str, new: str, said: str) -> None:
    project.edit("matrix.yaml", old, new)
    (fault,) = read_project(project.root)[2]
    line = 25 if "nightly" in old or "may_fail" in old else 24
    assert str(fault).startswith(f"matrix.yaml:{line}: {said}")


def test_only_cells_of_the_lane_are_planned(project: TinyProject) -> None:
    said = project.run("plan", "-e", "tf215", "-g", "today", "-g", "nightly").stdout.splitlines()
    assert {line.split()[0]: int(line.split()[-2]) for line in said[:-1]} == {
        "tf215": 5,
        "tf215-today": 3,  # dense does not run under keras
        "tf216-today": 3,
        "tf-nightly": 1,
    }
    assert said[-1] == "4 environments, 12 cells"
    assert project.run("plan", "-g", "today", "-p", "tensorflow.keras").returncode == 2


def test_lane_runs_cells_of_known_entries(project: TinyProject) -> None:
    project.edit("matrix.yaml", 'of: ">=2",', 'of: ">=2", known: ">=2.16",')
    with open(project.root / "cases/model_build/dense.yaml", "a", encoding="utf-8") as file:
        file.write("known:\n")
        file.write('  - {path: "tensorflow.*", tf: ">=2.16", match: x, reason: y}\n')
        file.write('  - {path: "*", tf: "<2.15", match: x, reason: y}\n')
    matrix, cases, faults = read_project(project.root)
    assert matrix is not None
    assert not faults
    cells = cells_of(matrix.in_lanes.values(), matrix, cases, Selection())
    few = [("dense", "tf.keras"), ("version", "keras"), ("version", "tf.keras")]
    assert cells["tf215-today"] == few
    assert cells["tf216-today"] == [("dense", "tensorflow.keras"), *few]
    assert cells["tf-nightly"] == [("version", "keras")]


def test_tox_knows_the_environments_of_lanes(project: TinyProject) -> None:
    assert project.tox("list", "-m", "today", "--no-desc").stdout.split() == ["tf215-today", "tf216-today"]
    listed = project.tox("list").stdout
    assert "tf-nightly -> Python 3.12: tf-nightly newest, resolved again for each run" in " ".join(listed.split())
    deps = project.tox("config", "-e", "tf215-today", "-k", "deps").stdout
    assert deps.rstrip().endswith("-r .harness/resolved/tf215-today.txt")


@pytest.mark.parametrize("in_lane", [False, True])
def test_failed_lane_agrees_with_the_same_baseline(in_lane: bool) -> None:
    failed = make_column(Outcome("version", "keras", Status.ENV_FAIL), status="env-fail", reason="ImportError: x")
    otherwise = make_column(Outcome("version", "keras", Status.ENV_FAIL), status="env-fail", reason="ImportError: y")
    made = make_column(Outcome("version", "keras", Status.PASS))
    assert verdict(failed, failed, in_lane) is (Exit.AGREES if in_lane else Exit.BROKEN)
    assert [verdict(failed, before, in_lane) for before in (None, otherwise, made)] == [Exit.BROKEN] * 3
    assert verdict(made, failed, in_lane) is Exit.DIFFERS


def test_unresolved_lane_is_column_with_reason(project: TinyProject, wheels: Path) -> None:
    (wheels / "tensorflow_cpu-2.15.1-py3-none-any.whl").unlink()
    first = project.run("run", "-e", "tf215-today")
    assert first.returncode == 3, first.stdout
    found = read_column(project.root / ".harness/run/tf215-today.json")
    assert (found.environment.reason or "").startswith("tox: tf215-today cannot be resolved: ")
    assert "tensorflow-cpu==2.15.1" in (found.environment.reason or "")
    assert sorted(found.cells) == [("dense", "tf.keras"), ("version", "keras"), ("version", "tf.keras")]
    assert project.run("accept").returncode == 0
    assert "instead" not in first.stdout
    culprit = RemedyCulprit("numpy", "1.26.4", "2.0.0", "AttributeError: x")
    remedy = Remedy("tensorflow-cpu==2.15.1", "3.11", ("numpy<2",), (culprit,), "2024-07-01", {"numpy": "1.26.4"})
    file = remedies_file(project.root / "results")
    file.write_text(remedies_text({"tf215-today": remedy}, ["tf215-today"]), encoding="utf-8")
    again = project.run("run", "-e", "tf215-today")
    assert again.returncode == 0
    assert "\n  numpy 2.0.0 and later break it; numpy 1.26.4 works\n" in again.stdout
    assert '\n  instead, on Python 3.11: pip install "tensorflow-cpu==2.15.1" "numpy<2"\n' in again.stdout
    assert "\ndiffers    nothing: as in the baseline\n" in again.stdout


def test_allowed_failure_reported_without_failing_exit_code(wheels: Path, project: TinyProject) -> None:
    project.edit("matrix.yaml", 'of: ">=2"', 'of: ">=2", may_fail: true')
    done = project.run("run", "-e", "tf215-today")
    assert done.returncode == 0
    assert "tf215-today env-fail: tox: tf215-today cannot be resolved: " in done.stdout
    assert done.stdout.endswith("\nallowed to fail, and left out of the exit code: tf215-today\n")
    assert project.run("accept").returncode == 0
    assert project.run("run", "-e", "tf215-today").stdout.count("nothing: as in the baseline") == 1
    (wheels / "pydot-1-py3-none-any.whl").write_bytes(b"no wheel")
    changed = project.run("run", "-e", "tf215-today")
    assert changed.returncode == 0
    assert "tf215-today environment changed: " in changed.stdout
    assert "as in the baseline" not in changed.stdout


def test_log_alone_has_the_installers_output(project: TinyProject, wheels: Path) -> None:
    make_wheel(wheels, "pydot-1")
    done = project.run("run", "-e", "tf215-today")
    log = (project.root / ".harness" / "logs" / "tf215-today.log").read_text(encoding="utf-8")
    for line in ("\nInstalled 6 packages in ", "\n + tensorflow-cpu==2.15.1\n"):
        assert log.count(line) == 1
        assert line.strip() not in done.stdout


def test_lane_resolved_again_for_each_run(project: TinyProject, wheels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_LINK_MODE", "copy")  # what fills the environment is not to change uv's cache

    def run(*arguments: str) -> Column:
        assert project.tox("run", "-e", "tf215-today", "--notest").returncode == 0
        fill_environment(project.root / ".tox" / "tf215-today")
        done = project.run("run", "-e", "tf215-today", *arguments)
        assert done.returncode == 0, done.stdout
        return read_column(project.root / ".harness/run/tf215-today.json")

    make_wheel(wheels, "pydot-1")
    part = run("-k", "version", "-p", "tf.keras")
    assert {key: outcome.status for key, outcome in part.cells.items()} == {("version", "tf.keras"): Status.PASS}
    assert part.environment.packages["pydot"] == "1"
    make_wheel(wheels, "pydot-2")
    whole = run()
    assert sorted(whole.cells) == [("dense", "tf.keras"), ("version", "keras"), ("version", "tf.keras")]
    assert whole.environment.packages["pydot"] == "2"
