"""`harness write`: write the files that cases read in all environments, each once, in the environment of its writer."""

from __future__ import annotations

import argparse
from fnmatch import fnmatchcase

from harness.controller.audit.writers import write_files
from harness.controller.commands.openers import open_layout
from harness.controller.environments.installed import missing_environments
from harness.controller.errors import Exit, HarnessError, UsageError
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix, read_case_files
from harness.controller.project.written import needed_files, read_index, write_index

OPENER = open_layout


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The cases and the writers."""
    parser.add_argument(
        "-k", "--case", action="append", metavar="PATTERN", help="cases whose id matches (default: all)"
    )
    parser.add_argument(
        "-e", "--env", action="append", metavar="PATTERN", help="writers whose id matches (default: all)"
    )
    parser.add_argument("--again", action="store_true", help="also what is written already")


def run(options: argparse.Namespace, layout: Layout) -> Exit:
    """Write what is missing or whose script has changed, and forget what no case reads any more.

    A script that fails is kept with its error: that release does not write such a file. Raises UsageError where
    nothing matches, HarnessError for an environment that is not installed.
    """
    matrix = load_matrix(layout.root)
    cases = read_case_files(layout.root, matrix)
    needed = needed_files(cases, matrix)
    index = read_index(layout.root)
    chosen = [item for item in needed if _matches(item.case, options.case) and _matches(item.writer, options.env)]
    if not chosen:
        raise UsageError("nothing to write: no case reads a file of such a writer (`writers` in matrix.yaml)")

    known = {(item.case, item.writer) for item in needed}
    index = {key: entry for key, entry in index.items() if key in known}
    wanted = [
        item
        for item in chosen
        if options.again or (found := index.get((item.case, item.writer))) is None or found.script != item.script
    ]
    missing = missing_environments(layout, sorted({item.writer for item in wanted}))
    if missing:
        raise HarnessError(f"not installed: {', '.join(missing)}; make them first: `harness run -g all`")
    for entry in write_files(layout, matrix, cases, wanted):
        index[entry.case, entry.writer] = entry
        write_index(layout.root, index)
        said = f"{entry.bytes} bytes" if entry.digest else f"not written: {entry.error}"
        print(f"{entry.case}, {entry.writer}: {said}", flush=True)
    write_index(layout.root, index)
    print(f"{len(wanted)} written, {len(chosen) - len(wanted)} unchanged")
    return Exit.AGREES


def _matches(name: str, patterns: list[str] | None) -> bool:
    return patterns is None or any(fnmatchcase(name, pattern) for pattern in patterns)
