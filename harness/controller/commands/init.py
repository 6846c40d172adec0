"""`harness init`: a small project in a folder of its own: of the first subject, or of any package in the index."""

from __future__ import annotations

import argparse
import os
import shlex
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from packaging.utils import canonicalize_name

from harness.cases.language import Plugin
from harness.controller.commands.lock import lock_environments
from harness.controller.commands.openers import open_folder
from harness.controller.commands.options import integer
from harness.controller.discovery.import_name import find_import_name
from harness.controller.discovery.index import read_index_project
from harness.controller.discovery.index_settings import index_addresses
from harness.controller.discovery.new_matrix import (
    ChosenRelease,
    choose_releases,
    matrix_text,
    new_subject,
    release_lines,
)
from harness.controller.discovery.releases import Terms, read_companions
from harness.controller.environments.interpreters import find_interpreter
from harness.controller.errors import Exit, HarnessError, UsageError
from harness.controller.files import write_atomically
from harness.controller.project.first_subject import FIRST_PLUGIN, FIRST_TITLE
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from harness.controller.project.matrix import FILE
from harness.controller.project.plugins import FaultyPlugin, find_plugin, load_plugin, plugin_subject

OPENER = open_folder

_TEMPLATE = Path(__file__).parents[1] / "template"
# Below template/ without the dot, so that git does not take it for a .gitignore of ours.
_OF_EVERY = ("tox.ini", "toxfile.py", ".gitignore")
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
    parser.add_argument(
        "--package",
        metavar="NAME",
        help=f"any package of the index; its releases are found there (default: {FIRST_TITLE}, without an index)",
    )
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
    plugin = _plugin(options.package)
    template = plugin.template if plugin and plugin.template else _TEMPLATE
    cases = [file.relative_to(template).as_posix() for file in sorted((template / "cases").rglob("*.yaml"))]
    _refuse_existing(folder, [FILE, *cases, *_OF_EVERY], options)
    texts = {FILE: _found_matrix(options, plugin, template) if options.package else _fixed_matrix(template)}
    texts |= {name: _read(template / name) for name in cases}
    texts |= {name: _read(_TEMPLATE / name.lstrip(".")) for name in _OF_EVERY}
    for name, text in texts.items():
        write_atomically(folder / name, text)
        print(f"{name}: written", flush=True)
    if options.package:
        matrix = load_matrix(folder)
        lock_environments(list(matrix.environments.values()), matrix, Layout(folder))
    print((_NEXT_OF_PACKAGE if options.package else _NEXT).format(folder=folder))
    return Exit.AGREES


def _refuse_existing(folder: Path, names: list[str], options: argparse.Namespace) -> None:
    existing = [name for name in names if (folder / name).exists()]
    if existing:
        again = [os.path.join(options.folder, _SUBFOLDER) if options.folder != "." else _SUBFOLDER]
        again += ["--package", options.package] if options.package else []
        raise UsageError(
            f"already in {folder}: {', '.join(existing)}; nothing was written "
            f"(`harness init {shlex.join(again)}` creates a folder for the grid)"
        )


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _plugin(package: str | None) -> Plugin | None:
    """The installed plugin that knows the package; without one, that of the first subject."""
    try:
        return find_plugin(canonicalize_name(package)) if package else load_plugin(Path(), FIRST_PLUGIN)
    except FaultyPlugin as error:
        raise HarnessError(str(error)) from error


def _fixed_matrix(template: Path) -> str:
    """The matrix of the first subject's releases that its template names."""
    environments = _read(template / "environments.yaml").rstrip()
    return matrix_text(_read(template / FILE), plugin_subject(FIRST_PLUGIN), FIRST_PLUGIN, environments, date.today())


def _found_matrix(options: argparse.Namespace, plugin: Plugin | None, template: Path) -> str:
    """The matrix of the newest releases in the index. Raises UsageError for a package without releases."""
    name = str(canonicalize_name(options.package))
    known = plugin.subject if plugin else None
    distributions = known.get("distributions", [name]) if known else [name]
    companion = known.get("companion") if known else None
    addresses, now = index_addresses(), datetime.now(timezone.utc)
    files = {item: read_index_project(addresses, item) for item in [*distributions, *filter(None, [companion])]}
    terms = Terms(now - _COOL_DOWN)
    chosen = choose_releases(
        files, distributions, terms, options.releases, lambda python: find_interpreter(python) is not None
    )
    if not chosen:
        raise UsageError(f"the package index has no release of {name} with a wheel for Linux and a Python from 3.7 on")
    subject = known or new_subject(name, options.imported or _import_name(name, chosen[-1]))
    companions = read_companions(companion, files[companion], terms) if companion else {}
    lines = release_lines(subject, chosen, companions)
    return matrix_text(_read(template / FILE), subject, plugin.name if plugin else None, lines, now.date())


def _import_name(distribution: str, chosen: ChosenRelease) -> str:
    """The name in the wheel of a release. Where nothing can be found out it is that of the distribution."""
    interpreter = find_interpreter(chosen.python)
    found = interpreter and find_import_name(distribution, str(chosen.release.version), interpreter)
    return found or distribution.replace("-", "_")
