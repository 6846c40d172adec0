"""What goes wrong around the cells: broken environments, processes that are killed, sessions that are cut short."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.contract.statuses import Status
from harness.runner.isolation import BrokenEnvironment, Fork, Isolation, Spawn
from tests.support.runner_projects import ISOLATIONS, Project, Ran, snippet, wait_until

BROKEN = {
    "nosuchtensorflow": (None, "ModuleNotFoundError: No module named 'nosuchtensorflow'"),
    "badly_built": (
        "raise TypeError('Descriptors cannot be\\ncreated directly')",
        "TypeError: Descriptors cannot be\ncreated directly",
    ),
    "crashing": ("import os\nos.abort()", "importing crashing ended the process: SIGABRT"),
    "dying": (
        "import os\nos.write(2, b'2026-01-02 03:04:05.678: F No AVX here\\n\\n')\nos.kill(os.getpid(), 4)",
        "importing dying ended the process: SIGILL: F No AVX here",
    ),
    "leaving": ("import os\nos._exit(7)", "importing leaving ended the process: exit code 7"),
}
LONG = """
import os, subprocess, time
subprocess.Popen(["sleep", "60"])
subprocess.Popen(["sleep", "60"], start_new_session=True)
open(os.environ["RUNNER_TEST"] + "/started", "w").close()
time.sleep(60)
"""


def broken(folder: Path, module: str, isolation: str, *arguments: str) -> Ran:
    text = BROKEN[module][0]
    packages = {} if text is None else {module + ".py": text}
    cases = {"one": snippet("", "json", "xml"), "two": snippet("")}
    return Project(folder, cases, packages, isolation, preload=[module]).run(*arguments)


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("module", BROKEN)
def test_environment_failing_to_import_ends_session(tmp_path: Path, isolation: str, module: str) -> None:
    ran = broken(tmp_path, module, isolation)
    assert ran.lines == [{"environment_failure": BROKEN[module][1]}]
    assert ran.code == 2
    assert f"{module} cannot be imported: " in ran.printed


def test_every_worker_finds_the_environment_broken(tmp_path: Path) -> None:
    ran = broken(tmp_path, "nosuchtensorflow", "fork", "-n", "2")
    assert ran.recorded == []
    assert {line["environment_failure"] for line in ran.lines} == {BROKEN["nosuchtensorflow"][1]}


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_killed_session_leaves_only_finished_records(tmp_path: Path, isolation: str) -> None:
    project = Project(tmp_path, {"a": snippet(""), "long": snippet(LONG)}, isolation=isolation)
    with project.start() as process:
        assert wait_until((tmp_path / "started").exists)
        assert project.alive()
        process.kill()
    assert project.all_ended()
    assert [line["record"]["outcome"]["case"] for line in project.lines()] == ["a"]


@pytest.mark.parametrize(("isolation", "depth"), [("fork", 1), ("fork", 2), ("fork", 3), ("spawn", 1), ("spawn", 2)])
def test_whichever_process_is_killed_none_is_left(tmp_path: Path, isolation: str, depth: int) -> None:
    """The first below pytest starts the cells, the last is the cell, and that has a child with a session of its own."""
    project = Project(tmp_path, {"long": snippet(LONG, timeout=3), "z": snippet("")}, isolation=isolation)
    process = project.start()
    assert wait_until((tmp_path / "started").exists)
    killed = process.pid
    for _ in range(depth):
        killed = below(killed)[-1]
    os.kill(killed, signal.SIGKILL)
    ran = project.finish(process)
    assert ran.outcome("long").status in (Status.TIMEOUT, Status.CRASH)
    assert ran.outcome("z").status is Status.PASS
    assert project.all_ended()


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_an_interrupted_session_ends_in_order(tmp_path: Path, isolation: str) -> None:
    project = Project(tmp_path, {"a": snippet(""), "long": snippet(LONG), "z": snippet("")}, isolation=isolation)
    process = project.start()
    assert wait_until((tmp_path / "started").exists)
    process.send_signal(signal.SIGINT)
    ran = project.finish(process)
    assert (ran.code, ran.recorded) == (2, [("a", "json")])
    assert project.all_ended()
    assert project.temporary == []


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_emptied_temporary_folder_gives_an_error(tmp_path: Path, isolation: str) -> None:
    emptied = f"import os, shutil; shutil.rmtree({str(tmp_path / 'tmp')!r}, True); os.mkdir({str(tmp_path / 'tmp')!r})"
    project = Project(tmp_path, {"a": snippet(""), "b": snippet(emptied), "c": snippet("")}, isolation=isolation)
    ran = project.run()
    assert ran.outcome("a").status is Status.PASS
    outcome = ran.outcome("b")
    assert (outcome.status, outcome.error) == (Status.ERROR, "FileNotFoundError")
    assert outcome.message == "the folder for temporary files was emptied while the cell ran"
    assert ran.outcome("c").status is Status.PASS


@pytest.fixture(params=[Fork, Spawn], ids=ISOLATIONS)
def isolation(request: pytest.FixtureRequest) -> Iterator[Isolation]:
    started = request.param(["json"])
    yield started
    started.close()
    assert not os.path.exists(started.home.path)


@pytest.fixture
def fork() -> Iterator[Fork]:
    started = Fork(["json"])
    yield started
    started.close()


def request_of(folder: Path, code: str, path: str = "json") -> dict[str, Any]:
    script = folder / "script.py"
    script.write_text(code, encoding="utf-8")
    own: dict[str, Any] = {
        "script": str(script),
        "directory": str(folder),
        "variables": {},
        "arguments": [],
        "path": [path, "from", path.split(".")[0]],
    }
    return {**own, "limits": [20, 1_000_000, 10**9, 20], "patience": 60}


def passes(isolation: Isolation, folder: Path, code: str = "# call\nassert True\n", path: str = "json") -> bool:
    reply = isolation.run(request_of(folder, code, path))
    return (reply["code"], reply["lines"][-1]) == (0, {"end": True, "warnings": []})


def below(pid: int) -> list[int]:
    """The children of a process."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def server_of(fork: Fork) -> int:
    assert fork._process is not None
    return fork._process.pid


