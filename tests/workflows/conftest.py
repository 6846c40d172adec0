from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support import ROOT
from tests.support.hosted_service import Service

# Keeps every call and the text that it hands on. What is open is in open.json beside it, by kind: `issue`, `pr`.
GH = f"""\
#!{sys.executable}
import json, pathlib, sys
folder, words = pathlib.Path(__file__).parent, sys.argv[1:]
body = words[words.index("--body-file") + 1] if "--body-file" in words else None
call = {{"words": words, "body": pathlib.Path(body).read_text(encoding="utf-8") if body else None}}
with open(folder / "gh.jsonl", "a", encoding="utf-8") as file:
    file.write(json.dumps(call) + "\\n")
if words[1] == "list":
    print(json.dumps(json.loads((folder / "open.json").read_text(encoding="utf-8")).get(words[0], [])))
"""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Programs that only a hosted machine has: `gh`, and an `apt-get` to which everything is installed already."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name, text in {"gh": GH, "apt-get": "#!/bin/sh\n", "sudo": '#!/bin/sh\nexec "$@"\n'}.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    (folder / "open.json").write_text("{}", encoding="utf-8")
    return folder


@pytest.fixture
def told(programs: Path) -> Callable[[], list[dict[str, Any]]]:
    """The calls of `gh` so far."""

    def told() -> list[dict[str, Any]]:
        file = programs / "gh.jsonl"
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []

    return told


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """This work tree as a repository of its own, not committed yet."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    folder = tmp_path / "repository"
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture
def commit(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Commit all of it on main."""
    for name, value in {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}.items():
        monkeypatch.setenv(name, value)

    def commit() -> None:
        who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        for words in (["init", "--quiet", "--initial-branch", "main"], ["add", "--all"], [*who, "commit", "-qm", "x"]):
            subprocess.run(["git", *words], cwd=repository, check=True)

    return commit


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that all jobs of all tests have to themselves, one after the other."""
    return tmp_path_factory.mktemp("service")


@pytest.fixture
def service(machine: Path, repository: Path, programs: Path) -> Callable[[str], Service]:
    """A hosted service for one of the repository's workflows."""

    def service(workflow: str) -> Service:
        read = yaml.safe_load((ROOT / ".github" / "workflows" / workflow).read_text(encoding="utf-8"))
        return Service(repository, machine, programs, read)

    return service
