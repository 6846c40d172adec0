"""What pytest only prints, and what it refuses: the last run stays as it is."""

from __future__ import annotations

import venv
from pathlib import Path

import pytest

from harness.controller.errors import Exit, UsageError
from harness.controller.project.loader import load_project
from harness.controller.worker.main import run_column
from harness.controller.worker.options import WorkerOptions
from tests.support.tiny_project import TinyProject
from tests.support.tiny_tensorflow import fill_environment

LAST_RUN = ("run", "details", "stream", "plan", "stamps", "outcomes")


class Ran:
    """A project whose environment at `prefix` was run."""

    def __init__(self, root: Path, prefix: Path) -> None:
        self.project = load_project(root)
        self.prefix = prefix
        venv.create(prefix, with_pip=False, symlinks=True)
        fill_environment(prefix)
        self.run()
        self.before = self.files()
        assert len(self.before) == len(LAST_RUN)

    def run(self, *arguments: str) -> Exit:
        environment = self.project.matrix.environments["tf215"]
        return run_column(self.project, environment, WorkerOptions.from_argv(arguments), self.prefix)

    def files(self) -> dict[Path, bytes]:
        """All that the last run left."""
        state = self.project.layout.state
        return {file: file.read_bytes() for name in LAST_RUN for file in state.glob(f"{name}/*")}


@pytest.fixture
def ran(project: TinyProject, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Ran:
    ran = Ran(project.root, tmp_path / "environment")
    capfd.readouterr()
    return ran


def test_printing_pytest_leaves_last_run_alone(ran: Ran, capfd: pytest.CaptureFixture[str]) -> None:
    for arguments, text in [
        (["--help"], "usage: pytest "),
        (["--version"], "pytest "),
        (["--markers"], "@pytest.mark.skip("),
        (["--collect-only", "-q"], "cases/snippet/version.yaml::version[keras]\n"),
        (["--co", "-k", "dense"], "2/5 tests collected"),
        (["--setup-plan"], "no tests ran"),
    ]:
        assert ran.run(*arguments) is Exit.AGREES
        printed = capfd.readouterr()
        assert text in printed.out + printed.err
        assert "not-run" not in printed.out
        assert ran.files() == ran.before


def test_refused_arguments_leave_last_run_alone(ran: Ran, capfd: pytest.CaptureFixture[str]) -> None:
    for arguments, reason in [
        (["--nosuch", "-v"], "pytest refuses these arguments: --nosuch -v (unrecognized arguments: --nosuch)"),
        (["cases/none.yaml"], "pytest refuses these arguments: cases/none.yaml (file or directory not found: {})"),
        (["-k", "nothing"], "no cell matches the pytest arguments"),
        (["--co", "-k", "nothing"], "no cell matches the pytest arguments"),
    ]:
        with pytest.raises(UsageError) as refused:
            ran.run(*arguments)
        assert str(refused.value) == f"tf215: {reason.format(arguments[0])}"
        assert capfd.readouterr() == ("", "")
        assert ran.files() == ran.before


def test_run_refuses_arguments_that_only_print(project: TinyProject) -> None:
    done = project.run("run", "-e", "tf215", "--", "--collect-only", "-k", "a and b")
    command = "tox -e ENV -- --collect-only -k 'a and b'"
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"no cell would run: `{command}` prints what pytest prints\n"
