"""A selection as the jobs of a CI service: environments in groups that take about as long as one another.

Up to the limit every environment is a job of its own. Beyond it they share jobs: as few as end about as soon as more
would.
"""

from __future__ import annotations

import datetime
import hashlib
import heapq
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.contract.records import CellKey
from harness.controller.errors import HarnessError, UsageError
from harness.controller.matrix import Environment
from harness.controller.project import Layout
from harness.controller.store import read_details

MOST_JOBS = 255  # GitHub takes 256 of one matrix
MOST_ENVIRONMENTS = 8  # of one job: a hosted runner has 14 GB free, and an environment needs up to 1.6 GB
_MAKING = 60.0  # seconds that it takes to make an environment
_CELL = 0.3  # seconds of a cell, where nothing was ever run
_LATER = 1.1  # as late as fewer jobs may end, as against the most


@dataclass
class Job:
    """The environments of one job, and how many seconds they take together."""

    seconds: float = 0.0
    environments: list[Environment] = field(default_factory=list)

    def add(self, environment: Environment, seconds: float) -> None:
        self.environments.append(environment)
        self.seconds += seconds


def durations(layout: Layout, cells: Mapping[str, Sequence[CellKey]]) -> dict[str, float]:
    """How long each environment's cells take by the last run, in seconds; those that it did not have, by the others."""
    known = {}
    for environment, keys in cells.items():
        try:
            details = read_details(layout.run_file("details", environment, ".json"))
        except HarnessError:  # they only help to guess
            details = {}
        names = {f"{case}[{path}]" for case, path in keys}
        known[environment] = [details[name].get("seconds", _CELL) for name in sorted(names & details.keys())]
    everything = [seconds for found in known.values() for seconds in found]
    usual = _mean(everything, _CELL)
    return {name: _MAKING + len(cells[name]) * _mean(found, usual) for name, found in known.items()}


def _mean(seconds: Sequence[float], otherwise: float) -> float:
    return sum(seconds) / len(seconds) if seconds else otherwise


def share(environments: Sequence[Environment], seconds: Mapping[str, float], limit: int) -> list[Job]:
    """The jobs, `limit` at most. Raises UsageError where so few cannot take them all."""
    if limit * MOST_ENVIRONMENTS < len(environments):
        raise UsageError(
            f"{len(environments)} environments do not fit into {limit} jobs: a job's disk holds {MOST_ENVIRONMENTS}"
        )
    if len(environments) <= limit:
        return [Job(seconds[item.id], [item]) for item in environments]
    least = -(-len(environments) // MOST_ENVIRONMENTS)
    latest = _longest(_share(environments, seconds, limit)) * _LATER
    shares = (_share(environments, seconds, number) for number in range(least, limit + 1))
    return next(jobs for jobs in shares if _longest(jobs) <= latest)


def _longest(jobs: Sequence[Job]) -> float:
    return max(job.seconds for job in jobs)


def _share(environments: Sequence[Environment], seconds: Mapping[str, float], number: int) -> list[Job]:
    """The longest first, each to the job that has the least to do so far."""
    jobs = [Job() for _ in range(number)]
    waiting = [(0.0, place) for place in range(number)]
    for item in sorted(environments, key=lambda item: -seconds[item.id]):
        _, place = heapq.heappop(waiting)
        jobs[place].add(item, seconds[item.id])
        if len(jobs[place].environments) < MOST_ENVIRONMENTS:
            heapq.heappush(waiting, (jobs[place].seconds, place))
    return jobs


def as_github(jobs: Sequence[Job], layout: Layout, words: Sequence[str]) -> str:
    """The jobs as a matrix of GitHub Actions, in one line; `words` select import paths and cases."""
    return json.dumps({"include": [_as_github(job, layout, words) for job in jobs]})


def _as_github(job: Job, layout: Layout, words: Sequence[str]) -> dict[str, object]:
    names = [item.id for item in job.environments]
    rest = f"-and-{len(names) - 1}-more" if names[1:] else ""
    return {
        "name": names[0] + rest,
        "arguments": " ".join([*(f"-e {name}" for name in names), *words]),
        "python": sorted({item.python for item in job.environments}),
        "locks": _digest(layout, job.environments),
        "minutes": round(job.seconds / 60, 1),
    }


def _digest(layout: Layout, environments: Sequence[Environment]) -> str:
    """By which what was installed from the locks of a job can be kept; of lanes, which are resolved anew, for a day."""
    parts = []
    for item in sorted(environments, key=lambda item: item.id):
        file = layout.lock(item)
        today = datetime.date.today().isoformat().encode()
        parts += [item.id.encode(), today if item.lane else file.read_bytes() if file.is_file() else b""]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]
