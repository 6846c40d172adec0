"""`harness accept`: a run, or a part of it, becomes the baseline. The only writer of results/<env>.json."""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from harness.cases.generate import digest_of, script_of
from harness.contract.records import CellKey, is_untried
from harness.controller.api.accepted import (
    changes_of_lanes,
    documents_with,
    lane_inventories,
    local_inventories,
    name_changes,
    names_as_text,
)
from harness.controller.api.lanes import lanes_file, read_lane_names, updated_lanes
from harness.controller.api.update import document_texts
from harness.controller.commands.options import add_selection, selection_of
from harness.controller.errors import Exit, HarnessError, UsageError
from harness.controller.grid.outputs import grid_files, grid_summary
from harness.controller.project.cells import by_lane, cell_keys, keys_of
from harness.controller.project.loader import Project
from harness.controller.project.selection import Selection
from harness.controller.project.state import run_lock
from harness.controller.results.change_formats import changes_as_text
from harness.controller.results.compare import NOT_TRIED, Change, compare, compare_sets, not_tried_sentences
from harness.controller.results.documents import NO_OUTCOME, Column, document_text, read_columns, read_details
from harness.controller.results.flaky import unconfirmed_cells, unconfirmed_sentence
from harness.controller.results.history import continued, events
from harness.controller.results.transaction import changed_texts, write_transaction, writer_lock
from harness.controller.results.verdict import unchanged_lanes


