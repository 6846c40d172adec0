"""What a fork costs before and after the memory of its parent is in large pages: run by an environment's own Python.

    .tox/tf221/bin/python benchmarks/forks.py keras

In the grammar of Python 3.7. The forks do nothing, or look at the name of each module once, or build and run a model.
"""

from __future__ import annotations

import gc
import importlib
import os
import re
import resource
import statistics
import sys
from collections.abc import Callable
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness.runner.large_pages import use_large_pages

_REPEATS = 25


def _nothing(keras: Any) -> None:
    """End at once."""


def _look_at_names(keras: Any) -> None:
    sum(name.startswith("harness") for name in sys.modules)


def _predict(keras: Any) -> None:
    layers = [keras.layers.Dense(3, input_shape=(4,)), keras.layers.Dense(2)]
    keras.Sequential(layers).predict(importlib.import_module("numpy").ones((2, 4)), verbose=0)


def _computing(who: int) -> float:
    usage = resource.getrusage(who)
    return (usage.ru_utime + usage.ru_stime) * 1000


def _measure(work: Callable[[Any], None], keras: Any) -> str:
    """The milliseconds that the parent and its fork compute, and the pages that the fork was given."""
    parents, forks, pages = [], [], []
    for _ in range(_REPEATS):
        before = _computing(resource.RUSAGE_SELF)
        pid = os.fork()
        if pid == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            work(keras)
            os._exit(0)
        parents.append(_computing(resource.RUSAGE_SELF) - before)
        usage = os.wait4(pid, 0)[2]
        forks.append((usage.ru_utime + usage.ru_stime) * 1000)
        pages.append(usage.ru_minflt)
    median = statistics.median
    return f"{median(parents):.1f} | {median(forks):.1f} | {median(pages):.0f}"


def _large() -> str:
    """How much of what belongs to no file is in large pages."""
    with open("/proc/self/smaps_rollup", encoding="ascii") as handle:
        found = dict(re.findall(r"^(\w+):\s+(\d+) kB", handle.read(), re.MULTILINE))
    return "{} of {} MB".format(*(int(found[name]) // 1024 for name in ("AnonHugePages", "Anonymous")))


def main(path: str) -> None:
    """Print the table of an import path."""
    importlib.import_module("tensorflow")
    keras = importlib.import_module(path)
    gc.freeze()
    print("| in large pages | a fork that | the parent computes, ms | the fork, ms | pages |\n|---|---|---|---|---|")
    for prepare in (str, use_large_pages):
        prepare()
        for title, work in (("ends", _nothing), ("looks at names", _look_at_names), ("predicts", _predict)):
            print(f"| {_large()} | {title} | {_measure(work, keras)} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
