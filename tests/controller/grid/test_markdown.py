from __future__ import annotations

import csv
import functools
import io
import json
from typing import Any

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.errors import HarnessError
from harness.controller.grid import data_files as cells
from harness.controller.grid.data_files import csv_parts, json_parts
from harness.controller.grid.grid import Grid
from harness.controller.grid.markdown import (
    BEGIN,
    END,
    grid_as_markdown,
    grid_texts,
    readme_block,
    replace_block,
    status_summary,
)
from harness.controller.grid.svg import grid_svg
from tests.support.tiny_project import TinyProject, make_column

FAILED = Outcome("version", "keras", Status.FAIL, Stage.CALL, "AssertionError", 'said "2,16"\n| nothing ✗')
PASSED = Outcome("dense", "tf.keras", Status.PASS, warnings=("FutureWarning: x",))


def rows_of(grid: Grid) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(csv_parts(grid)))))


def told(outcome: Outcome, *environments: str) -> dict[str, Any]:
    """Equal cells of grid.json, which have no keys without a value."""
    return {"environments": list(environments), **{key: value for key, value in outcome.to_json().items() if value}}


def test_json_line_holds_equal_cells_with_sorted_keys(project: TinyProject) -> None:
    text = "".join(json_parts(project.grid(make_column(FAILED), make_column(FAILED, PASSED, id="tf216"))))
    cells = [line.strip().rstrip(",") for line in text.partition('"cells": [')[2].splitlines() if line.startswith("{")]
    assert len(cells) == 7  # 5 rows, of which two have a second result
    form = functools.partial(json.dumps, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert [form(json.loads(cell)) for cell in cells] == cells
    assert [cell for cell in map(json.loads, cells) if cell["status"] == "fail"] == [told(FAILED, "tf215", "tf216")]


def test_rewording_cells_gives_the_same_text(project: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    made = project.grid(make_column(FAILED, PASSED), make_column(FAILED, PASSED, id="tf216"))
    before = ["".join(parts(made)) for parts in (json_parts, csv_parts)]
    monkeypatch.setattr(cells, "_MOST", 1)
    assert ["".join(parts(made)) for parts in (json_parts, csv_parts)] == before


def test_json_gives_back_every_cell(project: TinyProject) -> None:
    data = json.loads("".join(json_parts(project.grid(make_column(FAILED, PASSED, packages={"keras": "2.15.0"})))))
    assert data["schema"] == 2
    assert [item["id"] for item in data["environments"]] == ["tf215"]
    assert data["environments"][0]["packages"] == {"keras": "2.15.0"}
    assert [item["id"] for item in data["cases"]] == ["dense", "version"]
    assert sum(len(cell["environments"]) for cell in data["cells"]) == 5 * 4
    assert told(FAILED, "tf215") in data["cells"]
    assert told(PASSED, "tf215") in data["cells"]
    assert sum(len(cell["environments"]) for cell in data["cells"] if cell["status"] == "not-run") == 18


def test_csv_gives_back_every_cell(project: TinyProject) -> None:
    rows = rows_of(project.grid(make_column(FAILED, PASSED)))
    assert len(rows) == 5 * 4
    (failed,) = [row for row in rows if row["status"] == "fail"]
    assert (failed["environment"], failed["tensorflow"], failed["python"]) == ("tf215", "2.15.1", "3.11")
    assert (failed["case"], failed["path"], failed["stage"], failed["error"]) == (*FAILED.key, "call", FAILED.error)
    assert failed["message"] == FAILED.message


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(A1)", "\t=1"])
def test_message_is_no_spreadsheet_formula(project: TinyProject, text: str) -> None:
    outcome = Outcome("version", "keras", Status.FAIL, Stage.CALL, "ValueError", text)
    messages = [row["message"] for row in rows_of(project.grid(make_column(outcome))) if row["message"]]
    assert messages == ["'" + text]


def test_carriage_return_does_not_end_a_line(project: TinyProject) -> None:
    outcome = Outcome("version", "keras", Status.FAIL, Stage.CALL, "ValueError", "10%\r20%\r\ndone")
    messages = [row["message"] for row in rows_of(project.grid(make_column(outcome))) if row["message"]]
    assert messages == ["10%�20%�\ndone"]


def test_same_columns_give_the_same_files(project: TinyProject) -> None:
    one, other = project.grid(make_column(FAILED, PASSED)), project.grid(make_column(PASSED, FAILED))
    for form in (json_parts, csv_parts, grid_as_markdown, readme_block):
        assert "".join(form(one)) == "".join(form(other))


def test_markdown_has_case_tables_with_release_columns(project: TinyProject) -> None:
    text = grid_as_markdown(project.grid(make_column(FAILED, PASSED)))
    assert "20 cells: ✓ pass (1), ✗ fail (1), · not-run (18)." in text
    dense = [
        "**dense**: One Dense layer",
        "",
        "| | 1.15 | 2.15 | 2.16 | 2.16<br>legacy | pass |",
        "|---|---|---|---|---|---|",
        "| `tensorflow.keras` | · | · | · | · | 0/0 (+4) |",
        "| `tf.keras` | · | ✓ | · | · | 1/1 (+3) |",
        "",
        "**version**: The path has a version",
    ]
    assert "\n".join(dense) in text
    assert "| `keras` | · | ✗ | · | · | 0/1 (+3) |" in text


def test_markdown_scores_only_complete_releases(project: TinyProject) -> None:
    whole = [Outcome(*row.key, status=Status.PASS) for row in project.grid().rows]
    begun = make_column(id="tf216", release="2.16.2", python="3.12")
    reason = "no `Python` 3.99 | at <all>"
    failed = make_column(id="tf115", release="1.15.5", python="3.99", status="env-fail", reason=reason)
    text = grid_as_markdown(project.grid(make_column(*whole, packages={"keras": "2.15.0"}), begun, failed))
    assert "| 2.15 | 2.15.1 | 3.11 | 2.15.0 | 5/5 |" in text
    assert "| 2.16 | 2.16.2 | 3.12 |  | incomplete |" in text
    assert r"| 1.15 | 1.15.5 | 3.99 |  | no \`Python\` 3.99 \| at &lt;all&gt; |" in text


def test_versions_from_run_or_else_matrix(project: TinyProject) -> None:
    made = project.grid(make_column(FAILED, release="2.15.0", python="3.10"))
    versions = {row["environment"]: (row["tensorflow"], row["python"]) for row in rows_of(made)}
    assert versions["tf215"] == ("2.15.0", "3.10")
    assert versions["tf216"] == ("2.16.2", "3.12")
    text = grid_as_markdown(made)
    assert "| 2.15 | 2.15.0 | 3.10 |  | incomplete |" in text
    assert "| 2.16 | 2.16.2 | 3.12 |  | incomplete |" in text


def test_readme_shows_percentages_by_path_and_release(project: TinyProject) -> None:
    passed = [Outcome(*row.key, status=Status.PASS) for row in project.grid().rows]
    others = [Outcome("dense", "tf.keras", Status.ABSENT), FAILED, Outcome("version", "tensorflow.keras", Status.UNMET)]
    legacy = make_column(*passed, *others, id="tf216-legacy", release="2.16.2")
    failed = make_column(*(Outcome(*key, status=Status.ENV_FAIL) for key in legacy.cells), id="tf115", release="1.15.5")
    text = readme_block(
        project.grid(failed, make_column(*passed), make_column(*passed[1:], id="tf216", release="2.16.2"), legacy)
    )
    table = [
        "**Passing cells by import path and release, in percent**",
        "",
        "| | 1.15 | 2.15 | 2.16 | 2.16<br>legacy |",
        "|---|---|---|---|---|",
        "| `tensorflow.keras` | ? | 100 | ? | 100 (+1) |",
        "| `tf.keras` | ? | 100 | ? | 50 |",
        "| `keras` | ? | 100 | ? | 0 |",
        "",
        "**Passing cells by release**",
    ]
    assert "\n".join(table) in text
    assert "[results/grid.md](results/grid.md)" in text
    assert "- 20 cells: ✓ pass (11), ✗ fail (1), – absent (1), ○ unmet (1), ▨ env-fail (5), · not-run (1).\n" in text


@pytest.mark.parametrize(("passing", "said"), [(0, "0"), (2, "66"), (3, "100")])
def test_a_percentage_is_rounded_down(project: TinyProject, passing: int, said: str) -> None:
    for name in ("a", "b"):
        text = (project.root / "cases/snippet/version.yaml").read_text(encoding="utf-8")
        (project.root / f"cases/snippet/{name}.yaml").write_text(
            text.replace("id: version", f"id: {name}"), encoding="utf-8"
        )
    keys = [row.key for row in project.grid().rows]
    of_keras = [key for key in keys if key[1] == "keras"]
    failing = of_keras[passing:]
    whole = make_column(*(Outcome(*key, status=Status.FAIL if key in failing else Status.PASS) for key in keys))
    assert f"| `keras` | ? | {said} | ? | ? |" in readme_block(project.grid(whole))


def test_path_without_counted_cells_has_no_percentage(project: TinyProject) -> None:
    skipped = [Outcome(*row.key, status=Status.SKIP) for row in project.grid().rows]
    assert "| `keras` | ? | ? (+1) | ? | ? |" in readme_block(project.grid(make_column(*skipped)))


def test_the_summary_says_how_much_is_explained(project: TinyProject) -> None:
    entry = 'advice: Take x.\nknown: [{path: "*", tf: ">=2.16", match: "2,16", reason: x}]\ncode: |'
    project.edit("cases/snippet/version.yaml", "code: |", entry)
    crashed = Outcome("dense", "tf.keras", Status.CRASH)
    made = project.grid(make_column(FAILED, crashed), make_column(FAILED, id="tf216", release="2.16.2"))
    assert status_summary(made)[1:] == [
        "explained 1 of 3 failing cells (33 %)",
        "cases with failing cells: 2, of these with advice: 1",
    ]
    assert status_summary(project.grid()) == ["20 cells: · not-run (20).", "no failing cells"]


def test_title_cannot_break_out_of_markdown(project: TinyProject) -> None:
    project.edit(
        "cases/snippet/version.yaml", "The path has a version", "'<script>alert(1)</script> | `x` [y](z) **b**'"
    )
    text = grid_as_markdown(project.grid())
    assert r"**version**: &lt;script&gt;alert(1)&lt;/script&gt; \| \`x\` \[y\](z) \*\*b\*\*" in text
    assert "<script>" not in text


def test_table_lines_have_equal_cell_counts(project: TinyProject) -> None:
    made = project.grid(make_column(FAILED, status="env-fail", reason="a | b"))
    for table in (grid_as_markdown(made) + readme_block(made)).replace(r"\|", "").split("\n\n"):
        counts = {line.count("|") for line in table.splitlines() if line.startswith("|")}
        assert len(counts) <= 1, table


def test_block_replaced_and_the_rest_kept() -> None:
    text = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    new = replace_block(text, "new\n")
    assert new == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
    assert replace_block(new, "new\n") == new


@pytest.mark.parametrize("text", [f"{BEGIN}\nold\n", f"{END}\n{BEGIN}\nold\n"])
def test_a_block_without_an_end_is_refused(text: str) -> None:
    with pytest.raises(HarnessError, match=r"^README.md has the line .* but not .*end of grid"):
        replace_block(text, "new")


def test_readme_written_only_between_its_markers(project: TinyProject) -> None:
    made = project.grid(make_column(FAILED, PASSED))
    readme, results = project.root / "README.md", project.root / "results"
    grids = {
        results / "grid.json": "".join(json_parts(made)),
        results / "grid.csv": "".join(csv_parts(made)),
        results / "grid.md": grid_as_markdown(made),
        results / "grid.svg": grid_svg(made),
    }
    assert grid_texts(made, results, readme) == grids
    readme.write_text("# Tiny\n", encoding="utf-8")
    assert grid_texts(made, results, readme) == grids
    readme.write_text(f"# Tiny\n{BEGIN}\n{END}\n", encoding="utf-8")
    text = grid_texts(made, results, readme)[readme]
    assert readme_block(made) in text
    assert text.startswith("# Tiny\n")
    assert not results.exists()


def test_readme_that_is_no_text_is_refused(project: TinyProject) -> None:
    readme = project.root / "README.md"
    readme.write_bytes(b"caf\xe9")
    with pytest.raises(HarnessError, match=r"README\.md: cannot be read: 'utf-8' codec"):
        grid_texts(project.grid(), project.root / "results", readme)
