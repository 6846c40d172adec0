from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from harness.contract.statuses import Status
from harness.controller.environments.lockfile import constraints, overrides, requirements, resolution_failure
from harness.controller.environments.resolver import _end_of, lock
from harness.controller.errors import HarnessError
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from harness.controller.project.matrix import Matrix
from harness.controller.results.documents import read_column
from tests.support.tiny_project import TinyProject
from tests.support.wheels import make_wheel

UPLOADED = {
    "tensorflow-cpu": {"2.15.1": "2024-03-08", "2.16.2": "2024-06-28"},
    "pillow": {"9": "2024-03-22", "10": "2024-03-23"},
    "pytest": {"8": "2026-11-01", "9": "2026-11-02"},
    "pytest-xdist": {"3": "2026-10-01"},
    "pyyaml": {"6": "2021-01-01"},
    "pluggy": {"1": "2024-01-01", "2": "2026-11-01", "3": "2026-11-02"},
}


class _Index(BaseHTTPRequestHandler):
    """A package index that says when each file came."""

    def do_GET(self) -> None:
        folder, _, name = self.path.strip("/").partition("/")
        self.send_response(200 if folder == "files" or name in UPLOADED else 404)
        kind = "text/plain" if folder == "files" else "application/vnd.pypi.simple.v1+json"
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write((self._metadata(name) if folder == "files" else self._files(name)).encode())

    def _files(self, name: str) -> str:
        files = [
            {
                "filename": f"{name.replace('-', '_')}-{version}-py3-none-any.whl",
                "url": f"/files/{name}/{version}",
                "hashes": {"sha256": hashlib.sha256(f"{name} {version}".encode()).hexdigest()},
                "core-metadata": True,
                "upload-time": f"{day}T12:00:00Z",
            }
            for version, day in UPLOADED.get(name, {}).items()
        ]
        return json.dumps({"meta": {"api-version": "1.1"}, "name": name, "files": files})

    def _metadata(self, name: str) -> str:
        project, version = name.removesuffix(".metadata").split("/")
        needs = "Requires-Dist: pluggy\n" if project == "pytest" else ""
        return f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n{needs}"

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002, its name there
        """Nothing is printed."""


@pytest.fixture
def index(wheels: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """uv resolves from an index with dates, and from nowhere else."""
    monkeypatch.delenv("UV_OFFLINE")
    monkeypatch.delenv("UV_FIND_LINKS")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Index) as server:
        server.daemon_threads = False  # closing it waits for them, and they for their connections
        monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://127.0.0.1:{server.server_port}/index")
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield
        server.shutdown()
        thread.join()


@pytest.fixture
def matrix(project: TinyProject) -> Matrix:
    return load_matrix(project.root)


def test_requirements_combine_release_own_and_common_packages(matrix: Matrix) -> None:
    assert requirements(matrix.environments["tf115"], matrix.resolve) == [
        "tensorflow==1.15.5",
        "keras<2.4",
        "pillow",
        "pytest",
        "pytest-xdist",
        "PyYAML",
    ]


def test_tensorflow_is_not_installed_beside_another_distribution(matrix: Matrix) -> None:
    assert overrides(matrix.environments["tf215"]) == 'tensorflow ; python_version < "3"\n'
    assert overrides(matrix.environments["tf115"]) == ""


def test_companion_stays_at_the_minor_of_the_release(matrix: Matrix) -> None:
    one, pinned = matrix.environments["tf215"], ["tensorflow-hub", "tensorflow-cpu==2.16.0rc0"]
    assert constraints(one, pinned) == "tf-keras==2.16.*\n"
    assert constraints(one, ["tensorflow-cpu", "keras==3.0.0"]) == ""
    assert constraints(matrix.environments["tf115"], ["tensorflow==1.15.5"]) == "", "its dependency is not dropped"


def test_packages_of_the_whole_day_count(matrix: Matrix) -> None:
    day = matrix.environments["tf215"].as_of
    assert day is not None
    assert _end_of(day) == "2024-03-23T00:00:00Z"


def test_missing_interpreter_is_named_without_a_lock(project: TinyProject, matrix: Matrix) -> None:
    with pytest.raises(HarnessError, match=r"^tf115: Python 3\.99 is not on this machine: install it with"):
        lock(matrix.environments["tf115"], matrix.resolve, Layout(project.root))
    assert not (project.root / "locks").exists()


