"""Any one change in a copy of this repository's results is told as that change, and as nothing else."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.contract.statuses import Stage, Status
from harness.controller.cli import main
from harness.controller.errors import Exit, HarnessError
from harness.controller.results.compare import NOT_TRIED
from harness.controller.results.documents import is_document, read_column
from tests.support import ROOT
from tests.support.tiny_project import TinyProject

Document = dict[str, Any]
Diff = Callable[[], list[dict[str, Any]]]

RESULTS = ROOT / "results"
NAMES = sorted(
    file.stem for file in RESULTS.glob("*.json") if is_document(file.name) and len(read_column(file).cells) >= 3
)
CHOSEN = random.Random(5).sample(NAMES, 3)
NONE = {"case": None, "path": None, "name": None, "before": None, "after": None}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chosen ones of the repository's documents."""
    folder = tmp_path_factory.mktemp("results")
    for name in CHOSEN:
        shutil.copy(RESULTS / f"{name}.json", folder)
    return folder


@pytest.fixture
def copied(results: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(results, tmp_path / "results"))


@pytest.fixture
def diff(results: Path, copied: Path, project: TinyProject, capsys: pytest.CaptureFixture[str]) -> Diff:
    """What `harness diff` tells between the repository's results and the copy."""

    def diff() -> list[dict[str, Any]]:
        code = main(["diff", "--root", str(project.root), str(results), str(copied), "--format", "json"])
        printed = capsys.readouterr()
        if code == Exit.BROKEN:
            raise HarnessError(printed.err)
        found: list[dict[str, Any]] = json.loads(printed.out)
        assert code == any(item["change"] != NOT_TRIED for item in found)
        return found

    return diff


def other_text(dice: random.Random, text: str | None) -> str | None:
    """Nothing, or the text with one character more, less or exchanged."""
    if not text:
        return "x"
    at = dice.randrange(len(text))
    return dice.choice([None, text[:at] + text[at + 1 :], text[:at] + "\N{SNOWMAN}" + text[at:], text.swapcase() + " "])


def other_word(dice: random.Random, word: str | None, words: list[str | None]) -> str | None:
    return dice.choice([each for each in words if each != word])


def flip(dice: random.Random, cell: Document, field: str) -> None:
    if field == "status":
        cell[field] = other_word(dice, cell[field], [status.value for status in Status])
    elif field == "stage":
        cell[field] = other_word(dice, cell[field], [None, *(stage.value for stage in Stage)])
    elif field == "warnings":
        cell[field] = cell[field][1:] if cell[field] else ["FutureWarning: x"]
    else:
        cell[field] = other_text(dice, cell[field])


def word_for(before: Document, after: Document) -> str:
    if after["status"] == "not-run":
        return "not reached"
    if after["status"] == "unmet":
        return NOT_TRIED
    if "pass" in (before["status"], after["status"]) and before["status"] != after["status"]:
        return "regressed" if before["status"] == "pass" else "fixed"
    return "changed"


def test_copy_matches_in_any_order_and_layout(copied: Path, diff: Diff) -> None:
    assert len(NAMES) >= len(CHOSEN)
    assert diff() == []
    for name in CHOSEN:
        document = json.loads((copied / f"{name}.json").read_text(encoding="utf-8"))
        document["cells"].reverse()
        (copied / f"{name}.json").write_text(json.dumps(document, indent=3, sort_keys=True), encoding="utf-8")
    assert diff() == []


def contradicts_itself(file: Path) -> bool:
    """Whether the change has made a document that no run can have written."""
    try:
        read_column(file)
    except HarnessError:
        return True
    return False


@pytest.mark.parametrize("field", ["status", "stage", "error", "message", "warnings"])
@pytest.mark.parametrize("name", CHOSEN)
def test_one_field_of_one_cell(copied: Path, diff: Diff, name: str, field: str) -> None:
    dice = random.Random(f"{name} {field}")
    text = (copied / f"{name}.json").read_text(encoding="utf-8")
    for index in dice.sample(range(text.count('"case"')), 3):
        document = json.loads(text)
        cell = document["cells"][index]
        before = dict(cell)
        flip(dice, cell, field)
        (copied / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
        where = {"environment": name, "case": cell["case"], "path": cell["path"], "name": None}
        assert before != cell
        if contradicts_itself(copied / f"{name}.json"):
            with pytest.raises(HarnessError, match="not a result document"):
                diff()
        else:
            assert diff() == [where | {"change": word_for(before, cell), "before": before, "after": cell}]


@pytest.mark.parametrize("name", CHOSEN)
def test_one_cell_less_and_one_cell_more(copied: Path, diff: Diff, name: str) -> None:
    document = json.loads((copied / f"{name}.json").read_text(encoding="utf-8"))
    cell = random.Random(name).choice(document["cells"])
    where = {"environment": name, "case": cell["case"], "path": cell["path"], "name": None}
    document["cells"].remove(cell)
    (copied / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    removed = where | {"change": "removed", "before": cell, "after": None}
    assert diff() == [removed]
    other = cell | {"path": "keras.of.nobody"}
    document["cells"].append(other)
    (copied / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    assert diff() == [where | {"path": other["path"], "change": "new", "before": None, "after": other}, removed]


@pytest.mark.parametrize("what", ["other version", "gone", "more"])
@pytest.mark.parametrize("name", CHOSEN)
def test_one_package_change_is_reported_alone(copied: Path, diff: Diff, name: str, what: str) -> None:
    document = json.loads((copied / f"{name}.json").read_text(encoding="utf-8"))
    packages = document["environment"]["packages"]
    package = "package-of-nobody" if what == "more" else random.Random(f"{name} {what}").choice(sorted(packages))
    before = packages.pop(package, None)
    if what != "gone":
        packages[package] = f"{before or 1}.post1"
    (copied / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    told = {"change": "package", "environment": name, "name": package, "before": before, "after": packages.get(package)}
    assert diff() == [NONE | told]


@pytest.mark.parametrize(
    ("field", "shown"), [("python", "Python"), ("tensorflow", "TensorFlow"), ("distribution", "distribution")]
)
@pytest.mark.parametrize("name", CHOSEN)
def test_one_fact_of_an_environment(copied: Path, diff: Diff, name: str, field: str, shown: str) -> None:
    document = json.loads((copied / f"{name}.json").read_text(encoding="utf-8"))
    before = document["environment"][field]
    document["environment"][field] = "other"
    (copied / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    told = {"change": "package", "environment": name, "name": shown, "before": before, "after": "other"}
    assert diff() == [NONE | told]


@pytest.mark.parametrize("name", CHOSEN)
def test_one_environment_that_is_lost_or_gone(copied: Path, diff: Diff, name: str) -> None:
    file = copied / f"{name}.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    before = document["environment"]["reason"]  # of a lane, which may be lost already
    document["environment"] |= {"status": "env-fail", "reason": "no network", "packages": {}}
    nothing: Document = {"status": "env-fail", "stage": None, "error": None, "message": None, "warnings": []}
    document["cells"] = [cell | nothing for cell in document["cells"]]
    file.write_text(json.dumps(document), encoding="utf-8")
    word = "environment changed" if before else "environment lost"
    assert diff() == [NONE | {"change": word, "environment": name, "before": before, "after": "no network"}]
    file.unlink()
    assert diff() == [NONE | {"change": "environment removed", "environment": name}]
