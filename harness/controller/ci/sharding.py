"""Sharding: a selection as CI jobs of about the same duration.

Up to the limit every environment has a job of its own. Beyond it they share jobs: the fewest jobs that end about as
soon as the most would.
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

MOST_JOBS = 255  # a GitHub matrix may have 256
MOST_ENVIRONMENTS = 8  # in a job: a hosted runner has 14 GB free, an environment needs up to 1.6 GB
_LATER = 1.1  # fewer jobs may end this much later than the most jobs would


@dataclass
class CiJob:
    """The environments of a job, and their total duration in seconds."""

    seconds: float = 0.0
    environments: list[Environment] = field(default_factory=list)

    def add(self, environment: Environment, seconds: float) -> None:
        self.environments.append(environment)
        self.seconds += seconds


def share_jobs(environments: Sequence[Environment], seconds: Mapping[str, float], limit: int) -> list[CiJob]:
    """The jobs, at most `limit`. `seconds` is by environment id. Raises UsageError if they do not fit."""
    if limit * MOST_ENVIRONMENTS < len(environments):
        raise UsageError(
            f"{len(environments)} environments do not fit into {limit} jobs: a job's disk holds {MOST_ENVIRONMENTS}"
        )
    if len(environments) <= limit:
        return [CiJob(seconds[item.id], [item]) for item in environments]
    least = -(-len(environments) // MOST_ENVIRONMENTS)
    latest = _longest(_assign_jobs(environments, seconds, limit)) * _LATER
    options = (_assign_jobs(environments, seconds, number) for number in range(least, limit + 1))
    return next(jobs for jobs in options if _longest(jobs) <= latest)


def _longest(jobs: Sequence[CiJob]) -> float:
    return max(job.seconds for job in jobs)


def _assign_jobs(environments: Sequence[Environment], seconds: Mapping[str, float], number: int) -> list[CiJob]:
    """Longest first, each environment to the job with the shortest duration so far."""
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
    chosen = [f"-e {name}" for name in names]
    return {
        "name": names[0] + rest,
        "arguments": " ".join([*chosen, *words]),
        "environments": " ".join(chosen),
        "python": sorted({item.python for item in job.environments}),
        "locks": _digest(layout, job.environments),
        "minutes": round(job.seconds / 60, 1),
    }


def _digest(layout: Layout, environments: Sequence[Environment]) -> str:
    """The cache key of a job's installed packages: a digest of its locks, and the day for lanes."""
    parts = []
    for item in sorted(environments, key=lambda item: item.id):
        file = layout.lock(item)
        today = datetime.date.today().isoformat().encode()
        parts += [item.id.encode(), today if item.lane else file.read_bytes() if file.is_file() else b""]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]
