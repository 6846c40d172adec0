"""`harness discover`: add new releases from the package index to matrix.yaml."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from harness.cases.document.reader import load
from harness.cases.subject import Subject
from harness.controller.commands.openers import open_layout
from harness.controller.commands.options import integer
from harness.controller.discovery.index import read_index_project
from harness.controller.discovery.index_settings import index_addresses
from harness.controller.discovery.matrix_edit import edit_matrix
from harness.controller.discovery.pages import File
from harness.controller.discovery.releases import Terms
from harness.controller.discovery.updates import MatrixUpdate, find_updates
from harness.controller.errors import Exit, HarnessError
from harness.controller.files import write_atomically
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from harness.controller.project.matrix import FILE, Matrix

OPENER = open_layout


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which releases count."""
    parser.add_argument("--check", action="store_true", help="write nothing; the exit code is 1 if something is new")
    parser.add_argument("--pre", action="store_true", help="include pre-releases")
    parser.add_argument(
        "--cool-down",
        type=integer(0, 3650),
        default=1,
        metavar="DAYS",
        help="ignore releases whose last file is younger (default: 1)",
    )


def run(options: argparse.Namespace, layout: Layout) -> Exit:
    """Print the new releases and, without --check, write them into matrix.yaml."""
    matrix = load_matrix(layout.root)
    terms = Terms(datetime.now(timezone.utc) - timedelta(days=options.cool_down), options.pre)
    changes = find_updates(load(str(layout.root), FILE).data, matrix.subject, _read_index(matrix.subject), terms)
    for change in changes:
        print(f"{change.id}: {change.summary}")
    if not changes:
        print("nothing new")
        return Exit.AGREES
    if options.check:
        return Exit.DIFFERS
    file = layout.root / FILE
    write_atomically(file, edit_matrix(file.read_bytes().decode("utf-8"), changes))
    print(f"{FILE}: written; now run `harness lock {_selecting(changes, matrix)}`")
    return Exit.AGREES


def _read_index(subject: Subject) -> dict[str, list[File]]:
    addresses = index_addresses()
    further = [*(names[0] for names in subject.shows.values()), *filter(None, [subject.companion])]
    index = {name: read_index_project(addresses, name) for name in [*subject.distributions, *further]}
    if not any(index[name] for name in subject.distributions):
        raise HarnessError(f"the package index has no {subject.title}")
    return index


def _selecting(changes: Sequence[MatrixUpdate], matrix: Matrix) -> str:
    """The environments to lock: those that changed, and their variants."""
    changed = [change.id for change in changes]
    variants = [name for name, item in matrix.environments.items() if item.base in changed]
    return " ".join(f"-e {name}" for name in [*changed, *variants])
