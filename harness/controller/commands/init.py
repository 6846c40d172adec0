"""`harness init`: a small project in a folder of its own: of TensorFlow, or of any package in the index."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

from packaging.utils import canonicalize_name

from harness.controller.commands.lock import lock_environments
from harness.controller.commands.openers import open_folder
from harness.controller.commands.options import integer
from harness.controller.discovery.import_name import find_import_name
from harness.controller.discovery.index import read_index_project
from harness.controller.discovery.index_settings import index_addresses
from harness.controller.discovery.new_matrix import ChosenRelease, NewSubject, choose_releases, matrix_text
from harness.controller.discovery.releases import Terms
from harness.controller.environments.interpreters import find_interpreter
from harness.controller.errors import Exit, UsageError
from harness.controller.files import write_atomically
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix

OPENER = open_folder

_TEMPLATE = Path(__file__).parents[1] / "template"
# Below template/ without the dot, so that git does not take it for a .gitignore of ours.
_OF_EVERY = ("tox.ini", "toxfile.py", ".gitignore")
_OF_DEFAULT = ("matrix.yaml", "cases/model_build/two-dense-layers.yaml")
_OF_PACKAGE = ("matrix.yaml", "cases/snippet/imports.yaml", "cases/symbol/has-a-version.yaml")
_SUBFOLDER = "compatibility"  # in a library that has its own tox.ini
_COOL_DOWN = timedelta(days=1)  # a younger release may not be complete
_NEXT = """
Next, in {folder}:
    harness validate   checks the files
    harness lock       resolves the exact packages of each environment, without which nothing runs
    harness run        makes the environments, runs the case in them and prints the grid
    harness accept     makes that the baseline, which later runs are compared with"""
_NEXT_OF_PACKAGE = """
Next, in {folder}:
    harness run        makes the environments, runs the cases in them and prints the grid
    harness accept     makes that the baseline, which later runs are compared with"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The folder, and the package."""
    parser.add_argument(
        "folder", nargs="?", default=".", metavar="DIR", help="the project's folder (default: this one)"
    )
    parser.add_argument("--package", metavar="NAME", help="any package of the index; its releases are found there")
    parser.add_argument(
        "--import", dest="imported", metavar="NAME", help="with --package: its name in imports (default: in its wheel)"
    )
    parser.add_argument(
        "--releases", type=integer(1, 100), default=6, metavar="N", help="with --package: how many minors (default: 6)"
    )


def run(options: argparse.Namespace, parent: Path) -> Exit:
    """Write the files of a small project, and with --package its locks.

    Raises UsageError, and writes nothing, if one of the files exists, and HarnessError for a package that the index
    lacks, or one that cannot be resolved.
    """
    folder = (parent / options.folder).resolve()
    names = [*(_OF_PACKAGE if options.package else _OF_DEFAULT), *_OF_EVERY]
    _refuse_existing(folder, names, options.folder)
    texts = {name: (_TEMPLATE / name.lstrip(".")).read_text(encoding="utf-8") for name in names if name in _OF_EVERY}
    texts |= _package_texts(options) if options.package else _texts(_TEMPLATE, _OF_DEFAULT)
    for name in names:
        write_atomically(folder / name, texts[name])
        print(f"{name}: written", flush=True)
    if options.package:
        matrix = load_matrix(folder)
        lock_environments(list(matrix.environments.values()), matrix, Layout(folder))
    print((_NEXT_OF_PACKAGE if options.package else _NEXT).format(folder=folder))
    return Exit.AGREES


def _refuse_existing(folder: Path, names: list[str], given: str) -> None:
    existing = [name for name in names if (folder / name).exists()]
    if existing:
        subfolder = shlex.quote(os.path.join(given, _SUBFOLDER) if given != "." else _SUBFOLDER)
        raise UsageError(
            f"already in {folder}: {', '.join(existing)}; nothing was written "
            f"(`harness init {subfolder}` creates a folder for the grid)"
        )


def _texts(folder: Path, names: tuple[str, ...]) -> dict[str, str]:
    return {name: (folder / name).read_text(encoding="utf-8") for name in names}


def _package_texts(options: argparse.Namespace) -> Mapping[str, str]:
    """The matrix of a package's newest releases, and two cases. Raises UsageError for a package without releases."""
    name = str(canonicalize_name(options.package))
    now = datetime.now(timezone.utc)
    files = {name: read_index_project(index_addresses(), name)}
    chosen = choose_releases(
        files, name, Terms(now - _COOL_DOWN), options.releases, lambda python: find_interpreter(python) is not None
    )
    if not chosen:
        raise UsageError(f"the package index has no release of {name} with a wheel for Linux and a Python from 3.7 on")
    subject = NewSubject(name, options.imported or _import_name(name, chosen[-1]))
    texts = _texts(_TEMPLATE / "package", _OF_PACKAGE)
    return {**texts, "matrix.yaml": matrix_text(texts["matrix.yaml"], subject, chosen, now.date())}


def _import_name(distribution: str, chosen: ChosenRelease) -> str:
    """The name in the wheel of a release. Where nothing can be found out it is that of the distribution."""
    interpreter = find_interpreter(chosen.python)
    found = interpreter and find_import_name(distribution, str(chosen.release.version), interpreter)
    return found or distribution.replace("-", "_")