def test_lock_is_exact_hashed_and_states_origin(project: TinyProject, wheels: Path) -> None:
    done = project.run("lock", "-e", "tf215")
    assert (done.returncode, done.stdout, done.stderr) == (0, "tf215: locked\n", "")
    text = (project.root / "locks" / "tf215.txt").read_text(encoding="utf-8")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    lines = text.splitlines()
    assert (
        lines[0] == f"# The exact packages of tf215: TensorFlow 2.15.1 on Python {version}, resolved as of 2024-03-22."
    )
    names = [line.split(" ")[0] for line in lines if line[0] not in "# "]
    assert names == ["pillow==9", "pytest==8", "pytest-xdist==3", "pyyaml==6", "tensorflow-cpu==2.15.1"]
    for wheel in wheels.glob("*.whl"):
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        assert (f"--hash=sha256:{digest}" in text) == ("2.16.2" not in wheel.name)


@pytest.mark.usefixtures("wheels")
def test_unchanged_lock_is_left_alone(project: TinyProject) -> None:
    project.run("lock", "-e", "tf215")
    file = project.root / "locks" / "tf215.txt"
    before = file.stat()
    assert project.run("lock", "-e", "tf215").stdout == "tf215: unchanged\n"
    assert file.stat().st_ino == before.st_ino
    file.write_text("# edited by hand\n", encoding="utf-8")
    assert project.run("lock", "-e", "tf215").stdout == "tf215: locked\n"


def test_unresolvable_packages_report_the_uv_message(project: TinyProject, wheels: Path) -> None:
    (wheels / "tensorflow_cpu-2.15.1-py3-none-any.whl").unlink()
    done = project.run("lock", "-e", "tf215")
    assert done.returncode == 3
    assert done.stderr.startswith("tf215 cannot be resolved: ")
    assert "tensorflow-cpu" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [file.name for file in (project.root / "locks").iterdir()] == ["tf215.failed.txt"]


@pytest.mark.usefixtures("index")
def test_runner_packages_have_their_own_day(project: TinyProject) -> None:
    done = project.run("lock", "-e", "tf215")
    assert (done.returncode, done.stderr) == (0, "")
    lines = (project.root / "locks" / "tf215.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split(" ")[0] for line in lines if line[0] not in "# "] == [
        "pillow==9",
        "pluggy==2",
        "pytest==8",
        "pytest-xdist==3",
        "pyyaml==6",
        "tensorflow-cpu==2.15.1",
    ]


@pytest.mark.usefixtures("index")
def test_unnamed_runner_dependencies_have_the_releases_age(project: TinyProject) -> None:
    project.edit("matrix.yaml", "dependencies: [pluggy]", "dependencies: [iniconfig]")
    assert project.run("lock", "-e", "tf215").returncode == 0
    lock = (project.root / "locks" / "tf215.txt").read_text(encoding="utf-8")
    assert "\npluggy==1 " in lock
    assert "iniconfig" not in lock


LANES = """
lanes:
  today: {title: Runs today, of: ">=2.15,<2.16", cases: [version], paths: [keras]}
  nightly:
    title: Runs next
    distribution: tf-nightly
    python: "3.12"
    pre_releases: true
    cases: [version]
    paths: [keras]
"""


def pins(lock: Path) -> list[str]:
    lines = lock.read_text(encoding="utf-8").splitlines()
    return [line.split(" ")[0] for line in lines if line[0] not in "# "]


@pytest.fixture
def with_lanes(project: TinyProject) -> Path:
    """The project with lanes, of this Python. Gives the folder of their locks."""
    project.edit("matrix.yaml", "default: quick\n", f"default: quick\n{LANES}")
    project.edit(
        "matrix.yaml", '    python: "3.12"', f'    python: "{sys.version_info.major}.{sys.version_info.minor}"'
    )
    return project.root / ".harness" / "resolved"


@pytest.mark.usefixtures("index")
def test_lane_locks_only_the_newest_requested_packages(with_lanes: Path, project: TinyProject) -> None:
    done = project.run("lock", "-g", "today")
    assert (done.returncode, done.stdout, done.stderr) == (0, "tf215-today: locked\n", "")
    newest = ["pluggy==3", "pytest==9", "pytest-xdist==3", "pyyaml==6", "tensorflow-cpu==2.15.1"]
    assert pins(with_lanes / "tf215-today.txt") == newest
    first = (with_lanes / "tf215-today.txt").read_text(encoding="utf-8").splitlines()[0]
    assert first.endswith(", resolved for one run.")
    assert not (with_lanes.parents[1] / "locks").exists()


def test_runner_changes_no_package_of_a_release(wheels: Path, with_lanes: Path, project: TinyProject) -> None:
    make_wheel(wheels, "shared-1")
    make_wheel(wheels, "shared-2")
    make_wheel(wheels, "tensorflow_cpu-2.15.1", "shared")
    make_wheel(wheels, "pytest-9", "shared<2")
    assert project.run("lock", "-e", "tf215-today").returncode == 0
    together = ["pytest==8", "pytest-xdist==3", "pyyaml==6", "shared==2", "tensorflow-cpu==2.15.1"]
    assert pins(with_lanes / "tf215-today.txt") == together
    assert len(re.findall("--hash=sha256:[0-9a-f]{64}", (with_lanes / "tf215-today.txt").read_text())) == 5