def test_a_killed_server_is_started_anew(tmp_path: Path, fork: Fork) -> None:
    assert passes(fork, tmp_path)
    killed = server_of(fork)
    os.kill(killed, signal.SIGKILL)
    assert passes(fork, tmp_path)
    assert server_of(fork) != killed


def test_a_killed_path_process_is_replaced(tmp_path: Path, fork: Fork) -> None:
    assert passes(fork, tmp_path, path="json")
    assert passes(fork, tmp_path, path="xml")
    first, second = below(server_of(fork))
    os.kill(first, signal.SIGKILL)
    assert all(passes(fork, tmp_path, path=path) for path in ("json", "xml", "json"))
    assert len(below(server_of(fork))) == 2
    assert second in below(server_of(fork))
    assert first not in below(server_of(fork))


def test_cell_killing_its_parent_once_passes(tmp_path: Path, fork: Fork) -> None:
    mark = tmp_path / "mark"
    code = f"""import os, time
if not os.path.exists({str(mark)!r}):
    open({str(mark)!r}, "w").close()
    os.kill(os.getppid(), 9)
    time.sleep(20)
"""
    assert passes(fork, tmp_path, code)


def test_cell_always_killing_its_parent_is_reported(tmp_path: Path, fork: Fork) -> None:
    with pytest.raises(EOFError, match="died twice"):
        fork.run(request_of(tmp_path, "import os, time\nos.kill(os.getppid(), 9)\ntime.sleep(20)"))
    assert passes(fork, tmp_path)


def test_each_path_keeps_one_process(tmp_path: Path, fork: Fork) -> None:
    for path in ("json", "xml", "json", "nosuchkeras", "xml"):
        assert passes(fork, tmp_path, path=path)
    server = server_of(fork)
    assert [len(below(child)) for child in below(server)] == [0, 0]
    fork.close()
    assert not Path(f"/proc/{server}").exists()


def test_cell_has_only_its_own_descriptors(tmp_path: Path, isolation: Isolation) -> None:
    assert passes(isolation, tmp_path, path="xml")
    code = "import os\n# check\nopen_ones = os.listdir('/proc/self/fd')\nassert len(open_ones) == 5, open_ones\n"
    for path in ("xml", "json", "nosuchkeras"):
        assert passes(isolation, tmp_path, code, path), path  # 0, 1, 2, its report, and the folder just listed


def test_broken_environment_is_reported_before_scripts(tmp_path: Path) -> None:
    for isolation in (Fork(["nosuchtensorflow"]), Spawn(["nosuchtensorflow"])):
        with pytest.raises(BrokenEnvironment, match="No module named 'nosuchtensorflow'"):
            isolation.run(request_of(tmp_path, f"open({str(tmp_path / 'ran')!r}, 'w')\nimport json"))
        isolation.close()
    assert not (tmp_path / "ran").exists()
