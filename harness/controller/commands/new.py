"""`harness new`: a small case of a kind to start from."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from harness.cases.case import FOLDER, case_files
from harness.cases.document.suggestions import suggest
from harness.cases.general import GENERAL
from harness.cases.loader import COMMON, read_case
from harness.controller.commands.openers import open_layout
from harness.controller.errors import Exit, HarnessError, UsageError
from harness.controller.files import write_atomically
from harness.controller.project.editor_schemas import SCHEMAS, write_editor_schemas
from harness.controller.project.layout import Layout
from harness.controller.project.loader import read_language

OPENER = open_layout
EDITOR_LINE = f"# yaml-language-server: $schema=../../{SCHEMAS}/case.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The kind and the id. The help has the kinds of the project in which it is asked for."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _kinds_here()
    parser.add_argument("kind", metavar="KIND", help="one of the kinds below")
    parser.add_argument("id", metavar="ID", help="lower-case words joined by hyphens")


def run(options: argparse.Namespace, layout: Layout) -> Exit:
    """Write a small case. Raises UsageError for an unknown kind and for an id that is not one or is in use."""
    kind, case_id, root = options.kind, options.id, layout.root
    language = read_language(root)
    if kind not in language.kinds:
        raise UsageError(f"unknown kind {kind!r}{suggest(kind, language.kinds)}")
    _check_id(case_id, root)
    file = f"{FOLDER}/{kind}/{case_id}.yaml"
    title = case_id.replace("-", " ").capitalize()
    starter = language.kinds[kind].starter.replace("PLACEHOLDER", language.subject.placeholder)
    write_atomically(root / file, f"{EDITOR_LINE}\nid: {case_id}\nkind: {kind}\ntitle: {title}\n{starter}")
    write_editor_schemas(root, language)
    case, faults = read_case(str(root), file, language)
    assert case is not None, faults
    print(f"{file}: written; `harness script {case_id} -p PATH` prints its script")
    return Exit.AGREES


def _kinds_here() -> str:
    """The kinds and what they do; in a folder without a project those that every project has."""
    try:
        kinds = read_language(open_layout(None).root).kinds
    except HarnessError:
        kinds = GENERAL.load_kinds()
    width = max(map(len, kinds)) + 2
    return "kinds:\n" + "\n".join(f"  {name:<{width}}{kind.summary}" for name, kind in kinds.items())


def _check_id(case_id: str, root: Path) -> None:
    if not COMMON["id"].fits(case_id):
        words = "-".join(re.findall(r"[a-z0-9]+", case_id.lower()))
        example = f", for example {words!r}" if words else ""
        raise UsageError(f"{case_id!r} is not an id: use lower-case words joined by hyphens{example}")
    same = [file for file in case_files(str(root)) if Path(file).stem == case_id]
    if same:
        raise UsageError(f"the id {case_id!r} is already used in {same[0]}")
