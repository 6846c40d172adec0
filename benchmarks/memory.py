"""How much memory a run takes, one environment alone and several side by side.

    python3 bootstrap.py python benchmarks/memory.py -e tf215 -e tf216

Summed over all processes of the run, twice a second: what each has to itself, and its share of what it has in common
with others (PSS). Forks share nearly all of TensorFlow, so that a sum of what each can see would say too much.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.measuring import MEMORY, Workbench, alone_and_together, call, ending, make_parser_of_both, row, say

_PAUSE = 0.5  # seconds


def peak_of(command: list[str], folder: Path) -> tuple[int, int, int]:
    """The highest sum of memory in bytes, how many processes there were then, and the exit code."""
    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    peak = (0, 0)
    with ending(process):
        while process.poll() is None:
            peak = max(peak, _sum(process.pid))
            time.sleep(_PAUSE)
    return (*peak, process.returncode)


def _sum(root: int) -> tuple[int, int]:
    sizes = [size for pid in _tree(root) if (size := _pss(pid))]
    return sum(sizes), len(sizes)


def _tree(root: int) -> Iterator[int]:
    """The process and all below it."""
    children = defaultdict(list)
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            parent = _field(folder / "status", "PPid:")
            children[parent].append(int(folder.name))
    waiting = [root]
    while waiting:
        waiting += children[waiting[0]]
        yield waiting.pop(0)


def _pss(pid: int) -> int:
    return _field(Path(f"/proc/{pid}/smaps_rollup"), "Pss:") * 1024


def _field(file: Path, name: str) -> int:
    """A number from one of the kernel's files about a process; 0 where the process has gone."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)


def _measure(bench: Workbench, names: Sequence[str], cases: Sequence[str], jobs: int) -> None:
    environments = [part for name in names for part in ("-e", name)]
    chosen = cases or ["--cases", "all"]
    command = [sys.executable, "-m", "harness", "run", *environments, *chosen, "--fresh", "-j", str(jobs)]
    peak, processes, code = peak_of(command, bench.root)
    if code not in (0, 1):
        raise SystemExit(f"the run ended with exit code {code}")
    share = f"{peak / MEMORY:.0%}"
    say(row(" ".join(names), jobs, f"{peak / 1e9:.2f}", share, processes, f"{peak / jobs / 1e9:.2f}"))


def main() -> int:
    """Print a line for each environment alone, and for all of them side by side."""
    titles = ["environments", "side by side", "peak, GB", "of the machine's", "processes", "for each, GB"]
    return alone_and_together(make_parser_of_both(__doc__).parse_args(), titles, _measure)


if __name__ == "__main__":
    call(main)
