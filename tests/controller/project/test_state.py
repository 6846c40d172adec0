"""`.harness/` folders of other versions of the harness."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import harness
from harness.controller.errors import HarnessError
from harness.controller.project.layout import Layout
from harness.controller.project.state import STATE_LAYOUT, VERSION_FILE, check_shard, claim_state

LINE = ".harness/ is of another version of the harness: its cached outcomes are not used\n"


def state_with(root: Path, *files: str, version: object = None) -> Layout:
    layout = Layout(root)
    for file in files:
        (layout.state / file).parent.mkdir(parents=True, exist_ok=True)
        (layout.state / file).write_text("[]", encoding="utf-8")
    if version is not None:
        layout.state.mkdir(exist_ok=True)
        (layout.state / VERSION_FILE).write_text(json.dumps(version), encoding="utf-8")
    return layout


def test_new_state_is_claimed_in_silence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layout = Layout(tmp_path)
    claim_state(layout)
    claim_state(layout)
    assert json.loads((layout.state / VERSION_FILE).read_text()) == {
        "layout": STATE_LAYOUT,
        "harness": harness.__version__,
    }
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "version", [None, {"layout": STATE_LAYOUT - 1, "harness": "0.1.0"}, {"layout": STATE_LAYOUT + 1}, []]
)
def test_caches_of_another_layout_are_dropped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], version: object
) -> None:
    layout = state_with(tmp_path, "kept/tf215.json", "stamps/tf215.json", "run/tf215.json", version=version)
    claim_state(layout)
    assert capsys.readouterr().out == LINE
    assert sorted(path.name for path in layout.state.iterdir()) == ["run", VERSION_FILE]
    claim_state(layout)
    assert capsys.readouterr().out == ""


def test_caches_of_the_same_layout_stay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layout = state_with(tmp_path, "outcomes/tf215.json", version={"layout": STATE_LAYOUT, "harness": "0.1.9"})
    claim_state(layout)
    assert (layout.state / "outcomes" / "tf215.json").exists()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("version", "name"),
    [(None, "an older version"), ({"layout": STATE_LAYOUT, "harness": "0.1.9"}, "0.1.9"), ("x", "an older version")],
)
def test_shards_of_another_version_are_refused(tmp_path: Path, version: object, name: str) -> None:
    state = state_with(tmp_path, "run/tf215.json", version=version).state
    with pytest.raises(HarnessError, match=rf"written by harness {name}, and this is {harness.__version__}"):
        check_shard(state)
    (state / VERSION_FILE).unlink(missing_ok=True)
    claim_state(Layout(tmp_path))
    check_shard(state)
