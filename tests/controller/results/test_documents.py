from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.contract.records import Outcome, Record
from harness.contract.statuses import Stage, Status
from harness.controller.errors import HarnessError
from harness.controller.files import write_atomically
from harness.controller.results.documents import (
    is_document,
    parse_column,
    read_column,
    read_columns,
    read_details,
    write_column,
    write_details,
)
from tests.support.tiny_project import make_column

OUTCOMES = [
    Outcome("dense", "keras", Status.PASS, warnings=("FutureWarning: “x” will go",)),
    Outcome("dense", "tf.keras", Status.FAIL, Stage.FIT, "ValueError", "shape\n(2, 3) ≠ (3,)"),
    Outcome("version", "keras", Status.ABSENT, Stage.PATH, "ModuleNotFoundError", "No module named 'keras'"),
]


@pytest.fixture
def document(tmp_path: Path) -> Path:
    file = tmp_path / "results" / "tf215.json"
    write_column(file, make_column(*OUTCOMES, packages={"numpy": "1.26.4", "keras": "2.15.0"}))
    return file


def test_what_is_written_is_read_again(document: Path) -> None:
    assert read_column(document) == make_column(*OUTCOMES, packages={"keras": "2.15.0", "numpy": "1.26.4"})
    assert "≠" in document.read_text(encoding="utf-8")
    data = json.loads(document.read_text(encoding="utf-8"))
    assert data["schema"] == 1
    assert data["environment"]["packages"] == {"keras": "2.15.0", "numpy": "1.26.4"}
    assert data["cells"][1] == {
        "case": "dense",
        "path": "tf.keras",
        "status": "fail",
        "stage": "fit",
        "error": "ValueError",
        "message": "shape\n(2, 3) ≠ (3,)",
        "warnings": [],
    }


@pytest.mark.parametrize("layout", [{"indent": 2}, {"separators": (",", ":")}, {"sort_keys": True}, {}])
def test_document_layout_does_not_affect_content(document: Path, layout: dict[str, Any]) -> None:
    text = document.read_text(encoding="utf-8")
    other = json.dumps(json.loads(text), **layout)
    assert parse_column(other, "x") == parse_column(other.encode(), "x") == parse_column(text, "x")


@pytest.mark.parametrize("hidden", ['\\n \\"cells\\": [\\n', "},\\n  {", "\\n ]}\\n", "\u2028,\u2029", ",\\r\\n"])
def test_text_resembling_layout_is_kept_as_text(document: Path, hidden: str) -> None:
    text = document.read_text(encoding="utf-8").replace("No module named", hidden)
    messages = [cell["message"] for cell in json.loads(text)["cells"]]
    assert [outcome.message for outcome in parse_column(text, "x").cells.values()] == messages


def test_equal_outcomes_share_one_object_across_environments(document: Path) -> None:
    write_column(document.with_name("tf216.json"), make_column(*OUTCOMES, id="tf216"))
    one, other = (column.cells for column in read_columns(document.parent, ["tf215", "tf216"]).values())
    assert all(one[key] is other[key] for key in one)


def test_bytes_do_not_depend_on_outcome_order(document: Path) -> None:
    other = document.with_name("other.json")
    write_column(other, make_column(*reversed(OUTCOMES), packages={"keras": "2.15.0", "numpy": "1.26.4"}))
    assert other.read_bytes() == document.read_bytes()


def test_each_cell_takes_one_line(document: Path) -> None:
    lines = document.read_text(encoding="utf-8").splitlines()
    assert sum('"case"' in line for line in lines) == len(OUTCOMES)
    assert not any(line.count('"case"') > 1 for line in lines)


def test_column_without_cells_is_a_valid_document(tmp_path: Path) -> None:
    write_column(tmp_path / "tf215.json", make_column())
    assert read_column(tmp_path / "tf215.json") == make_column()
    assert not make_column().environment.failed


