"""Looking at many environments on all cores: their files are many, and only looked at."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from harness.contract.processes import die_with_parent

_MANY = 8  # environments, from which on looking at them on all cores saves more than the 40 ms that it costs
_Item = TypeVar("_Item")
_Found = TypeVar("_Found")


def map_on_cores(look: Callable[[_Item], _Found], items: Sequence[_Item]) -> list[_Found]:
    """What `look` finds of each item: in processes, if the items are many."""
    if len(items) < _MANY:
        return list(map(look, items))
    with ProcessPoolExecutor(
        min(len(items), len(os.sched_getaffinity(0))),
        mp_context=get_context("fork"),
        initializer=_leave_ending_to_the_caller,
    ) as pool:
        return list(pool.map(look, items))


def _leave_ending_to_the_caller() -> None:
    die_with_parent()
    for number in (signal.SIGINT, signal.SIGTERM):  # which all processes of a group get
        signal.signal(number, signal.SIG_IGN)
