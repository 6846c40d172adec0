"""benchmarks/goldens.py on a small clone with goldens, against documents of a small inventory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.goldens import golden_names
from harness.controller.api.document import API_SCHEMA
from tests.support import ROOT

GOLDENS = {
    "tensorflow.keras.pbtxt": """\
path: "tensorflow.keras"
tf_module {
  member {
    name: "layers"
    mtype: "<type 'module'>"
  }
}
""",
    "tensorflow.keras.layers.pbtxt": """\
path: "tensorflow.keras.layers"
tf_module {
  member {
    name: "Dense"
    mtype: "<type 'type'>"
  }
  member_method {
    name: "lost"
    argspec: "args=[\\'config\\'], varargs=None, keywords=None, defaults=None"
  }
}
""",
    "tensorflow.keras.layers.-dense.pbtxt": """\
path: "tensorflow.keras.layers.Dense"
tf_class {
  member_method {
    name: "build"
    argspec: "args=[\\'self\\'], varargs=None, keywords=None, defaults=None"
  }
}
""",
}
DOCUMENT = f"""{{"schema": {API_SCHEMA}, "root": "ROOT", "visibility": "public",
"environments": [{{"id": "tf26", "release": "2.6", "variant": false, "measured": "measured", "version": "2.6.0"}}],
"patterns": [{{"ranges": [], "variants": []}}, {{"ranges": [["2.6", "2.6"]], "variants": []}}],
"homes": [], "methods": [], "signatures": [],
"names": {{"": {{"import": 1, "attribute": 1}}, "layers": {{"import": 1, "attribute": 1}},
"layers.Dense": {{"import": 1, "attribute": 1}}, "layers.More": {{"import": 0, "attribute": 1}},
"layers.sys": {{"import": 1, "attribute": 1, "visibility": "leaked"}}}}}}
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "clone" / "golden" / "v2"
    folder.mkdir(parents=True)
    for name, text in GOLDENS.items():
        (folder / name).write_text(text, encoding="utf-8")
    author = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for command in (["init", "--quiet"], ["add", "."], [*author, "commit", "--quiet", "-m", "x"], ["tag", "v2.6.0"]):
        subprocess.run(["git", *command], cwd=tmp_path / "clone", check=True)
    return tmp_path / "clone"


def test_names_of_modules_are_read(clone: Path) -> None:
    assert golden_names(clone, "v2.6.0", "golden/v2") == {"layers", "layers.Dense", "layers.lost"}
    assert golden_names(clone, "v9.9.9", "golden/v2") == set()


def test_lost_and_further_names_are_printed(clone: Path, tmp_path: Path) -> None:
    api = tmp_path / "results" / "api"
    api.mkdir(parents=True)
    for root in ("keras", "tensorflow.keras", "tensorflow.compat.v1.keras"):
        (api / f"{root}.json").write_text(DOCUMENT.replace("ROOT", root), encoding="utf-8")
    arguments = [str(clone), "--files", "golden", "--package", "keras", "--results", str(tmp_path / "results")]
    command = [sys.executable, "-m", "benchmarks.goldens", *arguments, "--beyond"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1, done.stderr
    _head, row, *names = done.stdout.splitlines()
    assert row.split() == ["2.6", "2.6.0", "v2", "tensorflow.keras", "3", "2", "1"]
    assert names == ["  not found: layers.lost", "  beyond: layers.More"]