def test_lane_takes_the_companion_of_its_release(wheels: Path, with_lanes: Path, project: TinyProject) -> None:
    project.edit("matrix.yaml", "today: {", "today: {packages: [hub], ")
    make_wheel(wheels, "hub-1", "tf-keras")
    for version in ("2.15.1", "2.16.0"):
        make_wheel(wheels, f"tf_keras-{version}", f"tensorflow=={version[:4]}.*")
    assert project.run("lock", "-e", "tf215-today").returncode == 0
    assert "tf-keras==2.15.1" in pins(with_lanes / "tf215-today.txt")


def test_lane_may_bound_what_the_release_brings(wheels: Path, with_lanes: Path, project: TinyProject) -> None:
    make_wheel(wheels, "shared-1")
    make_wheel(wheels, "shared-2")
    make_wheel(wheels, "tensorflow_cpu-2.15.1", "shared")
    project.edit("matrix.yaml", "today: {", "today: {packages: [shared<2], ")
    assert project.run("lock", "-e", "tf215-today").returncode == 0
    assert "shared==1" in pins(with_lanes / "tf215-today.txt")


def test_lane_overrides_what_metadata_demand(wheels: Path, with_lanes: Path, project: TinyProject) -> None:
    make_wheel(wheels, "shared-1")
    make_wheel(wheels, "shared-2")
    make_wheel(wheels, "tensorflow_cpu-2.15.1", "shared<2")
    project.edit("matrix.yaml", "today: {", 'today: {packages: ["shared>=2"], ')
    assert project.run("lock", "-e", "tf215-today").returncode == 3
    project.edit("matrix.yaml", "today: {packages:", "today: {overrides:")
    assert project.run("lock", "-e", "tf215-today").returncode == 0
    assert "shared==2" in pins(with_lanes / "tf215-today.txt")


def test_pre_releases_need_permission_from_the_lane(wheels: Path, with_lanes: Path, project: TinyProject) -> None:
    for name in ("shared-2", "shared-3rc1", "pytest-9rc1", "tf_nightly-2.99.0.dev20261101"):
        make_wheel(wheels, name, *(["shared"] if name.startswith("tf") else []))
    assert project.run("lock", "-g", "nightly").returncode == 0
    runner = ["pytest==8", "pytest-xdist==3", "pyyaml==6"]
    assert pins(with_lanes / "tf-nightly.txt") == [*runner, "shared==3rc1", "tf-nightly==2.99.0.dev20261101"]
    project.edit("matrix.yaml", "    pre_releases: true\n", "")
    assert project.run("lock", "-g", "nightly").returncode == 0
    assert pins(with_lanes / "tf-nightly.txt") == [*runner, "shared==2", "tf-nightly==2.99.0.dev20261101"]


def inputs_of(file: Path) -> str:
    (digest,) = re.findall(r"^# Inputs: ([0-9a-f]{16})$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return str(digest)


def body_of(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("# ")]


@pytest.mark.usefixtures("wheels")
def test_a_variant_is_locked_with_its_base(project: TinyProject) -> None:
    project.edit("matrix.yaml", "{of: tf216,", "{of: tf215,")
    project.edit("matrix.yaml", "tf216-legacy", "tf215-legacy")
    locks = project.root / "locks"
    for name in ("tf215", "tf215-legacy"):
        done = project.run("lock", "-e", name)
        said = {"tf215": "locked", "tf215-legacy": "unchanged"}[name]
        assert (done.returncode, done.stdout) == (0, f"tf215: {said}\ntf215-legacy: {said}\n")
    base, variant = locks / "tf215.txt", locks / "tf215-legacy.txt"
    assert base.read_bytes() != variant.read_bytes()
    assert (body_of(base), inputs_of(base)) == (body_of(variant), inputs_of(variant))


@pytest.mark.usefixtures("wheels")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("released: 2024-03-08}", "released: 2024-03-08, packages: [pytest]}"),
        ("released: 2024-03-08", "released: 2024-03-09"),
        ("packages: [pillow]", "packages: [pillow>=9]"),
        ("as_of: 2026-11-01", "as_of: 2026-11-02"),
        ("dependencies: [pluggy]", "dependencies: [pluggy, iniconfig]"),
        ("days_after_release: 14", "days_after_release: 15"),
    ],
)
def test_lock_not_fitting_the_matrix_is_refused(project: TinyProject, old: str, new: str) -> None:
    project.run("lock", "-e", "tf215")
    assert project.run("validate").returncode == 0
    project.edit("matrix.yaml", old, new)
    checked = project.run("validate")
    assert (checked.returncode, checked.stdout) == (2, "")
    assert checked.stderr == "locks/tf215.txt:1: does not fit matrix.yaml: run `harness lock -e tf215`\n"
    said = "locks that do not fit matrix.yaml: tf215; update with `harness lock -e tf215`\n"
    for arguments in (["run", "-e", "tf215"], ["plan", "-e", "tf215", "--format", "github"]):
        done = project.run(*arguments)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
    assert not (project.root / ".tox").exists()
    assert project.run("lock", "-e", "tf215").returncode == 0
    assert project.run("validate").returncode == 0


