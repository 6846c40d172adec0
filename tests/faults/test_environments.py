"""Environments that cannot be made or imported: each is a column of `env-fail` with its reason, and is made again."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from harness.contract.statuses import Status
from harness.controller.environments.interpreters import missing_interpreter
from tests.support.fault_projects import FAULTY, PYTHON, SOUND, Project, build_wheel
from tests.support.package_index import PackageIndex, serving

PAGE = "/packages/tensorflow-cpu/"
VERSION = "2.15.1"
FILE = f"/files/tensorflow_cpu-{VERSION}-py3-none-any.whl"
FETCH = "install_deps: failed to fetch from the package index: "
DOWNLOAD = f"install_deps: Failed to download `tensorflow-cpu=={VERSION}`: "
EXTRACT = f"{DOWNLOAD}Failed to extract archive: {Path(FILE).name}: Invalid zip file structure: "


@pytest.fixture
def index() -> Iterator[PackageIndex]:
    with serving() as index:
        yield index


@pytest.fixture
def project(tmp_path: Path, index: PackageIndex) -> Project:
    """A project in which one environment is installed from the index, and the other from a file."""
    project = Project(tmp_path / "project")
    # uv's own settings reach it through tox: a test need not wait as long as a person would.
    project.variables |= {"UV_DEFAULT_INDEX": index.address, "UV_HTTP_TIMEOUT": "3", "UV_HTTP_RETRIES": "0"}
    project.lock_file(SOUND, build_wheel(tmp_path, "2.16.2"))
    offer(project, index, build_wheel(tmp_path, VERSION))
    return project


def offer(project: Project, index: PackageIndex, wheel: Path) -> None:
    """Put the wheel into the index, and into the lock."""
    index.instead[PAGE] = (200, "text/html", f'<!DOCTYPE html><a href="{FILE}">{wheel.name}</a>'.encode())
    index.instead[FILE] = (200, "application/zip", wheel.read_bytes())
    project.lock_wheel(FAULTY, wheel)


def statuses(project: Project, environment: str) -> set[Status]:
    return {outcome.status for outcome in project.column(environment).cells.values()}


def fails(project: Project, reason: str, tail: str, within: Sequence[str] = ()) -> None:
    """A run gives `env-fail` with the reason, shows where its log is and how it ends, and the other goes on."""
    done = project.run(within)
    log = project.root / ".harness" / "logs" / f"{FAULTY}.log"
    assert done.returncode == 3, done.stdout
    assert project.column(FAULTY).environment.reason == reason
    assert statuses(project, FAULTY) == {Status.ENV_FAIL}
    assert statuses(project, SOUND) == {Status.PASS, Status.ABSENT}
    _, said, shown = done.stdout.partition(f"\n{FAULTY} env-fail: {reason} (log: {log})\n")
    assert said, done.stdout
    assert tail in "".join(line for line in shown.splitlines(keepends=True) if line.startswith("  "))
    assert tail in log.read_text(encoding="utf-8")
    assert "Traceback" not in done.stdout


def half_made(project: Project) -> bool:
    return (project.root / ".tox" / FAULTY).exists()


def recovers(project: Project) -> None:
    """The next run makes the environment anew."""
    done = project.run()
    assert done.returncode == 0, done.stdout
    assert statuses(project, FAULTY) == statuses(project, SOUND) == {Status.PASS, Status.ABSENT}


def test_missing_network_fails_then_recovers(project: Project, index: PackageIndex) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        address = f"http://127.0.0.1:{gone.getsockname()[1]}/index"
    project.variables["UV_DEFAULT_INDEX"] = address
    fails(project, f"{FETCH}Connection refused (os error 111)", "tcp connect error")
    assert not half_made(project)
    project.variables["UV_DEFAULT_INDEX"] = index.address
    recovers(project)


@pytest.mark.parametrize(
    ("variables", "cause"),
    [
        ({"UV_OFFLINE": "1"}, ""),
        (
            {"UV_PYTHON_INSTALL_MIRROR": "http://{gone}"},
            " (uv could not download it: Connection refused (os error 111))",
        ),
    ],
    ids=["offline", "no network"],
)
def test_a_missing_python_without_network(
    project: Project, tmp_path: Path, variables: dict[str, str], cause: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        gone = f"127.0.0.1:{closed.getsockname()[1]}"
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / f"python{PYTHON}").symlink_to(Path(sys.base_prefix, "bin", f"python{PYTHON}"))
    project.variables |= {name: value.format(gone=gone) for name, value in variables.items()}
    project.variables |= {"PATH": str(programs), "PYENV_ROOT": str(tmp_path), "UV_PYTHON_INSTALL_DIR": str(tmp_path)}
    missing = "3.12" if PYTHON != "3.12" else "3.13"  # uv has downloads of both
    matrix = project.root / "matrix.yaml"
    text = matrix.read_text(encoding="utf-8")
    matrix.write_text(text.replace(f'python: "{PYTHON}"', f'python: "{missing}"', 1), encoding="utf-8")
    fails(project, f"venv: {missing_interpreter(missing)}{cause}", missing)
    assert not half_made(project)


def test_code_is_tried_in_environments_that_are_made(project: Project, index: PackageIndex) -> None:
    index.instead[PAGE] = (500, "text/plain", b"out of order")
    done = project.execute([sys.executable, "-m", "harness", "try", "import tensorflow.keras", "-g", "both"])
    assert done.returncode == 3, done.stdout
    assert "\n2.16  pass\n" in done.stdout
    assert (
        f"{FAULTY}: cannot be made: {FETCH}HTTP status server error (500 Internal Server Error) (log: " in done.stdout
    )
    assert not half_made(project)


@pytest.mark.parametrize("address", [PAGE, FILE], ids=["page", "file"])
def test_an_index_that_answers_500(project: Project, index: PackageIndex, address: str) -> None:
    whole = index.instead[address]
    index.instead[address] = (500, "text/plain", b"out of order")
    fails(project, f"{FETCH}HTTP status server error (500 Internal Server Error)", "HTTP status server error")
    assert not half_made(project)
    index.instead[address] = whole
    recovers(project)


def test_an_index_that_hangs(project: Project, index: PackageIndex) -> None:
    index.hangs = True
    fails(project, f"{FETCH}error sending request: operation timed out", "operation timed out")
    assert not half_made(project)
    index.hangs = False
    recovers(project)


def test_a_hash_that_does_not_match(project: Project, tmp_path: Path) -> None:
    wheel = tmp_path / Path(FILE).name
    project.lock_wheel(FAULTY, wheel, sha256="0" * 64)
    fails(project, f"{DOWNLOAD}Hash mismatch for `tensorflow-cpu=={VERSION}`", f"sha256:{'0' * 64}")
    assert not half_made(project)
    project.lock_wheel(FAULTY, wheel)
    recovers(project)


def test_a_version_that_there_is_not(project: Project, tmp_path: Path) -> None:
    wheel = tmp_path / Path(FILE).name
    project.lock_wheel(FAULTY, wheel, version="2.15.99")
    missing = "there is no version of tensorflow-cpu==2.15.99"
    fails(project, f"install_deps: No solution found when resolving dependencies: {missing}", missing)
    assert not half_made(project)
    project.lock_wheel(FAULTY, wheel)
    recovers(project)


def not_a_zip(wheel: Path) -> None:
    wheel.write_text("<html>Please log in</html>" * 100, encoding="utf-8")


def cut(wheel: Path) -> None:
    wheel.write_bytes(wheel.read_bytes()[:-100])


def without_metadata(wheel: Path) -> None:
    build_wheel(wheel.parent, VERSION, {"METADATA": "nonsense"})


def without_record(wheel: Path) -> None:
    build_wheel(wheel.parent, VERSION, {"RECORD": 'nonsense,"'})


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (not_a_zip, f"{EXTRACT}Encountered an unexpected header (actual: 0x…, expected: 0x…)"),
        (cut, f"{EXTRACT}unable to locate the end of central directory record"),
        (
            without_metadata,
            f"install_deps: Failed to install: {Path(FILE).name} (tensorflow-cpu=={VERSION}):"
            " The wheel is invalid: Metadata field Name not found",
        ),
        (
            without_record,
            f"{DOWNLOAD}`RECORD` file is invalid: CSV deserialize error: record 0 (line: 1, byte: 0):"
            " invalid length 2, expected struct RecordEntry with 3 elements",
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_broken_wheel(
    project: Project, index: PackageIndex, tmp_path: Path, spoil: Callable[[Path], None], reason: str
) -> None:
    spoil(tmp_path / Path(FILE).name)
    offer(project, index, tmp_path / Path(FILE).name)
    fails(project, reason, "error: Failed to ")
    assert not half_made(project)
    offer(project, index, build_wheel(tmp_path, VERSION))
    recovers(project)


# The processor is given an instruction that there is not, on x86-64 and on ARM, as by a build for a newer one.
ILLEGAL = """\
import ctypes
import mmap

