"""How long the commands that only answer take in this repository.

python3 bootstrap.py python benchmarks/answers.py
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from statistics import median

from benchmarks.measuring import ROOT, call, expect, head, machine, measure, row, say

_COMMANDS = ("--help", "plan", "validate", "show --totals")


def measure_command(arguments: str, root: Path, repeats: int) -> str:
    """The table's line of a command in a project: the medians of its repeats."""
    command = [sys.executable, "-m", "harness", *arguments.split()]
    expect(measure(command, root), 0)  # cases are read for the first time: see harness/controller/project/case_cache.py
    found = [expect(measure(command, root), 0) for _ in range(repeats)]
    seconds, computing = median(each.seconds for each in found), median(each.computing for each in found)
    return row(f"`harness {arguments}`", f"{seconds:.2f}", f"{computing:.2f}")


def main() -> int:
    """Measure each, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5, help="the median of so many is shown (default: 5)")
    repeats = parser.parse_args().repeats
    say(machine())
    say(head("command", "seconds", "of these computing"))
    for arguments in _COMMANDS:
        say(measure_command(arguments, ROOT, repeats))
    return 0


if __name__ == "__main__":
    call(main)