@pytest.mark.usefixtures("wheels")
def test_tox_refuses_an_outdated_lock(project: TinyProject) -> None:
    project.run("lock", "-e", "tf215")
    project.edit("matrix.yaml", "released: 2024-03-08}", "released: 2024-03-08, packages: [pytest]}")
    done = project.tox("run", "-e", "tf215", "--notest")
    assert done.returncode == 1
    assert "locks that do not fit matrix.yaml: tf215; update with `harness lock -e tf215`\n" in done.stdout


@pytest.mark.usefixtures("wheels")
def test_unrelated_matrix_changes_keep_locks_current(project: TinyProject) -> None:
    project.run("lock", "-e", "tf215")
    project.edit("matrix.yaml", "timeout: 60", "timeout: 61")
    project.edit("matrix.yaml", "quick: [tf215, tf216]", "quick: [tf215]")
    assert project.run("validate").returncode == 0


@pytest.mark.usefixtures("empty_lock")
def test_lock_without_digest_is_reported_and_used(project: TinyProject) -> None:
    done = project.run("validate")
    said = "locks without a digest of their inputs: tf215; `harness lock` adds it\n"
    assert (done.returncode, done.stdout.startswith(said)) == (0, True)
    assert project.run("plan", "-e", "tf215", "--format", "github").returncode == 0


def test_unresolvable_environment_does_not_stop_the_rest(project: TinyProject, index: None) -> None:
    python = f'python: "{sys.version_info.major}.{sys.version_info.minor}"'
    project.edit("matrix.yaml", 'python: "3.12"', python)
    project.edit("matrix.yaml", "released: 2024-03-08}", "released: 2024-03-08, packages: [pillow==8]}")
    done = project.run("lock", "-e", "tf*")
    assert (done.returncode, done.stdout) == (
        3,
        "tf115: not locked\ntf215: not locked\ntf216: locked\ntf216-legacy: locked\n",
    )
    first, second = done.stderr.splitlines()
    assert first.startswith("tf115: Python 3.99 is not on this machine: ")
    assert second.startswith("tf215 cannot be resolved: No solution found when resolving dependencies: Because ")
    kept = (project.root / "locks" / "tf215.failed.txt").read_text(encoding="utf-8")
    assert kept.splitlines()[-1] == second
    names = sorted(file.name for file in (project.root / "locks").iterdir())
    assert names == ["tf215.failed.txt", "tf216-legacy.txt", "tf216.txt"]  # that a machine lacks a Python is no answer


@pytest.mark.usefixtures("index")
def test_unresolvable_environment_becomes_an_env_fail_column(project: TinyProject) -> None:
    project.edit("matrix.yaml", "released: 2024-03-08}", "released: 2024-03-08, packages: [pillow==8]}")
    reason = project.run("lock", "-e", "tf215").stderr.strip()
    done = project.run("run", "-e", "tf215")
    assert done.returncode == 3
    assert f"tf215 env-fail: {reason}\n" in done.stdout
    assert not (project.root / ".tox").exists()
    column = read_column(project.root / ".harness" / "run" / "tf215.json")
    assert (column.environment.status, column.environment.reason) == ("env-fail", reason)
    assert {outcome.status for outcome in column.cells.values()} == {Status.ENV_FAIL}
    assert project.run("accept").returncode == 0
    assert project.run("run", "-e", "tf215").returncode == 3

    project.edit(
        "matrix.yaml", "pillow==8", "pillow==9"
    )  # another question: the answer to the last one says nothing of it
    asked = project.run("run", "-e", "tf215")
    said = "no lock for tf215: run `harness lock -e tf215`\n"
    assert (asked.returncode, asked.stderr) == (2, said)
    assert project.run("lock", "-e", "tf215").returncode == 0
    assert sorted(file.name for file in (project.root / "locks").iterdir()) == ["tf215.txt"]


def test_fitting_lock_survives_a_failing_index(
    project: TinyProject, index: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.run("lock", "-e", "tf215")
    before = (project.root / "locks" / "tf215.txt").read_bytes()
    monkeypatch.setitem(UPLOADED, "pillow", {})
    assert project.run("lock", "-e", "tf215").returncode == 3
    assert (project.root / "locks" / "tf215.txt").read_bytes() == before
    found = load_matrix(project.root)
    assert resolution_failure(found.environments["tf215"], found.resolve, Layout(project.root)) is None
    assert project.run("validate").returncode == 0
