"""`harness new`: a small case of a kind to start from."""

from __future__ import annotations

import argparse

from harness.cases.document.suggestions import suggest
from harness.cases.general import GENERAL
from harness.controller.commands.case_files import NewCase
from harness.controller.commands.openers import open_layout
from harness.controller.errors import Exit, HarnessError, UsageError
from harness.controller.project.layout import Layout
from harness.controller.project.loader import read_language

OPENER = open_layout


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The kind and the id. The help has the kinds of the project in which it is asked for."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _kinds_here()
    parser.add_argument("kind", metavar="KIND", help="one of the kinds below")
    parser.add_argument("id", metavar="ID", help="lower-case words joined by hyphens")


def run(options: argparse.Namespace, layout: Layout) -> Exit:
    """Write a small case. Raises UsageError for an unknown kind and for an id that is not one or is in use."""
    language = read_language(layout.root)
    if options.kind not in language.kinds:
        raise UsageError(f"unknown kind {options.kind!r}{suggest(options.kind, language.kinds)}")
    starter = language.kinds[options.kind].starter.replace("PLACEHOLDER", language.subject.placeholder)
    case = NewCase(options.kind, options.id, starter)
    case.check(layout.root, language)
    case.write(layout.root, language)
    print(f"{case.file}: written; `harness script {case.id} -p PATH` prints its script")
    return Exit.AGREES


def _kinds_here() -> str:
    """The kinds and what they do; in a folder without a project those that every project has."""
    try:
        kinds = read_language(open_layout(None).root).kinds
    except HarnessError:
        kinds = GENERAL.load_kinds()
    width = max(map(len, kinds)) + 2
    return "kinds:\n" + "\n".join(f"  {name:<{width}}{kind.summary}" for name, kind in kinds.items())
