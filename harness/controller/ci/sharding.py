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

from harness.controller.errors import UsageError
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import Environment

MOST_JOBS = 255  # GitHub takes 256 of one matrix
MOST_ENVIRONMENTS = 8  # of one job: a hosted runner has 14 GB free, and an environment needs up to 1.6 GB
_LATER = 1.1  # as late as fewer jobs may end, as against the most


@dataclass
class CiJob:
    """The environments of one job, and how many seconds they take together."""

    seconds: float = 0.0
    environments: list[Environment] = field(default_factory=list)

    def add(self, environment: Environment, seconds: float) -> None:
        self.environments.append(environment)
        self.seconds += seconds


def share_jobs(environments: Sequence[Environment], seconds: Mapping[str, float], limit: int) -> list[CiJob]:
    """The jobs, `limit` at most. Raises UsageError where so few cannot take them all."""
    if limit * MOST_ENVIRONMENTS < len(environments):
        raise UsageError(
            f"{len(environments)} environments do not fit into {limit} jobs: a job's disk holds {MOST_ENVIRONMENTS}"
        )
    if len(environments) <= limit:
        return [CiJob(seconds[item.id], [item]) for item in environments]
    least = -(-len(environments) // MOST_ENVIRONMENTS)
    latest = _longest(_share(environments, seconds, limit)) * _LATER
    shares = (_share(environments, seconds, number) for number in range(least, limit + 1))
    return next(jobs for jobs in shares if _longest(jobs) <= latest)


def _longest(jobs: Sequence[CiJob]) -> float:
    return max(job.seconds for job in jobs)


def _share(environments: Sequence[Environment], seconds: Mapping[str, float], number: int) -> list[CiJob]:
    """The longest first, each to the job that has the least to do so far."""
    jobs = [CiJob() for _ in range(number)]
    waiting = [(0.0, place) for place in range(number)]
    for item in sorted(environments, key=lambda item: -seconds[item.id]):
        _, place = heapq.heappop(waiting)
        jobs[place].add(item, seconds[item.id])
        if len(jobs[place].environments) < MOST_ENVIRONMENTS:
            heapq.heappush(waiting, (jobs[place].seconds, place))
    return jobs


def jobs_as_github(jobs: Sequence[CiJob], layout: Layout, words: Sequence[str]) -> str:
    """The jobs as a matrix of GitHub Actions, in one line; `words` select import paths and cases."""
    return json.dumps({"include": [_as_github(job, layout, words) for job in jobs]})


def _as_github(job: CiJob, layout: Layout, words: Sequence[str]) -> dict[str, object]:
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
