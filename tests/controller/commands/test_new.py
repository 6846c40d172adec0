"""`harness new` writes a case that validates; `harness schema` writes what an editor reads."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from harness.controller.cli import main
from harness.controller.commands.case_files import EDITOR_LINE
from harness.controller.errors import Exit
from tests.support.languages import KINDS


@pytest.fixture
def root(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A new project without its case."""
    assert main(["init", "--root", str(tmp_path)]) == Exit.AGREES
    shutil.rmtree(tmp_path / "cases")
    capsys.readouterr()
    return tmp_path


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_case_of_any_kind_validates(kind: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "--root", str(root), kind, "my-first-case"]) == Exit.AGREES
    text = (root / "cases" / kind / "my-first-case.yaml").read_text(encoding="utf-8")
    assert text.startswith(f"{EDITOR_LINE}\nid: my-first-case\nkind: {kind}\ntitle: My first case\n")
    capsys.readouterr()
    if kind == "cross_load":
        assert main(["validate", "--root", str(root)]) == Exit.USAGE
        assert "reads a file, and matrix.yaml names no `writers` of it" in capsys.readouterr().err
    else:
        assert main(["validate", "--root", str(root)]) == Exit.AGREES
        assert "1 cases: valid" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["symbl", "a"], "unknown kind 'symbl'; did you mean 'symbol'?"),
        (
            ["symbol", "My Case"],
            "'My Case' is not an id: use lower-case words joined by hyphens, for example 'my-case'",
        ),
        (["symbol", "--", "-"], "'-' is not an id: use lower-case words joined by hyphens"),
        (["symbol", "taken"], "the id 'taken' is already used in cases/snippet/taken.yaml"),
    ],
)
def test_what_cannot_be_written_is_said(
    words: list[str], sentence: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "--root", str(root), "snippet", "taken"]) == Exit.AGREES
    before = sorted(root.rglob("*"))
    assert main(["new", "--root", str(root), *words]) == Exit.USAGE
    assert capsys.readouterr().err == sentence + "\n"
    assert sorted(root.rglob("*")) == before


def test_schemas_are_written_once(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "--root", str(root)]) == Exit.AGREES
    assert capsys.readouterr().out == "schemas/case.json: written\nschemas/matrix.json: written\n"
    assert json.loads((root / "schemas/case.json").read_text(encoding="utf-8"))["required"] == ["id", "kind", "title"]
    assert main(["schema", "--root", str(root)]) == Exit.AGREES
    assert capsys.readouterr().out == "unchanged\n"
    (root / "schemas/matrix.json").write_text("{}", encoding="utf-8")
    assert main(["schema", "--root", str(root)]) == Exit.AGREES
    assert capsys.readouterr().out == "schemas/matrix.json: written\n"


def test_help_describes_each_kind(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["new", "--help"])
    lines = capsys.readouterr().out.partition("\nkinds:\n")[2].splitlines()
    listed = dict(line.split(maxsplit=1) for line in lines)
    assert listed == {name: kind.summary for name, kind in KINDS.items()}
    assert all(listed.values())
