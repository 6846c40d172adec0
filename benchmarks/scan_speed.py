"""How long `harness scan` takes, next to only parsing the same files: drawn from the corpus of scan_corpus.py.

    python3 bootstrap.py python benchmarks/scan_speed.py

All files name one of the scanned packages: those that do not are hardly looked at.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.measuring import ROOT, call, expect, head, machine, measure, row, say
from benchmarks.scan_corpus import install_corpus
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from harness.controller.scan.answers import ApiAnswers
from harness.controller.scan.reading.sources import UnreadableSource, find_sources, parse_source

_SIZES = (1, 100, 1000)
_PARSE = "import ast, pathlib, sys; [ast.parse(file.read_bytes()) for file in pathlib.Path(sys.argv[1]).glob('*.py')]"


def drawn_files(folders: list[Path], packages: frozenset[str], count: int) -> list[Path]:
    """The same files each time, of those that parse and name a package."""
    files = [file for file in find_sources(folders) if file.suffix == ".py"]
    random.Random(21).shuffle(files)
    found: list[Path] = []
    for file in files:
        if len(found) < count and _is_about(file, packages):
            found.append(file)
    return found


def _is_about(file: Path, packages: frozenset[str]) -> bool:
    try:
        lines = parse_source(file, packages).blocks[0].lines
    except UnreadableSource:
        return False
    return any(package in line for line in lines for package in packages)


def measure_files(files: list[Path], repeats: int) -> str:
    """The table's line: the scan, and the parser alone."""
    with tempfile.TemporaryDirectory(prefix="scan-") as folder:
        for number, file in enumerate(files):
            shutil.copy(file, Path(folder) / f"file{number}.py")
        lines = sum(len(file.read_bytes().splitlines()) for file in files)
        scan = [sys.executable, "-m", "harness", "scan", "--range", ">=0", folder]
        parse = [sys.executable, "-c", _PARSE, folder]
        expect(measure(scan, ROOT), 0, 1)  # its byte code is compiled the first time
        scans = [expect(measure(scan, ROOT), 0, 1) for _ in range(repeats)]
        parses = [expect(measure(parse, ROOT), 0) for _ in range(repeats)]
    seconds, computing = median(each.seconds for each in scans), median(each.computing for each in scans)
    alone = median(each.computing for each in parses)
    memory = f"{max(each.peak for each in scans) / 1e6:.0f} MB"
    figures = (f"{seconds:.2f}", f"{computing:.2f}", f"{alone:.2f}", f"{computing / alone:.1f}")
    return row(str(len(files)), str(lines), *figures, memory)


def main() -> int:
    """Measure each number of files, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5, help="the median of so many is shown (default: 5)")
    parser.add_argument("--kept", type=Path, default=ROOT / ".harness" / "scan-corpus", help="that of scan_corpus.py")
    options = parser.parse_args()
    packages = ApiAnswers(Layout(ROOT).results, load_matrix(ROOT)).packages
    files = drawn_files(install_corpus(options.kept / "packages"), packages, max(_SIZES))
    say(machine())
    say(head("files", "lines", "seconds", "of these computing", "parsing alone computes", "ratio", "memory"))
    for size in _SIZES:
        say(measure_files(files[:size], options.repeats))
    return 0


if __name__ == "__main__":
    call(main)