page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(b"\\x0f\\x0b\\x00\\x00")
ctypes.CFUNCTYPE(None)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
"""


def test_illegal_instruction_during_import_is_reported(project: Project, index: PackageIndex, tmp_path: Path) -> None:
    offer(project, index, build_wheel(tmp_path, VERSION, {"tensorflow/__init__.py": ILLEGAL}))
    reason = "importing tensorflow ended the process: SIGILL"
    fails(project, reason, f"env-fail: {reason}")
    offer(project, index, build_wheel(tmp_path, VERSION))
    recovers(project)


# In a file system of its own, too small for the environment that is installed first and large enough for the other.
ON_A_SMALL_DISK = """\
mkdir .tox && mount -t tmpfs -o size=4m none .tox || exit 99
"$@" -j 1
code=$?
test -e .tox/tf215 && exit 98
exit $code
"""
SMALL_DISK = ["unshare", "-Urm", "sh", "-c", ON_A_SMALL_DISK, "sh"]


def test_a_disk_that_fills_during_the_install(project: Project, index: PackageIndex, tmp_path: Path) -> None:
    if shutil.which("unshare") is None:
        pytest.skip("there is no unshare")
    mounts = subprocess.run([*SMALL_DISK, "true"], cwd=tmp_path, capture_output=True, text=True, check=False)
    if mounts.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounts.stderr}")
    weights = {f"tensorflow/weights/{number}": "0" * 1_000_000 for number in range(30)}
    offer(project, index, build_wheel(tmp_path, VERSION, weights))
    fails(project, "install_deps: No space left on device (os error 28)", "No space left on device", within=SMALL_DISK)
    offer(project, index, build_wheel(tmp_path, VERSION))
    recovers(project)


def test_tox_rebuilds_killed_installation(project: Project, index: PackageIndex, tmp_path: Path) -> None:
    weights = f"weights = '{'0' * 30_000_000}'\nfrom tensorflow import keras\n"
    offer(project, index, build_wheel(tmp_path, VERSION, {"tensorflow/__init__.py": weights}))
    assert project.run().returncode == 0  # and uv's cache has it
    packages = project.root / ".tox" / FAULTY / "lib" / f"python{PYTHON}" / "site-packages"
    whole = sorted(packages.rglob("*.*"))
    shutil.rmtree(project.root / ".tox" / FAULTY)
    project.variables["UV_LINK_MODE"] = "copy"
    tox = [sys.executable, "-m", "tox", "run", "-e", FAULTY]
    killed = project.execute(["sh", "-c", 'ulimit -f 20000 && "$@"', "sh", *tox])  # who writes more is killed
    assert f"{FAULTY}: exit -{signal.SIGXFSZ.value} " in killed.stdout
    assert (packages / f"tensorflow_cpu-{VERSION}.dist-info" / "METADATA").exists()  # for uv it is installed
    assert not (packages / "tensorflow" / "__init__.py").exists()
    done = project.execute(tox)
    assert done.returncode == 0, done.stdout
    assert sorted(packages.rglob("*.*")) == whole
