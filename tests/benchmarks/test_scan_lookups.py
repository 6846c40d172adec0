"""What functions make of texts, asked of a package of a few lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.scan_lookups import joined

_SCRIPT = Path(__file__).parents[2] / "benchmarks" / "ask_lookups.py"
_TABLE = """\
def get(text):
    if text == "half":
        raise TypeError("half needs an argument")
    if text.lower() != "adam":
        raise ValueError("Unknown: " + text.lower())
def any_text(text):
    return text
def fixed(text):
    raise RuntimeError("no table")
"""
_ASKED = {
    "table.get(TEXT)": ["Adam", "Lion", "half"],
    "make(TEXT)": ["Adam"],
    "table.any_text(TEXT)": ["Adam"],
    "table.fixed(TEXT)": ["Adam"],
    "gone.get(TEXT)": ["Adam"],
}


def test_texts_are_known_unknown_or_neither(tmp_path: Path) -> None:
    (tmp_path / "thing").mkdir()
    (tmp_path / "thing" / "__init__.py").write_text("from thing.table import get as make\nprint('hello')\n")
    (tmp_path / "thing" / "table.py").write_text(_TABLE)
    request = {"subject": "json", "paths": ["thing", "nothing"], "asked": _ASKED}
    done = subprocess.run(
        [sys.executable, str(_SCRIPT)],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    found = dict(json.loads(line) for line in done.stdout.splitlines())
    assert found == {
        "thing": {"table.get(TEXT)": {"known": ["Adam"], "unknown": ["Lion"]}, "make(TEXT)": {"known": ["Adam"]}},
        "nothing": {},
    }


def test_answers_of_environments_are_joined() -> None:
    one = {"keras": {"get(TEXT)": {"known": ["adam"], "unknown": ["lion"]}}}
    other = {"keras": {"get(TEXT)": {"known": ["lion"], "unknown": ["adam"]}}, "tf_keras": {}}
    assert joined({"tf25": 1, "tf216": 2}, {"tf25": one, "tf216": other}) == {
        "get(TEXT)": {"adam": {"keras": (1, 2)}, "lion": {"keras": (2, 1)}}
    }
