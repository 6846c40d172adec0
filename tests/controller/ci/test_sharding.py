from __future__ import annotations

import datetime
import json
import random
from collections.abc import Callable

import pytest

from harness.contract.records import Outcome, Record
from harness.contract.statuses import Status
from harness.controller.ci.sharding import MOST_ENVIRONMENTS, share_jobs
from harness.controller.errors import UsageError
from harness.controller.project.matrix import Environment
from harness.controller.results.documents import write_details
from tests.support.languages import LANGUAGE
from tests.support.tiny_project import TinyProject

Draw = Callable[[random.Random], float]

DRAWN: dict[str, Draw] = {
    "equal": lambda _: 200.0,
    "nearly equal": lambda drawn: drawn.uniform(190, 210),
    "uniform": lambda drawn: drawn.uniform(60, 600),
    "mostly short": lambda drawn: 60 + drawn.lognormvariate(4, 0.7),
    "of two sorts": lambda drawn: drawn.choice([100.0, 900.0]),
}


def environments(number: int) -> list[Environment]:
    day = datetime.date(2024, 1, 1)
    return [
        Environment(f"tf2{minor}", LANGUAGE.subject, f"2.{minor}.0", "3.11", "tensorflow", day)
        for minor in range(number)
    ]


def large_matrix(releases: int, paths: int) -> str:
    """The text of a matrix.yaml."""
    lines = ["schema: 1", "limits: {timeout: 60, output: 65536}", "resolve:", "  days_after_release: 14"]
    lines += ["  packages: [pillow]", "  runner: {packages: [pytest], dependencies: [pluggy], as_of: 2026-11-01}"]
    lines += ["paths:", *(f"  path{number}: from" for number in range(paths)), "environments:"]
    entry = 'python: "3.11", distribution: tensorflow, released: 2024-01-01'
    lines += [f"  tf2{minor}: {{tensorflow: 2.{minor}.0, {entry}}}" for minor in range(releases)]
    return "\n".join([*lines, "groups:", '  all: {tensorflow: ">=2"}', "default: all"]) + "\n"


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
@pytest.mark.parametrize("limit", [255, 100])
@pytest.mark.parametrize("seed", range(3))
def test_jobs_take_about_equal_time(draw: Draw, limit: int, seed: int) -> None:
    items, drawn = environments(600), random.Random(seed)
    seconds = {item.id: draw(drawn) for item in items}
    jobs = share_jobs(items, seconds, limit)
    mean = sum(seconds.values()) / len(jobs)
    assert len(jobs) <= limit
    assert max(job.seconds for job in jobs) <= 1.2 * mean
    assert min(job.seconds for job in jobs) >= 0.8 * mean
    assert max(len(job.environments) for job in jobs) <= MOST_ENVIRONMENTS
    assert sorted(item.id for job in jobs for item in job.environments) == sorted(seconds)
    assert [job.seconds for job in jobs] == [sum(seconds[item.id] for item in job.environments) for job in jobs]


def test_longest_environment_limits_the_number_of_jobs() -> None:
    items = environments(21)
    jobs = share_jobs(items, {item.id: 50.0 for item in items} | {"tf27": 500.0}, 20)
    assert [round(job.seconds) for job in jobs] == [500, 350, 350, 300]


def test_few_environments_get_one_job_each() -> None:
    items = environments(3)
    jobs = share_jobs(items, {"tf20": 1.0, "tf21": 100.0, "tf22": 1.0}, 3)
    assert [[item.id for item in job.environments] for job in jobs] == [["tf20"], ["tf21"], ["tf22"]]


def test_more_than_the_disks_hold_is_refused() -> None:
    items = environments(31)
    with pytest.raises(UsageError, match="31 environments do not fit into 3 jobs: a job's disk holds 8"):
        share_jobs(items, dict.fromkeys((item.id for item in items), 1.0), 3)


def test_last_durations_balance_jobs_of_600_environments(project: TinyProject) -> None:
    (project.root / "matrix.yaml").write_text(large_matrix(600, 20), encoding="utf-8")
    (project.root / "cases" / "model_build" / "dense.yaml").unlink()
    drawn, took = random.Random(7), {}
    for minor in range(600):
        each = drawn.uniform(3, 30)
        took[f"tf2{minor}"] = 20 * each
        outcomes = [Outcome("version", f"path{number}", Status.PASS) for number in range(20)]
        file = project.root / ".harness" / "details" / f"tf2{minor}.json"
        write_details(file, [Record(outcome, seconds=each) for outcome in outcomes])
    done = project.run("plan", "-g", "all", "--format", "github")
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    jobs = json.loads(done.stdout)["include"]
    assert len(jobs) < 256
    loads = [sum(60 + took[name] for name in job["arguments"].replace("-e ", "").split()) for job in jobs]
    mean = sum(loads) / len(loads)
    assert 0.8 * mean <= min(loads) <= max(loads) <= 1.2 * mean
    assert len({job["name"] for job in jobs}) == len(jobs)


def test_job_lists_its_pythons_arguments_and_minutes(project: TinyProject) -> None:
    (project.root / "locks").mkdir()
    (project.root / "locks" / "tf215.txt").write_text("tensorflow-cpu==2.15.1\n", encoding="utf-8")
    words = ["-e", "tf215", "-e", "tf115", "-p", "tf.*", "-k", "dense", "--jobs", "1"]
    done = project.run("plan", *words, "--format", "github")
    (job,) = json.loads(done.stdout)["include"]
    assert (job["name"], job["python"]) == ("tf115-and-1-more", ["3.11", "3.99"])
    assert job["arguments"] == "-e tf115 -e tf215 -p tf.* -k dense"
    assert job["environments"] == "-e tf115 -e tf215"
    assert job["minutes"] == pytest.approx(2.0, abs=0.1)
    (project.root / "locks" / "tf215.txt").write_text("tensorflow-cpu==2.15.2\n", encoding="utf-8")
    (changed,) = json.loads(project.run("plan", *words, "--format", "github").stdout)["include"]
    assert changed["locks"] != job["locks"]
