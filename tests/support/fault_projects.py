"""Small projects in which faults are caused: real tox and real uv, with wheels that are built and served here."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.controller.results.documents import Column, read_column
from tests.support import ROOT
from tests.support.tiny_tensorflow import PYTEST

PYTHON = "{}.{}".format(*sys.version_info)
FAULTY, SOUND = "tf215", "tf216"

MATRIX = f"""\
schema: 1
limits: {{timeout: 60, output: 65536}}
resolve:
  days_after_release: 14
  packages: [pillow]
  runner: {{packages: [pytest, PyYAML], dependencies: [pluggy], as_of: 2026-11-01}}
paths:
  tensorflow.keras: from
  tf.keras: attribute
  keras: from
environments:
  tf215: {{tensorflow: 2.15.1, python: "{PYTHON}", distribution: tensorflow-cpu, released: 2024-03-08}}
  tf216: {{tensorflow: 2.16.2, python: "{PYTHON}", distribution: tensorflow-cpu, released: 2024-06-28}}
groups:
  both: [tf215, tf216]
default: both
"""

CASE = """\
id: {id}
kind: snippet
title: The path has a version
code: |
  import KERAS as keras
  import time

  # call
  time.sleep({seconds})
  assert keras.__version__ == "2.15.0", keras.__version__
"""

TENSORFLOW = {
    "tensorflow/__init__.py": "from tensorflow import keras\n",
    "tensorflow/keras/__init__.py": "__version__ = '2.15.0'\n",
}


def build_wheel(folder: Path, version: str, other: Mapping[str, str] | None = None) -> Path:
    """A TensorFlow of a few lines, with the pytest of these tests. `other` are texts of files by their names,
    among them `METADATA` and `RECORD`, that are added or stand in the place of what they should be."""
    described = {
        "METADATA": f"Metadata-Version: 2.1\nName: tensorflow-cpu\nVersion: {version}\n",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "entry_points.txt": "[console_scripts]\npytest = pytest:console_main\n",
    }
    texts = TENSORFLOW | PYTEST | described | dict(other or {})
    info = f"tensorflow_cpu-{version}.dist-info"
    files = {f"{info}/{name}" if name in (*described, "RECORD") else name: text for name, text in texts.items()}
    rows = [f"{name},sha256={_digest(text)},{len(text)}\n" for name, text in files.items()]
    files.setdefault(f"{info}/RECORD", f"{''.join(rows)}{info}/RECORD,,\n")
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"tensorflow_cpu-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return wheel


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


@dataclass(repr=False)
class Project:
    """A project below `root` with two environments; `variables` are those that its processes have beside our own."""

    root: Path
    cases: dict[str, float] = field(default_factory=lambda: {"version": 0.0})  # their ids, and how long they take
    variables: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.root / "cases" / "snippet").mkdir(parents=True)
        (self.root / "locks").mkdir()
        (self.root / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
        for name, seconds in self.cases.items():
            text = CASE.format(id=name, seconds=seconds)
            (self.root / "cases" / "snippet" / f"{name}.yaml").write_text(text, encoding="utf-8")
        for name in ("tox.ini", "toxfile.py"):
            shutil.copy(ROOT / name, self.root)
        # tox passes it on to all that it starts: by it they are told from those of other projects.
        self.variables["XDG_CACHE_HOME"] = str(self.root / "cache")

    def lock(self, environment: str, text: str) -> None:
        (self.root / "locks" / f"{environment}.txt").write_text(text, encoding="utf-8")

    def lock_wheel(self, environment: str, wheel: Path, sha256: str = "", version: str = "") -> None:
        """Lock the environment to a wheel of the index; with another hash or version than it has."""
        sha256 = sha256 or hashlib.sha256(wheel.read_bytes()).hexdigest()
        version = version or wheel.name.split("-")[1]
        self.lock(environment, f"tensorflow-cpu=={version} --hash=sha256:{sha256}\n")

    def lock_file(self, environment: str, wheel: Path) -> None:
        """Lock the environment to a wheel on this machine, for which no index is asked."""
        sha256 = hashlib.sha256(wheel.read_bytes()).hexdigest()
        self.lock(environment, f"tensorflow-cpu @ {wheel.as_uri()} --hash=sha256:{sha256}\n")

    def environment(self) -> dict[str, str]:
        """The variables of a run: nothing of a tox or a terminal that these tests run in."""
        dropped = ("TOX", "UV_", "PYTEST_", "COLUMNS", "FORCE_COLOR")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        path = f"{sys.base_prefix}/bin{os.pathsep}{inherited['PATH']}"
        return inherited | {"PATH": path} | self.variables

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", "harness", "run"]

    def run(self, within: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        """`harness run` to its end, below another command if there is one."""
        return self.execute([*within, *self.command])

    def execute(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """A command in the project; what it says on standard error is in its output."""
        return subprocess.run(
            command,
            cwd=self.root,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=600,
        )

    def column(self, environment: str) -> Column:
        """What the last run left of an environment."""
        return read_column(self.root / ".harness" / "run" / f"{environment}.json")

    def log(self, environment: str) -> str:
        """What the last run of an environment printed."""
        return (self.root / ".harness" / "logs" / f"{environment}.log").read_text(encoding="utf-8")

    def alive(self) -> list[int]:
        """The processes of this project, directly started or not, that have not ended."""
        mark = f"\0XDG_CACHE_HOME={self.variables['XDG_CACHE_HOME']}\0".encode()
        return [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and mark in _variables_of(entry)]


def _variables_of(process: str) -> bytes:
    try:
        return b"\0" + Path("/proc", process, "environ").read_bytes()
    except OSError:  # it ended, or is somebody else's
        return b""
