"""What the filters and the search box show, held against the site's own grid.json."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import Reader, Site, columns, hits, rows, search, set_view

Cells = dict[str, dict[str, Any]]
ADAM = "cannot import name 'Adam' from 'tensorflow.python.keras.optimizers'"


def fitting(site: Site, fits: Callable[[str, str, Cells], bool]) -> list[tuple[str, str]]:
    """The rows that a filter should leave, in the grid's order."""
    return [(case, path) for (case, path), cells in site.rows.items() if fits(case, path, cells)]


def statuses(cells: Cells) -> dict[str, str]:
    return {name: cell["status"] for name, cell in cells.items()}


def of_releases(cells: Cells) -> dict[str, str]:
    """Without the variants, which make no difference between paths."""
    return {name: status for name, status in statuses(cells).items() if "-" not in name}


def saying(site: Site, text: str) -> set[tuple[str, str, str]]:
    """The cells whose error and message hold a text."""
    cells = [cell for cell in site.data["cells"] if cell["error"] and cell["status"] != "pass"]
    found = (cell for cell in cells if text in f"{cell['error']}: {' '.join((cell['message'] or '').split())}")
    return {(cell["case"], cell["path"], cell["environment"]) for cell in found}


@pytest.fixture
def small(reader: Reader, hostile: Site) -> Page:
    return reader.open(hostile, "grid.html")


def test_all_is_shown_at_first(grid: Page, real: Site) -> None:
    assert sorted(rows(grid)) == sorted(real.rows)
    said = f"{len(real.kinds)} of {len(real.kinds)} cases, {len(real.rows)} rows"
    expect(grid.locator("#found")).to_have_text(said)


def test_cases_of_a_kind(grid: Page, real: Site) -> None:
    grid.get_by_label("Kind").select_option("save_load")
    assert set(rows(grid)) == set(fitting(real, lambda case, path, cells: real.kinds[case] == "save_load"))
    assert grid.locator("#region section:visible").count() == 1


def test_rows_of_some_paths(grid: Page, real: Site) -> None:
    grid.get_by_label("tf.compat.v1.keras", exact=True).check()
    grid.get_by_label("tf_keras", exact=True).check()
    chosen = ("tf.compat.v1.keras", "tf_keras")
    assert set(rows(grid)) == set(fitting(real, lambda case, path, cells: path in chosen))


def test_rows_with_a_status(grid: Page, real: Site) -> None:
    grid.get_by_label("Status").select_option(label="absent")
    assert set(rows(grid)) == set(fitting(real, lambda case, path, cells: "absent" in statuses(cells).values()))


def test_a_range_of_releases(grid: Page) -> None:
    grid.get_by_label("From").select_option("tf26")
    grid.get_by_role("combobox", name="To", exact=True).select_option("tf28")
    assert list(columns(grid)) == ["tf28", "tf27", "tf26"]


def test_a_variant_is_shown_with_its_release(grid: Page) -> None:
    grid.get_by_label("From").select_option("tf221")
    assert list(columns(grid)) == ["tf221", "tf221-legacy"]


def test_reversed_range_shows_nothing(grid: Page) -> None:
    grid.get_by_label("From").select_option("tf28")
    grid.get_by_role("combobox", name="To", exact=True).select_option("tf26")
    assert rows(grid) == []
    expect(grid.locator("#found")).to_contain_text("Nothing fits")


@pytest.mark.parametrize(("release", "before"), [("tf216", "tf215"), ("tf216-legacy", "tf216"), ("tf20", "tf115")])
def test_what_changed_in_a_release(grid: Page, real: Site, release: str, before: str) -> None:
    grid.get_by_label("Changed in").select_option(release)
    changed = fitting(real, lambda case, path, cells: statuses(cells)[release] != statuses(cells)[before])
    assert set(rows(grid)) == set(changed)


def test_nothing_changed_in_the_first_release(grid: Page) -> None:
    grid.get_by_label("Changed in").select_option("tf113")
    assert rows(grid) == []


@pytest.mark.parametrize("release", ["tf213", "tf214"])
def test_what_was_not_run_is_no_change(small: Page, release: str) -> None:
    small.get_by_label("Changed in").select_option(release)
    assert rows(small) == []


def test_what_differs_between_two_paths(grid: Page, real: Site) -> None:
    pair = ("keras", "tensorflow.keras")
    grid.get_by_label("Differs between").select_option(pair[0])
    assert len(rows(grid)) == len(real.rows)  # until the other one is chosen
    grid.get_by_role("combobox", name="and", exact=True).select_option(pair[1])

    def differs(case: str, path: str, _: Cells) -> bool:
        both = [real.rows.get((case, path)) for path in pair]
        return path in pair and all(both) and len({str(of_releases(cells or {})) for cells in both}) == 2

    assert set(rows(grid)) == set(fitting(real, differs))


def test_all_filters_apply_together(grid: Page, real: Site) -> None:
    page = set_view(grid, "kind=symbol&path=keras&path=tf_keras&status=F&from=tf214&to=tf217&fold=1")

    def fits(case: str, path: str, cells: Cells) -> bool:
        of_range = [status for name, status in statuses(cells).items() if name in SOME]
        return real.kinds[case] == "symbol" and path in ("keras", "tf_keras") and "fail" in of_range

    assert set(rows(page)) == set(fitting(real, fits))
    page.get_by_label("Changed in").select_option("tf216")
    changed = [key for key in fitting(real, fits) if len({statuses(real.rows[key])[name] for name in SOME[1:3]}) == 2]
    assert set(rows(page)) == set(changed)


SOME = ("tf214", "tf215", "tf216", "tf217", "tf216-legacy")


