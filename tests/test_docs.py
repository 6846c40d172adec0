"""What the documents say is so: every command, key, status and kind is in them, and every example validates."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from harness import __version__
from harness.cases.loader import COMMON, read_case
from harness.contract.statuses import Stage, Status
from harness.controller.commands import COMMANDS
from harness.controller.errors import Exit
from harness.controller.grid.ambiguity import ambiguous_failures
from harness.controller.grid.data_files import csv_parts, json_parts
from harness.controller.grid.explanations import unexplaining_entries
from harness.controller.grid.grid import Grid, make_grid
from harness.controller.grid.lane_summary import LaneRow, lane_rows
from harness.controller.grid.markdown import BEGIN, END, grid_as_markdown, readme_block
from harness.controller.grid.svg import grid_svg
from harness.controller.project.cells import grid_cases
from harness.controller.project.loader import load_project
from harness.controller.results.documents import read_columns
from harness.controller.results.grouping import WORDS
from harness.controller.results.remedies import read_remedies, remedies_file
from tests.support import ROOT
from tests.support.languages import KINDS, LANGUAGE

TEST = re.compile(r"`(?P<file>tests/[\w/]+\.py)::(?P<name>test_\w+)` \|$")
EXAMPLE = re.compile(r"```yaml\n(.*?)```", re.DOTALL)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def examples() -> list[str]:
    pages = ("docs/case-format.md", "docs/tutorial.md", "README.md")
    return [example for page in pages for example in EXAMPLE.findall(read(page))]


@pytest.fixture(scope="module")
def grid() -> Grid:
    project = load_project(ROOT)
    matrix = project.matrix
    columns = read_columns(project.layout.results, matrix.environments)
    cases, paths = grid_cases(project.cases, matrix), list(matrix.paths.values())
    return make_grid(cases, paths, list(matrix.environments.values()), columns)


def rows_of_lanes() -> list[LaneRow]:
    project = load_project(ROOT)
    columns = read_columns(project.layout.results, project.matrix.everything)
    return lane_rows(project.matrix, columns, read_remedies(remedies_file(project.layout.results)))


def test_every_status_and_stage_is_described() -> None:
    text = read("docs/statuses.md")
    for status in Status:
        assert f"| `{status.value}` | {status.symbol} |" in text
    for stage in Stage:
        assert f"`{stage.value}`" in text


def test_every_command_and_exit_code_is_described() -> None:
    text = read("docs/commands.md")
    for command in COMMANDS:
        assert f"| `harness {command}" in text
    for code in Exit:
        assert f"| {code.value} |" in text


def test_every_kind_and_key_is_described() -> None:
    text = read("docs/case-format.md")
    for name, kind in KINDS.items():
        assert f"## {name}\n" in text
        for key in kind.fields:
            assert f"| `{key}` |" in text
    for key in COMMON:
        assert f"| `{key}` |" in text


def test_every_key_of_the_matrix_is_described() -> None:
    text = read("docs/matrix-format.md")
    data = yaml.safe_load(read("matrix.yaml"))
    entries = [*data["environments"].values(), *data["lanes"].values()]
    keys = set(data) | {key for entry in entries for key in entry}
    for key in sorted(keys):
        assert f"| `{key}` |" in text


@pytest.mark.parametrize("text", examples(), ids=lambda text: text.split("\n")[0])
def test_an_example_is_a_case_without_fault(text: str, tmp_path: Path) -> None:
    data = yaml.safe_load(text)
    folder = tmp_path / "cases" / data["kind"]
    folder.mkdir(parents=True)
    (folder / f"{data['id']}.yaml").write_text(text, encoding="utf-8")
    case, faults = read_case(str(tmp_path), f"cases/{data['kind']}/{data['id']}.yaml", LANGUAGE)
    assert case is not None, faults


def test_every_kind_has_an_example() -> None:
    assert {yaml.safe_load(text)["kind"] for text in examples()} == set(KINDS)


def test_every_known_reason_explains_a_cell(grid: Grid) -> None:
    project = load_project(ROOT)
    cases = grid_cases(project.cases, project.matrix)
    assert [str(fault) for fault in unexplaining_entries(grid, cases)] == []
    assert sum(len(case.known) for case in cases) > 0


def test_every_failure_names_its_assertion(grid: Grid) -> None:
    project = load_project(ROOT)
    assert [str(fault) for fault in ambiguous_failures(grid, project.cases, project.matrix.paths)] == []


def test_grid_files_match_the_results(grid: Grid) -> None:
    assert read("results/grid.json") == "".join(json_parts(grid))
    assert read("results/grid.csv") == "".join(csv_parts(grid))
    assert read("results/grid.md") == grid_as_markdown(grid, rows_of_lanes())
    assert read("results/grid.svg") == grid_svg(grid)


def test_readme_shows_the_current_grid(grid: Grid) -> None:
    shown = read("README.md").partition(BEGIN)[2].partition(END)[0]
    assert shown.strip() == readme_block(grid, rows_of_lanes()).strip()


def test_readme_counts_the_cases_of_the_grid() -> None:
    project = load_project(ROOT)
    said = re.findall(r"\ball (\d+) cases\b", read("README.md"))
    assert said == [str(len(grid_cases(project.cases, project.matrix)))] * 2


def test_every_word_of_a_change_is_described() -> None:
    text = read("docs/commands.md").partition("## What changed")[2]
    for word in WORDS:
        assert f"`{word}`" in text


def test_every_listed_fault_has_existing_test() -> None:
    rows = [line for line in read("docs/reliability.md").splitlines() if line.startswith("| ")]
    tests = [TEST.search(row) for row in rows if not row.endswith((" test |", "---|"))]
    assert len(tests) > 40
    for found in tests:
        assert found is not None
        assert f"\ndef {found['name']}(" in read(found["file"]), found[0]


@pytest.mark.parametrize("name", ["README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))])
def test_links_lead_somewhere(name: str) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", read(name))
    missing = [target for target in targets if not (ROOT / name).parent.joinpath(target).exists()]
    assert not missing


def test_modules_named_in_the_architecture_exist() -> None:
    named = re.findall(r"`([\w/]+\.py)`", read("docs/architecture.md"))
    assert len(named) > 30
    assert [name for name in named if not any((base / name).is_file() for base in (ROOT, ROOT / "harness"))] == []


def test_the_architecture_lists_every_package() -> None:
    tree = read("docs/architecture.md").partition("## The packages")[2].partition("```text")[0]
    for base in ("harness", "harness/cases", "harness/controller"):
        folders = [path for path in (ROOT / base).iterdir() if path.is_dir() and any(path.glob("*.py"))]
        assert len(folders) > 3
        for folder in folders:
            assert re.search(rf"^ +{folder.name}/ +\w", tree, re.MULTILINE), folder


def test_the_index_lists_every_page() -> None:
    text = read("docs/index.md")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert [page for page in pages if f"({page})" not in text] == []


def test_pages_name_only_existing_modules() -> None:
    known = {path.name for path in ROOT.rglob("*.py") if ".venv" not in path.parts and ".tox" not in path.parts}
    for page in (*(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")), "CONTRIBUTING.md"):
        named = {name.rpartition("/")[2] for name in re.findall(r"`([\w/.]+\.py)`", read(page))}
        assert named <= known, page


def test_the_changelog_begins_with_this_version() -> None:
    assert re.search(r"^## (.+)$", read("CHANGELOG.md"), re.MULTILINE)[1].split()[0] == __version__  # type: ignore[index]


def test_a_night_runs_the_grid_and_every_lane() -> None:
    selection = re.search(r"^  SELECTION: (.*)$", read(".github/workflows/nightly.yml"), re.MULTILINE)
    assert selection is not None
    groups = re.findall(r"-g (\S+)", selection[1])
    assert groups == ["all", *load_project(ROOT).matrix.lanes]