def test_truncated_document_is_refused(document: Path) -> None:
    whole = document.read_text(encoding="utf-8").rstrip()
    for length in range(0, len(whole), 9):
        document.write_text(whole[:length], encoding="utf-8")
        with pytest.raises(HarnessError, match="cannot be read"):
            read_column(document)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cannot be read: Expecting value: line 1 column 1 (char 0)"),
        ("<html>", "cannot be read: Expecting value: line 1 column 1 (char 0)"),
        ("[]", "not a result document: missing key 'schema'"),
        ("{}", "not a result document: missing key 'schema'"),
        ('{"schema": 2}', "has schema 2, and this harness reads schema 1"),
        ('{"schema": 1}', "not a result document: missing key 'cells'"),
        ('{"schema": 1, "cells": []}', "not a result document: missing key 'environment'"),
        (
            '{"schema": 1, "cells": [null], "environment": {}}',
            "not a result document: 'NoneType' object is not subscriptable",
        ),
    ],
)
def test_foreign_document_is_refused_in_one_sentence(document: Path, text: str, said: str) -> None:
    document.write_text(text, encoding="utf-8")
    with pytest.raises(HarnessError) as refused:
        read_column(document)
    assert str(refused.value).startswith(f"{document}: {said}")
    assert "\n" not in str(refused.value)


def _without_a_stage(data: dict[str, Any]) -> None:
    del data["cells"][0]["stage"]


def _unknown_status(data: dict[str, Any]) -> None:
    data["cells"][0]["status"] = "passed"


def _unknown_stage(data: dict[str, Any]) -> None:
    data["cells"][1]["stage"] = "train"


def _a_cell_twice(data: dict[str, Any]) -> None:
    data["cells"].append(data["cells"][0] | {"status": "fail"})


def _no_release(data: dict[str, Any]) -> None:
    del data["environment"]["tensorflow"]


def _set(*keys: Any, to: Any) -> Callable[[dict[str, Any]], None]:
    def spoil(data: dict[str, Any]) -> None:
        for key in keys[:-1]:
            data = data[key]
        data[keys[-1]] = to

    return spoil


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_set("cells", to=5), "not a result document: 'int' object is not iterable"),
        (_set("cells", 0, "case", to=5), "not a result document: a cell has a value that is not text"),
        (_set("cells", 0, "path", to=["keras"]), "not a result document: a cell has a value that is not text"),
        (_set("cells", 1, "message", to={"x": 1}), "not a result document: a cell has a value that is not text"),
        (_set("cells", 0, "warnings", to="x"), "not a result document: a cell has a value that is not text"),
        (_set("cells", 0, "warnings", to=[5]), "not a result document: a cell has a value that is not text"),
        (_set("cells", 0, "warnings", to=None), "not a result document: "),
        (_set("cells", 0, "status", to=[]), "not a result document: [] is not a valid Status"),
        (_set("environment", to=[]), "not a result document: "),
        (_set("environment", "python", to=3.12), "its environment has a value that is not text"),
        (_set("environment", "reason", to=0), "its environment has a value that is not text"),
        (_set("environment", "packages", to=["numpy"]), "its environment has a value that is not text"),
        (_set("environment", "packages", "numpy", to=2.0), "its environment has a value that is not text"),
        (_without_a_stage, "not a result document: missing key 'stage'"),
        (_unknown_status, "not a result document: 'passed' is not a valid Status"),
        (_unknown_stage, "not a result document: 'train' is not a valid Stage"),
        (_a_cell_twice, "duplicate cell dense[keras]"),
        (_no_release, "not a result document: missing key 'tensorflow'"),
    ],
)
def test_damaged_document_is_refused_in_one_sentence(
    document: Path, spoil: Callable[[dict[str, Any]], None], said: str
) -> None:
    data = json.loads(document.read_text(encoding="utf-8"))
    spoil(data)
    document.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(HarnessError) as refused:
        read_column(document)
    assert str(refused.value).startswith(f"{document}: ")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_missing_documents_are_left_out(document: Path) -> None:
    assert list(read_columns(document.parent, ["tf115", "tf215"])) == ["tf215"]


def test_only_documents_of_environments_are_columns() -> None:
    names = ["tf215.json", "tf216-legacy.json", "grid.json", "grid.csv", "history.csv", "tf215.json.bak"]
    assert [name for name in names if is_document(name)] == names[:2]


