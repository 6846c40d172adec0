"""harness.tox, the stable entry of a toxfile.py, and the module that had its place before 0.2.0."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from importlib import import_module, metadata, reload
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from harness import tox as entry
from harness.controller.environments import tox_plugin
from tests.support import ROOT
from tests.support.tiny_tensorflow import fill_environment

OLD_PROJECT = ROOT / "tests" / "support" / "project_of_0_1"  # as `harness init` of 0.1.0 wrote it
LOADED = "import sys, harness.tox; print(*sorted({name.split('.')[0] for name in sys.modules}))"

WITHOUT = """
import sys, tox.plugin, tox.session.state, tox.config.sets, tox.tox_env.api
for name in [name for name in sys.modules if name.split(".")[0] == {module!r}]:
    del sys.modules[name]

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            raise ModuleNotFoundError(name=name)

sys.meta_path.insert(0, Missing())
import toxfile
print(toxfile.tox_extend_envs(), toxfile.tox_add_core_config(None, None))
"""


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=os.environ | {"TOX_COLORED": "no", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def packages_that_come_with(name: str) -> set[str]:
    """A distribution and all that it requires on this Python."""
    found: set[str] = set()
    waiting = [canonicalize_name(name)]
    while waiting:
        current = waiting.pop()
        if current in found:
            continue
        found.add(current)
        requirements = map(Requirement, metadata.requires(current) or ())
        waiting += [canonicalize_name(r.name) for r in requirements if not r.marker or r.marker.evaluate({"extra": ""})]
    return found


def value_in_toxfile(name: str) -> object:
    for node in ast.parse((ROOT / "toxfile.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            return ast.literal_eval(node.value)
    raise AssertionError(f"toxfile.py has no {name}")


@pytest.fixture
def old_project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(OLD_PROJECT, tmp_path / "old project"))


def test_stable_names_come_from_the_plugin() -> None:
    assert entry.__all__ == ["configure", "names", "prefer_interpreter", "resolve"]
    assert all(getattr(entry, name) is getattr(tox_plugin, name) for name in entry.__all__)


def test_old_module_warns_and_keeps_names() -> None:
    with pytest.warns(DeprecationWarning, match=r"harness.controller.toxenvs is now harness.tox"):
        old = reload(sys.modules.get("harness.controller.toxenvs") or import_module("harness.controller.toxenvs"))
    assert (old.names, old.configure, old.resolve) == (entry.names, entry.configure, entry.resolve)


def test_old_project_lists_its_environments(old_project: Path) -> None:
    assert "from harness.controller import toxenvs\n" in (old_project / "toxfile.py").read_text(encoding="utf-8")
    listed = run("-m", "tox", "list", "--no-desc", cwd=old_project)
    assert (listed.returncode, listed.stdout.split()) == (0, ["tf215", "tf216", "tf221"]), listed.stderr
    done = run("-m", "tox", "config", "-e", "all", "-k", "env_name", cwd=old_project)
    assert done.stdout.count("env_name = ") == 3, done.stdout + done.stderr


def test_a_project_of_0_1_is_valid(old_project: Path) -> None:
    done = run("-m", "harness", "validate", cwd=old_project)
    assert (done.returncode, done.stdout) == (0, "3 environments, 4 import paths, 1 cases: valid\n"), done.stderr


def test_a_project_of_0_1_runs(old_project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{sys.base_prefix}/bin{os.pathsep}{os.environ['PATH']}")
    version = f'"{sys.version_info.major}.{sys.version_info.minor}"'
    matrix = old_project / "matrix.yaml"
    matrix.write_text(matrix.read_text(encoding="utf-8").replace('"3.11"', version), encoding="utf-8")
    (old_project / "locks").mkdir()
    (old_project / "locks" / "tf215.txt").write_text("# nothing\n", encoding="utf-8")
    made = run("-m", "tox", "run", "-e", "tf215", "--notest", cwd=old_project)
    assert made.returncode == 0, made.stdout
    fill_environment(old_project / ".tox" / "tf215")
    done = run("-m", "tox", "run", "-e", "tf215", cwd=old_project)
    assert "tf215: OK" in done.stdout, done.stdout + done.stderr
    assert (old_project / ".harness" / "run" / "tf215.json").is_file()


def test_toxfile_requirements_cover_modules_beyond_tox() -> None:
    """tox loads it before it has installed anything else: an import that fails there must be one that it expects."""
    done = run("-c", LOADED, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    of_module = metadata.packages_distributions()
    loaded = set(done.stdout.split()) & set(of_module)
    brought = packages_that_come_with("tox") - {"packaging"}  # which only some releases of tox bring
    ours = {name for name in loaded if not brought & {canonicalize_name(one) for one in of_module[name]}}
    assert {"yaml", "uv"} <= ours
    assert ours - {"harness"} <= set(value_in_toxfile("REQUIREMENTS"))  # type: ignore[call-overload]


@pytest.mark.parametrize("module", ["yaml", "packaging", "uv"])
def test_without_a_requirement_the_toxfile_registers_nothing(tmp_path: Path, module: str) -> None:
    assert module in value_in_toxfile("REQUIREMENTS")  # type: ignore[operator]
    shutil.copy(ROOT / "toxfile.py", tmp_path)
    code = WITHOUT.format(module=module)
    done = run("-c", code, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "() None\n"), done.stderr
