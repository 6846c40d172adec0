"""`harness api`: in which releases a name can be reached, or what changed between two environments."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.cases.case import Case
from harness.controller.api.answers import (
    answer,
    answer_as_text,
    cases_about,
    summary_line,
    unknown,
    unknown_as_text,
)
from harness.controller.api.counts import count_table
from harness.controller.api.document import ApiDocument
from harness.controller.api.lanes import LaneNames, read_lane_names
from harness.controller.api.lookup import Api
from harness.controller.api.name_changes import NAME_WORDS, compare_environments
from harness.controller.api.stored import StoredDocuments
from harness.controller.commands.openers import MEASURED, open_measured
from harness.controller.errors import Exit, UsageError
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix, load_project
from harness.controller.project.matrix import Matrix
from harness.controller.project.selection import Selection

OPENER = open_measured
_WHOLE = 3  # as many names are answered in full, more are listed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A name, or two environments."""
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="a full name, a pattern, or the end of a name: ReduceLROnPlateau"
    )
    parser.add_argument("--since", metavar="ENV", help="list what changed from this environment ...")
    parser.add_argument("--until", metavar="ENV", help="... to this one")
    parser.add_argument(
        "-p", "--path", action="append", default=[], metavar="PATTERN", help="with --since: import paths (repeatable)"
    )
    parser.add_argument("--private", action="store_true", help="with --since: private and leaked names too")
    parser.add_argument("--counts", action="store_true", help="count the names by environment and import path")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace, layout: Layout) -> Exit:
    """Print the answers. The exit code is 1 if no measured release has a name."""
    documents = StoredDocuments(layout.results)
    if not documents:
        raise UsageError(f"no inventory in {Path('results') / 'api'}: run `harness inventory`, then `harness accept`")
    if options.counts:
        print(count_table(documents), end="")
        return Exit.AGREES
    if options.since or options.until:
        return _changes(options, load_matrix(layout.root), documents)
    if not options.names:
        raise UsageError("harness api: name at least one NAME, or two environments with --since and --until")
    matrix, cases = _matrix_and_cases(layout)
    api = Api(documents, matrix.subject.aliases)
    lanes = read_lane_names(layout.results)
    answers = [_answer(options, matrix, cases, api, lanes, word) for word in options.names]
    if options.json:
        data = [data for data, _ in answers]
        print(json.dumps(data[0] if len(data) == 1 else data, indent=1))
    else:
        print("\n".join(text.rstrip("\n") for _, text in answers))
    return Exit.AGREES if all(data["known"] for data, _ in answers) else Exit.DIFFERS


def _matrix_and_cases(layout: Layout) -> tuple[Matrix, Sequence[Case]]:
    """The wheel carries no cases."""
    if layout.root == MEASURED:
        return load_matrix(layout.root), ()
    project = load_project(layout.root)
    return project.matrix, project.cases


def _answer(
    options: argparse.Namespace, matrix: Matrix, cases: Sequence[Case], api: Api, lanes: LaneNames, word: str
) -> tuple[dict[str, Any], str]:
    """The answer to one word, as data and as text."""
    found = api.find(word)
    if not found:
        missing = unknown(api, lanes, word)
        return missing, unknown_as_text(missing)
    if len(found) > _WHOLE and not options.json:
        newest = _newest(matrix)
        lines = [summary_line(item, newest) for item in found]
        return {"name": word, "known": True}, "\n".join([f"{word}: {len(found)} names", *lines])
    whole = [answer(api, lanes, item, cases_about(item, matrix, cases)) for item in found]
    text = "".join(answer_as_text(data, _newest(matrix)) for data in whole)
    return (whole[0] if len(whole) == 1 else {"name": word, "known": True, "names": whole}), text


def _newest(matrix: Matrix) -> str:
    return [item.release_label for item in matrix.environments.values() if not item.is_variant][-1]


def _changes(options: argparse.Namespace, matrix: Matrix, documents: Mapping[str, ApiDocument]) -> Exit:
    if options.names or not (options.since and options.until):
        raise UsageError("harness api: --since and --until go together, and with no NAME")
    ends = [Selection(environments=(name,)).choose_environments(matrix) for name in (options.since, options.until)]
    if [len(end) for end in ends] != [1, 1]:
        raise UsageError("harness api: --since and --until take one environment each")
    roots = {matrix.full_name(spec.id) for spec in Selection(paths=tuple(options.path)).choose_paths(matrix)}
    chosen = [document for root, document in documents.items() if root in roots]
    since, until = ends[0][0].id, ends[1][0].id
    for document in chosen:
        for name in (since, until):
            if not document.environments.bits.get(name, 0) & document.environments.measured:
                print(f"{document.root}: not measured in {name}")
    changes = compare_environments(chosen, since, until, options.private)
    if options.json:
        print(json.dumps([vars(change) for change in changes], indent=1))
        return Exit.AGREES
    for change in changes:
        print(change)
    counts = Counter(change.word for change in changes)
    print(", ".join(f"{counts[word]} {word}" for word in NAME_WORDS if counts[word]) or "no difference")
    return Exit.AGREES
