"""`harness schema`: write the JSON Schemas with which an editor checks cases and matrix.yaml."""

from __future__ import annotations

import argparse

from harness.controller.commands.openers import open_layout
from harness.controller.errors import Exit
from harness.controller.project.editor_schemas import write_editor_schemas
from harness.controller.project.layout import Layout
from harness.controller.project.loader import read_language

OPENER = open_layout


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None but the project's folder."""


def run(options: argparse.Namespace, layout: Layout) -> Exit:
    """Write the schemas that are missing or out of date."""
    written = write_editor_schemas(layout.root, read_language(layout.root))
    print("\n".join(f"{name}: written" for name in written) or "unchanged")
    return Exit.AGREES