@pytest.mark.parametrize("text", ["", "{", '{"schema": 2}', '{"schema": 1}', '{"schema": 1, "cells": [{}]}'])
def test_refusal_of_text_names_its_location(text: str) -> None:
    with pytest.raises(HarnessError, match=r"^HEAD:results/tf215\.json: \S[^\n]*$"):
        parse_column(text, "HEAD:results/tf215.json")


def test_document_named_for_another_environment_is_refused(document: Path) -> None:
    document.rename(document.with_name("tf216.json"))
    with pytest.raises(HarnessError, match=r"tf216\.json: is of tf215, not of tf216$"):
        read_columns(document.parent, ["tf215", "tf216"])


def test_details_are_kept_by_cell(tmp_path: Path) -> None:
    record = Record(OUTCOMES[1], 1.5, {"import": 1.0}, 2048, "Traceback", "Epoch 1")
    write_details(tmp_path / "details.json", [record])
    assert read_details(tmp_path / "details.json") == {"dense[tf.keras]": record.details()}
    assert read_details(tmp_path / "none.json") == {}


@pytest.mark.parametrize("content", [b"", b'{"dense[keras]": {', b"\xff\xfe", b"[]", b'{"dense[keras]": 5}'])
def test_damaged_details_are_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "details.json"
    file.write_bytes(content)
    with pytest.raises(HarnessError) as refused:
        read_details(file)
    assert str(refused.value).startswith(f"{file}: not written by a run (")
    assert str(refused.value).endswith("): delete it")
    assert "\n" not in str(refused.value)


def test_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "very" / "deep" / "file.json"
    write_atomically(file, "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(file, "new" * 100_000 + "\ud800")
    assert file.read_text(encoding="utf-8") == "old"
    assert list(file.parent.iterdir()) == [file]
    assert file.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ({"status": Status.PASS, "error": "ValueError"}, "is pass but has an error"),
        ({"status": Status.PASS, "stage": Stage.FIT}, "is pass but has a stage"),
        ({"status": Status.PASS, "message": "x"}, "is pass but has a message"),
        ({"status": Status.TIMEOUT, "error": "ValueError"}, "is timeout but has an error"),
        ({"status": Status.ABSENT, "stage": Stage.FIT}, "is absent but has a stage other than path"),
        ({"status": Status.UNMET, "error": "ValueError"}, "is unmet but has an error"),
        ({"status": Status.SKIP, "stage": Stage.IMPORT}, "is skip but has a stage"),
        ({"status": Status.SKIP, "warnings": ("FutureWarning: x",)}, "is skip but has warnings"),
        ({"status": Status.NOT_RUN, "message": "x"}, "is not-run but has a message"),
    ],
)
@pytest.mark.parametrize("indent", [None, 2], ids=["as written", "by another program"])
def test_cell_contradicting_its_status_is_refused(
    tmp_path: Path, cell: dict[str, Any], said: str, indent: int | None
) -> None:
    file = tmp_path / "tf215.json"
    write_column(file, make_column(Outcome("dense", "keras", **cell)))
    if indent:
        file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")), indent=indent), encoding="utf-8")
    with pytest.raises(HarnessError) as raised:
        read_column(file)
    assert str(raised.value) == f"{file}: not a result document: dense[keras] {said}"


@pytest.mark.parametrize(
    ("status", "environment", "said"),
    [
        (Status.PASS, {"status": "env-fail", "reason": "x"}, "its environment is env-fail, but dense[keras] is pass"),
        (
            Status.NOT_RUN,
            {"status": "env-fail", "reason": "x"},
            "its environment is env-fail, but dense[keras] is not-run",
        ),
        (Status.ENV_FAIL, {}, "its environment is ok, but dense[keras] is env-fail"),
        (Status.ENV_FAIL, {"status": "env-fail"}, "its environment is env-fail without a reason"),
        (Status.PASS, {"reason": "x"}, "its environment is ok but has a reason"),
    ],
)
def test_environment_contradicting_its_cells_is_refused(
    tmp_path: Path, status: Status, environment: dict[str, str], said: str
) -> None:
    file = tmp_path / "tf215.json"
    write_column(file, make_column(Outcome("dense", "keras", status), **environment))
    with pytest.raises(HarnessError) as raised:
        read_column(file)
    assert str(raised.value) == f"{file}: not a result document: {said}"
