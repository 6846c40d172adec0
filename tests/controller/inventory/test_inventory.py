"""`harness inventory` and what follows from it, on environments of a few names."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT
from tests.support.measured_project import make_measured_project
from tests.support.tiny_project import TinyProject


@pytest.fixture
def measured(project: TinyProject) -> TinyProject:
    make_measured_project(project)
    done = project.run("inventory", "-j", "1")
    assert done.returncode == 0, done.stderr + done.stdout
    return project


def inventory(project: TinyProject, name: str) -> dict[str, dict[str, dict[str, bool]]]:
    names: dict[str, dict[str, dict[str, bool]]] = json.loads(
        (project.root / ".harness" / "inventory" / f"{name}.json").read_text(encoding="utf-8")
    )["names"]
    return names


def test_every_environment_is_asked_for_all_names(measured: TinyProject) -> None:
    old, new = inventory(measured, "tf215"), inventory(measured, "tf216")
    assert old["keras.layers"]["New"] == {"import": False, "attribute": False}
    assert new["keras.layers"]["Old"] == {"import": False, "attribute": False}
    assert old["keras.layers"].keys() == new["keras.layers"].keys()


def test_unchanged_environments_are_not_measured_again(measured: TinyProject) -> None:
    done = measured.run("inventory")
    assert done.returncode == 0
    assert done.stdout == "2 of 2 environments are up to date (--fresh measures them again)\n"


def test_changed_packages_are_measured_again(measured: TinyProject) -> None:
    (packages,) = measured.root.glob(".tox/tf216/lib/*/site-packages")
    (packages / "keras" / "later.py").write_text("LATER = 1\n", encoding="utf-8")
    done = measured.run("inventory", "-e", "tf216")
    assert done.stdout.startswith("tf216: ")
    assert inventory(measured, "tf216")["keras.later"]["LATER"]["import"] is True
    done = measured.run("inventory")  # tf215 is asked for what was found in tf216
    assert next(line.partition(":")[0] for line in done.stdout.splitlines()) == "tf215"
    assert inventory(measured, "tf215")["keras.later"]["LATER"]["import"] is False


def test_measuring_again_gives_the_same_bytes(measured: TinyProject) -> None:
    files = sorted((measured.root / ".harness" / "inventory").glob("*.json"))
    before = [file.read_bytes() for file in files]
    assert measured.run("inventory", "--fresh").returncode == 0
    assert len(before) == 2
    assert [file.read_bytes() for file in files] == before


def test_modules_found_elsewhere_are_looked_into(measured: TinyProject) -> None:
    """A module that another release has is no longer passed over as an alias, and has the same names at any time."""
    (old,) = measured.root.glob(".tox/tf215/lib/*/site-packages")
    (new,) = measured.root.glob(".tox/tf216/lib/*/site-packages")
    (old / "keras" / "parts.py").write_text("class Shared: ...\n", encoding="utf-8")
    (new / "keras" / "__init__.py").write_text("from keras import layers, models\nparts = layers\n", encoding="utf-8")
    assert measured.run("inventory", "-j", "1").returncode == 0
    assert inventory(measured, "tf216")["keras.parts"]["Shared"] == {"import": False, "attribute": False}
    assert inventory(measured, "tf215")["keras.parts"]["New"] == {"import": False, "attribute": False}
    assert inventory(measured, "tf216")["keras.parts"]["New"]["attribute"] is True
    files = sorted((measured.root / ".harness" / "inventory").glob("*.json"))
    before = [file.read_bytes() for file in files]
    assert measured.run("inventory", "--fresh", "-j", "1").returncode == 0
    assert [file.read_bytes() for file in files] == before


def test_environments_that_break_are_named(measured: TinyProject) -> None:
    program = measured.root / ".tox" / "tf216" / "bin" / "python"
    program.write_text("#!/bin/sh\necho no such library\nexit 127\n", encoding="utf-8")
    (measured.root / ".harness" / "inventory" / "tf216.stamp").unlink()
    (measured.root / ".harness" / "inventory" / "tf216.json").unlink()
    done = measured.run("inventory")
    assert done.returncode == 3
    assert "tf216: not measured: no such library (log: " in done.stdout
    assert Path(measured.root / ".harness" / "inventory" / "tf216.log").exists()


def test_damaged_inventory_is_measured_again(measured: TinyProject) -> None:
    folder = measured.root / ".harness" / "inventory"
    good = (folder / "tf216.json").read_bytes()
    (folder / "tf216.json").write_text("{", encoding="utf-8")
    (folder / "tf216.stamp").unlink()
    assert measured.run("inventory", "-e", "tf216").returncode == 0
    assert (folder / "tf216.json").read_bytes() == good


def test_interrupting_ends_what_runs(measured: TinyProject, tmp_path: Path) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    program = measured.root / ".tox" / "tf216" / "bin" / "python"
    program.write_text(f"#!/bin/sh\necho $$ > {shlex.quote(str(started))}\nexec sleep 1000\n", encoding="utf-8")
    command = [sys.executable, "-m", "harness", "inventory", "--root", str(measured.root), "-e", "tf216", "--fresh"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        child = int(started.read_text(encoding="ascii"))  # waits until it is written
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
    assert not Path(f"/proc/{child}/cmdline").exists()


PLUGIN = """\
from pathlib import Path

from harness.kinds import Plugin

PLUGIN = Plugin("stranger", (), hooks=[Path(__file__).with_name("wrappers.py")])
"""


def test_hook_of_a_plugin_looks_through_wrappers(measured: TinyProject) -> None:
    (packages,) = measured.root.glob(".tox/tf215/lib/*/site-packages")
    text = "class Traced:\n    def __init__(self, target): self.target = target\n\n@Traced\ndef step(x, y=1): pass\n"
    (packages / "keras" / "tracing.py").write_text(text, encoding="utf-8")
    assert measured.run("inventory").returncode == 0
    assert measured.run("migrate").returncode == 0
    measured.edit("matrix.yaml", "plugins: [keras]", "plugins: [keras, stranger.py]")
    (measured.root / "stranger.py").write_text(PLUGIN, encoding="utf-8")
    hook = "def unwrap(value):\n    return value.target if type(value).__name__ == 'Traced' else value\n"
    (measured.root / "wrappers.py").write_text(hook, encoding="utf-8")
    done = measured.run("inventory")
    assert {line.partition(":")[0] for line in done.stdout.splitlines()} == {"tf215", "tf216"}, done.stdout
    assert measured.run("accept").returncode == 0
    (signature,) = json.loads(measured.run("api", "keras.tracing.step", "--json").stdout)["signatures"]
    assert signature == {"text": "(x, y=1)", "ranges": [["2.15", "2.15"]]}
    measured.edit("wrappers.py", "return value.target", "return value.targets")
    done = measured.run("inventory", "-e", "tf215")
    assert done.returncode == 3
    said = "the hook unwrap of a plugin raised: keras.tracing.step: AttributeError: 'Traced' object has no attribute"
    assert f"tf215: not measured: {said} 'targets'" in done.stdout
