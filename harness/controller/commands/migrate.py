"""`harness migrate`: write a matrix.yaml of an older schema in the current one."""

from __future__ import annotations

import argparse

from harness.cases.document.reader import load
from harness.controller.commands.openers import open_layout
from harness.controller.errors import Exit, FaultyFiles
from harness.controller.files import write_atomically
from harness.controller.project.first_subject import FIRST_PLUGIN
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import FILE
from harness.controller.project.matrix_reader import MATRIX_SCHEMA, read_matrix
from harness.controller.project.migration import migrate_matrix
from harness.controller.project.plugins import plugin_subject

OPENER = open_layout


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None but the project's folder."""


def run(options: argparse.Namespace, layout: Layout) -> Exit:
    """Edit matrix.yaml in place. Raises FaultyFiles for a file with faults, and UsageError for one in another form."""
    matrix, faults = read_matrix(str(layout.root))
    if matrix is None:
        raise FaultyFiles(faults)
    if load(str(layout.root), FILE).data["schema"] == MATRIX_SCHEMA:
        print(f"{FILE}: already in schema {MATRIX_SCHEMA}")
        return Exit.AGREES
    file = layout.root / FILE
    text = file.read_bytes().decode("utf-8")
    write_atomically(file, migrate_matrix(text, plugin_subject(FIRST_PLUGIN), FIRST_PLUGIN))
    print(f"{FILE}: written in schema {MATRIX_SCHEMA}; `harness schema` updates what editors check it by")
    return Exit.AGREES
