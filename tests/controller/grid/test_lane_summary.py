"""The row of a lane: what it says of each release, and where it is shown."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.grid.lane_summary import LaneRow, lane_rows
from harness.controller.grid.markdown import BEGIN, END
from harness.controller.project.loader import load_matrix
from harness.controller.results.documents import Column
from harness.controller.results.remedies import Remedy, RemedyCulprit, remedies_file, remedies_text
from tests.support.tiny_project import TinyProject, make_column

LANES = """
lanes:
  today: {title: Runs today, of: ">=1", cases: [dense, version], paths: [tf.keras, keras]}
  nightly: {title: Runs next, distribution: tf-nightly, python: "3.12", cases: [dense], paths: [tf.keras]}
"""
OLDEST = '  oldest: {title: Runs on the oldest, of: ">=1", python: oldest, cases: [dense], paths: [tf.keras]}\n'
DECIDES = ("dense", "tf.keras")
OTHER = ("version", "keras")


@pytest.fixture(autouse=True)
def _lanes(project: TinyProject) -> None:
    with open(project.root / "matrix.yaml", "a", encoding="utf-8") as file:
        file.write(LANES)


@pytest.fixture
def today(project: TinyProject) -> Callable[..., LaneRow]:
    """The row of the lane `today`, of these columns."""

    def make(*columns: Column) -> LaneRow:
        return lane_rows(load_matrix(project.root), {column.environment.id: column for column in columns})[0]

    return make


@pytest.fixture
def columns() -> list[Column]:
    """1.15 cannot be made, 2.15 cannot be imported, and 2.16 runs, but one cell fails that passes as released."""
    lost = Outcome(*OTHER, Status.FAIL, Stage.CALL, "ValueError", "bad <numbers>")
    cells = [Outcome(*DECIDES, Status.ENV_FAIL), Outcome(*OTHER, Status.ENV_FAIL)]
    failed = {"status": "env-fail", "packages": {}}
    return [
        make_column(*cells, **failed | {"id": "tf115-today", "reason": "tox: no such version"}),
        make_column(
            *cells, **failed | {"id": "tf215-today", "reason": "TypeError: x\nmore", "packages": {"numpy": "2"}}
        ),
        make_column(Outcome(*DECIDES, Status.PASS), lost, id="tf216-today"),
        make_column(Outcome(*DECIDES, Status.PASS), Outcome(*OTHER, Status.PASS), id="tf216"),
    ]


def test_release_runs_where_deciding_cell_passes(today: Callable[..., LaneRow], columns: list[Column]) -> None:
    row = today(*columns)
    assert [answer.status for answer in row.answers] == [Status.ENV_FAIL, Status.ENV_FAIL, Status.PASS]
    assert row.summary == "Runs today: 1 of 3"
    assert row.reasons == [
        ("1.15", "cannot be installed: tox: no such version"),
        ("2.15", "installs, but cannot be imported: TypeError: x more"),
        ("2.16", "runs, but version[keras]: fail at call (ValueError: bad <numbers>)"),
    ]


def test_failure_shared_with_release_is_omitted(today: Callable[..., LaneRow]) -> None:
    failing = Outcome(*OTHER, Status.FAIL, Stage.CALL, "ValueError", "x")
    columns = [make_column(Outcome(*DECIDES, Status.PASS), failing, id=name) for name in ("tf215", "tf215-today")]
    assert today(*columns).reasons == []


def test_neighbours_with_the_same_reason_share_it(today: Callable[..., LaneRow]) -> None:
    failing = Outcome(*DECIDES, Status.CRASH, error="SIGSEGV")
    row = today(*(make_column(failing, id=f"{name}-today") for name in ("tf115", "tf215", "tf216")))
    assert row.reasons == [("1.15 to 2.16", "dense[tf.keras]: crash (SIGSEGV)")]
    assert row.summary == "Runs today: 0 of 3"


def test_release_not_run_counts_neither_way(today: Callable[..., LaneRow], project: TinyProject) -> None:
    row = today(make_column(Outcome(*DECIDES, Status.PASS), id="tf215-today"))
    assert [answer.status for answer in row.answers] == [Status.NOT_RUN, Status.PASS, Status.NOT_RUN]
    assert row.summary == "Runs today: 1 of 1"
    assert lane_rows(load_matrix(project.root), {}) == []


def test_the_row_is_shown_in_the_terminal(project: TinyProject, columns: list[Column]) -> None:
    for one in columns:
        project.keep("results", one)
    whole, lane, other = project.run("show"), project.run("show", "-g", "today"), project.run("show", "-e", "tf216")
    assert whole.returncode == lane.returncode == other.returncode == 0
    for said in (whole.stdout, lane.stdout):
        assert "\nRuns today: 1 of 3  (" in said
        assert "\n  1.15▨ 2.15▨ 2.16✓\n  1.15: cannot be installed: tox: no such version\n" in said
    assert "Runs today" not in other.stdout
    assert "2.16 today" in lane.stdout
    assert "tensorflow.keras" not in lane.stdout  # what the lane does not run is no hole


def test_a_remedy_names_the_culprit_and_the_line(project: TinyProject, columns: list[Column]) -> None:
    (project.root / "README.md").write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")
    for one in columns:
        project.keep("results", one)
    culprit = RemedyCulprit("numpy", "1.26.4", "2.0.0", "TypeError: x")
    remedy = Remedy("tensorflow-cpu==2.15.1", "3.11", ("numpy<2",), (culprit,), "2026-11-30", {"numpy": "1.26.4"})
    text = remedies_text({"tf215-today": remedy}, ["tf215-today"])
    remedies_file(project.root / "results").write_text(text, encoding="utf-8")
    reason = "2.15: installs, but cannot be imported: numpy 2.0.0 and later break it; numpy 1.26.4 works"
    line = 'pip install "tensorflow-cpu==2.15.1" "numpy<2"'
    assert f"  {reason}\n" in (shown := project.run("show", "-g", "today").stdout)
    assert f"  2.15 on Python 3.11: {line}\n" in shown
    project.run("collect")
    readme = (project.root / "README.md").read_text(encoding="utf-8")
    assert f"- {reason}\n" in readme
    assert f"| 2.15 | 3.11 | `{line}` |\n" in readme
    for one in columns:
        project.keep(".harness/run", one)
    assert f"- {reason}\n" in project.run("report").stdout

    assert project.run("publish", "--out", str(project.root / "site")).returncode == 0
    page = (project.root / "site/index.html").read_text(encoding="utf-8")
    assert f"<code>{html.escape(line)}</code>".replace("&quot;", "&#34;") in page
    constraints = (project.root / "site/remedies/tf215-today.txt").read_text(encoding="utf-8")
    assert constraints.splitlines() == [
        "# pip install -c constraints.txt tensorflow-cpu==2.15.1  (on Python 3.11, verified on 2026-11-30)",
        "numpy==1.26.4",
    ]


def test_lane_row_in_readme_and_grid_file(project: TinyProject, columns: list[Column]) -> None:
    (project.root / "README.md").write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")
    for one in columns:
        project.keep("results", one)
    done = project.run("collect")
    assert done.stdout.splitlines()[0].startswith("1 of 4 environments, 20 cells: ")
    assert done.stdout.splitlines()[1] == "Runs today: 1 of 3"
    for name in ("README.md", "results/grid.md"):
        text = (project.root / name).read_text(encoding="utf-8")
        assert "| | 1.15 | 2.15 | 2.16 |\n|---|---|---|---|\n| Runs today | ▨ | ▨ | ✓ |\n" in text
        assert "\n- 2.16: runs, but version\\[keras\\]: fail at call (ValueError: bad &lt;numbers&gt;)\n" in text
    assert "today" not in (project.root / "results/grid.json").read_text(encoding="utf-8")


def test_lanes_of_other_packages_are_one_table_in_the_readme(project: TinyProject) -> None:
    shape = "cases: [dense], paths: [tf.keras]}\n"
    with open(project.root / "matrix.yaml", "a", encoding="utf-8") as file:
        file.write(f"  hub: {{title: hub works, of: [tf215, tf216], packages: [hub], {shape}")
        file.write(f'  old: {{title: h5py 3 | too, of: [tf216], packages: [h5pyc], overrides: ["h5py<4"], {shape}')
    readme = project.root / "README.md"
    readme.write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")
    works, fails = Outcome(*DECIDES, Status.PASS), Outcome(*DECIDES, Status.FAIL, Stage.CALL, "ValueError", "x")
    project.keep("results", make_column(works, id="tf216-today"))
    project.keep("results", make_column(works, id="tf215-hub", packages={"hub": "0.9"}))
    project.keep("results", make_column(fails, id="tf216-hub", packages={"hub": "1.0"}))
    project.keep("results", make_column(works, id="tf216-old", packages={"h5py": "3.8", "h5pyc": "1"}))
    project.keep("results", make_column(works, id="tf-nightly"))
    project.run("collect")
    text = readme.read_text(encoding="utf-8")
    assert "**Runs today: 1 of 1**" in text
    assert text.partition("**Other packages next to TensorFlow, today** (")[2].splitlines()[2:8] == [
        "| | 2.15 | 2.16 |",
        "|---|---|---|",
        "| hub works | ✓ 0.9 | ✗ 1.0 |",
        "| h5py 3 \\| too |  | ✓ 3.8 |",
        "",
        "- hub works (2.16): dense\\[tf.keras\\]: fail at call (ValueError: x)",
    ]
    assert "**hub works: 1 of 2**" in (project.root / "results/grid.md").read_text(encoding="utf-8")


def test_pythons_of_two_lanes_are_one_table(project: TinyProject) -> None:
    with open(project.root / "matrix.yaml", "a", encoding="utf-8") as file:
        file.write(OLDEST)
    project.edit(
        "matrix.yaml", 'tensorflow: 2.16.2, python: "3.12"', 'tensorflow: 2.16.2, python: "3.12", oldest_python: "3.9"'
    )
    readme = project.root / "README.md"
    readme.write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")
    works, fails = Outcome(*DECIDES, Status.PASS), Outcome(*DECIDES, Status.FAIL, Stage.CALL, "ValueError", "x")
    for name, outcome, python in (("tf215-today", works, "3.11"), ("tf216-today", works, "3.12")):
        project.keep("results", make_column(outcome, id=name, python=python))
    project.run("collect")
    assert "× Python" not in readme.read_text(encoding="utf-8"), "one lane: its row has the Pythons"
    project.keep("results", make_column(fails, id="tf216-oldest", python="3.9"))
    remedy = Remedy("tensorflow-cpu==2.16.2", "3.9", ("numpy<2",), (), "2026-11-30", {"numpy": "1.26.4"})
    text = remedies_text({"tf216-oldest": remedy}, ["tf216-oldest"])
    remedies_file(project.root / "results").write_text(text, encoding="utf-8")
    project.run("collect")
    table = readme.read_text(encoding="utf-8").partition("**TensorFlow × Python, with today's packages** ((✓): ")[2]
    assert table.splitlines()[2:7] == [
        "| Python | 2.15 | 2.16 |",
        "|---|---|---|",
        "| 3.12 |  | ✓ |",
        "| 3.11 | ✓ |  |",
        "| 3.9 |  | (✓) |",
    ]
    project.keep("results", make_column(works, id="tf216"))
    shown = project.run("show").stdout
    assert "\nTensorFlow × Python  ((✓): with the bounds above; empty: no lane runs it)\n" in shown
    assert "\n  3.12 2.16✓\n  3.11 2.15✓\n  3.9  2.16(✓)\n" in shown
    assert "× Python" not in project.run("show", "-g", "oldest").stdout, "one lane alone"
    assert project.run("publish", "--out", str(project.root / "site")).returncode == 0
    page = (project.root / "site/index.html").read_text(encoding="utf-8")
    assert '<tr><th scope="row">3.9</th><td>(✓)</td><td></td></tr>' in page


def test_the_row_is_on_the_site(tmp_path: Path, project: TinyProject, columns: list[Column]) -> None:
    for one in columns:
        project.keep("results", one)
    assert project.run("publish", "--out", str(tmp_path / "site")).returncode == 0
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert '<h2 id="lane-today">Runs today: 1 of 3</h2>' in page
    assert '<th scope="col"><a href="releases/tf216.html">2.16</a></th>' in page
    assert "<li>2.16: <bdi>runs, but version[keras]: fail at call (ValueError: bad &lt;numbers&gt;)</bdi></li>" in page
    assert not (tmp_path / "site" / "releases" / "tf216-today.html").exists()
