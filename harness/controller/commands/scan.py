"""`harness scan`: the lines of somebody's code that break in some release."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from harness.controller.commands.openers import open_measured
from harness.controller.errors import Exit
from harness.controller.files import write_errors
from harness.controller.project.layout import Layout
from harness.controller.scan.fixes import diff_of, fixes_by_file
from harness.controller.scan.formats import as_github, as_json, as_markdown, as_text
from harness.controller.scan.ignores import write_findings_baseline
from harness.controller.scan.sarif import as_sarif
from harness.controller.scan.scan import ScanRequest, scan

OPENER = open_measured
_CYCLES = 100_000  # objects between two looks for cycles: with Python's 700 they took a fifth of the time
_FEW = 100  # files are scanned in about a second
_FORMATS = {"text": as_text, "json": as_json, "github": as_github, "sarif": as_sarif, "markdown": as_markdown}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The files, the releases and the format."""
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files and folders (default: this folder)")
    parser.add_argument("--range", "--tensorflow", metavar="RANGE", help="releases, such as '>=2.10,<2.19'")
    parser.add_argument("--format", choices=list(_FORMATS), default="text", help="default: text")
    parser.add_argument("--all", action="store_true", help="uses that work everywhere in the range too")
    fixes = parser.add_mutually_exclusive_group()
    fixes.add_argument("--diff", action="store_true", help="print the fixes, and change nothing")
    fixes.add_argument("--fix", action="store_true", help="write the identical object's other name into the files")
    known = parser.add_mutually_exclusive_group()
    known.add_argument("--baseline", type=Path, metavar="FILE", help="leave out the findings that this file holds")
    known.add_argument("--write-baseline", type=Path, metavar="FILE", help="write the findings of today into a file")


def run(options: argparse.Namespace, layout: Layout) -> Exit:
    """Print the findings. The exit code is 1 if one is an error, 3 if a file cannot be read."""
    gc.set_threshold(_CYCLES)
    request = ScanRequest(tuple(options.paths) or (Path(),), options.range, options.all, options.baseline)
    report = scan(layout, request, _with_progress)
    if options.write_baseline:
        write_findings_baseline(options.write_baseline, report.findings)
        print(f"{options.write_baseline}: {len(report.findings)} findings")
        return Exit.BROKEN if report.unreadable else Exit.AGREES
    if options.diff:
        for file, (before, after) in fixes_by_file(report.findings).items():
            print(diff_of(file, before, after), end="")
        return report.exit_code
    if options.fix:
        fixed = fixes_by_file(report.findings)
        for file, (_, after) in fixed.items():
            with write_errors(file):
                file.write_bytes(after)
        if fixed:
            report = scan(layout, request)
            print(f"fixed: {', '.join(map(str, fixed))}", file=sys.stderr)
    print(_FORMATS[options.format](report), end="")
    return report.exit_code


def _with_progress(files: Sequence[Path]) -> Iterable[Path]:
    """The files; people at a terminal see a bar for many of them."""
    if len(files) <= _FEW or not sys.stderr.isatty():
        return files
    from rich.console import Console
    from rich.progress import track

    return track(files, "scanning", console=Console(stderr=True), transient=True)