def merge_into_baseline(
    baseline: Column | None, run: Column, selected: Collection[CellKey], planned: Collection[CellKey]
) -> Column:
    """The baseline with the run's cells that are selected, and without those that the project no longer has.

    A cell that could not be tried keeps the baseline's outcome. Raises HarnessError where the run has cells that say
    nothing (`not-run`, `error`), and where only a part of the column is taken although the environment itself is
    another than before: outcomes of two sets of packages would stand in one document.
    """
    name = run.environment.id
    taken = {key: outcome for key, outcome in run.cells.items() if key in selected}
    unknown = [key for key, outcome in taken.items() if outcome.status in NO_OUTCOME]
    if unknown:
        raise HarnessError(
            f"{name}: {len(unknown)} cells have no outcome, {unknown[0][0]}[{unknown[0][1]}] first: run again"
        )
    before = baseline.cells if baseline else {}
    untried = {key for key, outcome in taken.items() if is_untried(outcome, before.get(key))}
    taken = {key: outcome for key, outcome in taken.items() if key not in untried}
    kept = {key: outcome for key, outcome in before.items() if key in planned and key not in taken}
    if baseline and kept and baseline.environment != run.environment:
        why = "accept the whole environment, not a part"
        if untried:
            why = f"{len(untried)} of its cells were not tried here"
        raise HarnessError(f"{name}: its packages differ from the baseline: {why}")
    return Column(run.environment, kept | taken)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A selection of the last run."""
    add_selection(parser)
    parser.add_argument("--dry-run", action="store_true", help="print the changes, write nothing")
    parser.add_argument("--complete", action="store_true", help="only environments in which every cell was run")
    parser.add_argument(
        "--unconfirmed", action="store_true", help="also cells that changed like others that were retried, and were not"
    )


def run(options: argparse.Namespace, project: Project) -> Exit:
    """Write the selected cells of the last run into results/, their history, and the grid: all of it or nothing."""
    layout = project.layout
    selection = selection_of(options)
    with run_lock(layout), writer_lock(layout):
        names = _measured_names(project, selection)
        if names and not _has_run(project, selection):
            return _accept_names(project, names, options.dry_run)
        return _accept(project, options, names)


def _measured_names(project: Project, selection: Selection) -> dict[Path, str]:
    """The documents of the API with the inventories of the selected environments and lanes. What changed is printed.

    A selection of cells has none.
    """
    if selection.names_cases or selection.paths:
        return {}
    layout, matrix = project.layout, project.matrix
    chosen = selection.choose_environments(matrix, with_lanes=True)
    inventories, lanes = local_inventories(layout, chosen), lane_inventories(layout, chosen)
    if not inventories and not lanes:  # and the accepted documents, of megabytes, need not be read
        return {}
    before, after = documents_with(layout, matrix, inventories)
    print(names_as_text(name_changes(before, after, [item.environment for item in inventories])), end="")
    texts = document_texts(layout.results, after) if inventories else {}
    if lanes:
        accepted = read_lane_names(layout.results)
        known = updated_lanes(matrix, after, accepted, lanes)
        print(names_as_text(changes_of_lanes(accepted, known, lanes)), end="")
        texts[lanes_file(layout.results)] = known.text()
    return texts


def _accept_names(project: Project, names: dict[Path, str], dry_run: bool) -> Exit:
    """Accept inventories alone, where no cell was run."""
    files = ", ".join(str(file.relative_to(project.layout.root)) for file in changed_texts(names))
    if dry_run:
        print(f"nothing was written; without --dry-run this writes {files or 'nothing either'}")
    else:
        write_transaction(project.layout, names)
        print(f"wrote {files}" if files else "the measured names are those that are accepted")
    return Exit.AGREES


def _has_run(project: Project, selection: Selection) -> bool:
    environments = selection.choose_environments(project.matrix, with_lanes=True)
    return any(project.layout.files(item.id).document.exists() for item in environments)


def _accept(project: Project, options: argparse.Namespace, names: Mapping[Path, str]) -> Exit:
    layout, selection = project.layout, selection_of(options)
    accepted = read_columns(layout.results, project.matrix.everything)
    runs = _runs(project, selection)
    if options.complete:
        same = unchanged_lanes(project.matrix, accepted, runs)
        runs = {name: column for name, column in runs.items() if _is_complete(column) and name not in same}
        if not runs:
            print("no environment finished; nothing accepted")
            return Exit.AGREES
    selected = set(cell_keys(*selection.choose_cells(project.cases, project.matrix)))
    if not options.unconfirmed:
        _check_confirmed(project, selected, runs, accepted)
    merged = _merged(project, selected, runs, accepted)
    baseline = {name: column for name, column in accepted.items() if name in merged}
    changes = compare_sets(baseline, merged, whole=True)
    after = {name: column for name in project.matrix.everything if (column := merged.get(name, accepted.get(name)))}
    noted = events(_with_new_cells(changes, merged), baseline, _today())
    texts = {layout.results / f"{name}.json": document_text(column) for name, column in merged.items()}
    texts |= {layout.history: continued(layout.history, noted), **grid_files(project, after), **names}
    files = ", ".join(str(file.relative_to(layout.root)) for file in changed_texts(texts))
    print(changes_as_text(changes, unlisted=["new"]), end="")
    untried = [
        change
        for name in merged
        for change in compare(accepted.get(name), runs[name])
        if change.word == NOT_TRIED and change.cell in selected
    ]
    for sentence in not_tried_sentences(untried):
        print(f"{sentence}; the accepted outcomes stay")
    if options.dry_run:
        print(f"nothing was written; without --dry-run this writes {files or 'nothing either'}")
        return Exit.AGREES
    write_transaction(layout, texts)
    taken = sum(len(runs[name].cells.keys() & selected) for name in merged) - len(untried)
    print(f"accepted {taken} cell{'' if taken == 1 else 's'} of {', '.join(merged)}")
    print("\n".join(grid_summary(project, after)))
    return Exit.AGREES


def _check_scripts(project: Project, runs: dict[str, Column], cells: Collection[CellKey]) -> None:
    """Check that the accepted cells ran the scripts that their cases have now. Raises HarnessError if one did not."""
    cases = {case.id: case for case in project.cases}
    digests = {(case, path): digest_of(script_of(cases[case], project.matrix.paths[path])) for case, path in cells}
    for name, column in runs.items():
        details = read_details(project.layout.files(name).details)
        for case, path in column.cells.keys() & cells if not column.environment.failed else ():
            if details.get(f"{case}[{path}]", {}).get("script") != digests[case, path]:
                raise HarnessError(f"{name}: {case} has changed since its run, or was not run: run it again")


def _check_confirmed(
    project: Project, cells: Collection[CellKey], runs: Mapping[str, Column], accepted: Mapping[str, Column]
) -> None:
    """Raises HarnessError where a selected cell is unconfirmed."""
    for name, column in runs.items():
        details = read_details(project.layout.files(name).details)
        unconfirmed = [key for key in unconfirmed_cells(column, accepted.get(name), details) if key in cells]
        if unconfirmed:
            first = "{}[{}]".format(*unconfirmed[0])
            raise HarnessError(
                f"{name}: {unconfirmed_sentence(len(unconfirmed))} ({first} first): accept them with --unconfirmed"
            )


def _is_complete(column: Column) -> bool:
    """Whether every cell has an outcome, and the environment could be made."""
    return not column.environment.failed and not any(cell.status in NO_OUTCOME for cell in column.cells.values())


def _runs(project: Project, selection: Selection) -> dict[str, Column]:
    """The last run of the selected environments."""
    environments = selection.choose_environments(project.matrix, with_lanes=True)
    runs = read_columns(project.layout.run, [item.id for item in environments])
    if not runs:
        raise UsageError(f"no run of this selection in {project.layout.run}: start one with `harness run`")
    return runs


def _merged(
    project: Project, cells: Collection[CellKey], runs: dict[str, Column], accepted: Mapping[str, Column]
) -> dict[str, Column]:
    runs = {name: column for name, column in runs.items() if not column.cells.keys().isdisjoint(cells)}
    if not runs:
        raise UsageError(f"the last run has none of the selected cells (it is in {project.layout.run})")
    everything = project.cases, list(project.matrix.paths.values())
    merged: dict[str, Column] = {}
    for part in by_lane(item for item in project.matrix.everything.values() if item.id in runs):
        planned = set(keys_of(part[0], project.matrix, *everything))
        merged |= {item.id: merge_into_baseline(accepted.get(item.id), runs[item.id], cells, planned) for item in part}
    _check_scripts(project, runs, cells)
    return merged


def _with_new_cells(changes: Iterable[Change], merged: dict[str, Column]) -> Iterator[Change]:
    """The changes, in which a new environment is also every cell that came with it."""
    for change in changes:
        yield change
        if change.word == "environment new":
            for key, outcome in merged[change.environment].cells.items():
                yield Change("new", change.environment, key, None, outcome)


def _today() -> str:
    return datetime.datetime.now(datetime.timezone.utc).date().isoformat()