def test_show_all_takes_every_filter_away(grid: Page, real: Site) -> None:
    page = set_view(grid, "q=Adam&kind=symbol&path=keras&status=F&from=tf214&to=tf217&changed=tf216&fold=1")
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("#found")).to_contain_text(f"{len(real.kinds)} of {len(real.kinds)} cases")
    assert len(rows(page)) == len(real.rows)
    assert len(columns(page)) == len(real.data["environments"])
    assert page.evaluate("location.search") == ""
    assert hits(page) == set()


def test_folding_joins_neighbours_with_the_same_outcomes(grid: Page, real: Site) -> None:
    page = set_view(grid, "kind=plot_model&path=tensorflow.python.keras&fold=1")
    shown = [real.rows[key] for key in rows(page)]
    heads = columns(page)
    releases = [item["id"] for item in reversed(real.data["environments"]) if "-" not in item["id"]]
    same = [[statuses(cells)[name] for cells in shown] for name in releases]
    firsts = [name for n, name in enumerate(releases) if n == 0 or same[n] != same[n - 1]]
    assert [name for name in heads if "-" not in name] == firsts
    assert len(firsts) < len(releases)
    assert sum(" – " in label for label in heads.values()) > 0


def test_folding_stops_at_cells_not_run(small: Page) -> None:
    small.get_by_label("fold releases").check()
    small.get_by_label("Kind").select_option("symbol")  # where all that was run and installed passes
    assert list(columns(small).values()) == ["2.14 – 2.16", "2.13", "2.12", "2.11", "2.16 legacy"]


def test_folding_stops_at_left_out_releases(small: Page) -> None:
    small.get_by_label("fold releases").check()
    small.get_by_label("From").select_option("tf213")
    small.get_by_label("Kind").select_option("symbol")
    assert list(columns(small).values()) == ["2.14 – 2.16", "2.13", "2.16 legacy"]


def test_folding_hides_no_searched_cell(small: Page) -> None:
    small.get_by_label("fold releases").check()
    search(small, "off")  # switched off everywhere, so that all releases say the same
    assert list(columns(small)) == ["tf216", "tf213", "tf212", "tf211", "tf216-legacy"]


def test_message_is_found_and_cells_are_marked(grid: Page, real: Site) -> None:
    said = search(grid, ADAM)
    assert hits(grid) == saying(real, ADAM)
    assert {(case, path) for case, path, _ in hits(grid)} == set(rows(grid))
    assert "near" not in said


def test_pasted_error_matches_whatever_its_file(grid: Page, real: Site) -> None:
    search(grid, f"ImportError: {ADAM} (/home/somebody/my project/lib/python3.11/optimizers.py)")
    assert hits(grid) == saying(real, f"ImportError: {ADAM}")


def test_pasted_traceback_matches_by_last_line(grid: Page, real: Site) -> None:
    trace = 'Traceback (most recent call last): File "train.py", line 3, in <module> from tensorflow.python.keras'
    search(grid, f"{trace}.optimizers import Adam ImportError: {ADAM} (C:\\Users\\me\\optimizers.py)")
    assert hits(grid) == saying(real, f"ImportError: {ADAM}")


def test_an_error_type_is_found(grid: Page, real: Site) -> None:
    search(grid, "NotImplementedError")
    assert hits(grid) == saying(real, "NotImplementedError")
    assert hits(grid)


def test_a_case_is_found_by_its_id(grid: Page) -> None:
    search(grid, "adam-import")
    assert "adam-import" in {case for case, _ in rows(grid)}


@pytest.mark.parametrize(
    "line",
    [
        "from tensorflow.keras.optimizers import Adam",
        "from tensorflow.keras.optimizers import (Adam as Optimizer)",
        ">>> from tensorflow.keras.optimizers import Adam  # as in the tutorial",
        "  from tensorflow.keras.optimizers import Adam;",
    ],
)
def test_pasted_code_line_matches_its_path(grid: Page, line: str) -> None:
    search(grid, line)
    shown = rows(grid)
    assert {path for _, path in shown} == {"tensorflow.keras"}
    assert ("adam-import", "tensorflow.keras") in shown


def test_longest_path_named_in_line_wins(grid: Page) -> None:
    search(grid, "x = tf.compat.v1.keras.layers.Dense(2)")
    assert {path for _, path in rows(grid)} == {"tf.compat.v1.keras"}


def test_a_path_alone_shows_its_rows(grid: Page, real: Site) -> None:
    search(grid, "import tensorflow.python.keras as keras")
    assert set(rows(grid)) == set(fitting(real, lambda case, path, cells: path == "tensorflow.python.keras"))


def test_near_matches_are_shown_and_labelled(grid: Page) -> None:
    said = search(grid, "cannot import name 'Adam' from 'my.own.strange.optimizers.module'")
    assert said.startswith("Nothing says just this; what comes near: ")
    assert rows(grid)


def test_nothing_found_is_said(grid: Page) -> None:
    assert search(grid, "xyzzy plugh").startswith("Nothing fits: 0 of ")
    assert rows(grid) == []
    assert grid.locator("#region section:visible").count() == 0


def test_what_holds_no_word_is_no_search(grid: Page, real: Site) -> None:
    search(grid, "'(")
    assert len(rows(grid)) == len(real.rows)
    assert hits(grid) == set()


def test_advice_appears_after_a_search(grid: Page) -> None:
    advice = grid.locator("tbody[data-case=adam-import] .case i")
    expect(advice).to_be_hidden()
    search(grid, ADAM)
    expect(advice).to_be_visible()


def test_results_are_announced(small: Page) -> None:
    found = small.locator("#found")
    assert found.evaluate("(output) => [output.tagName, output.ariaLive]") == ["OUTPUT", "polite"]
    small.get_by_label("Status").select_option(label="crash")
    expect(found).to_have_text("1 of 3 cases, 1 rows")
