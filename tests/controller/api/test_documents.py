"""The committed documents of the API: their schema, their bytes, and how much they weigh."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from harness.controller.api.counts import count_table
from harness.controller.api.document import ApiDocument, read_document, read_documents
from harness.controller.api.lanes import lanes_file, read_lane_names
from harness.controller.api.schema import api_schema, lanes_schema
from tests.support import ROOT
from tests.support.tiny_project import TinyProject

FILES = sorted((ROOT / "results" / "api").glob("*.json"))
MOST = 12_000_000  # bytes of all documents


def faults(data: Any) -> list[str]:
    return [error.message for error in Draft202012Validator(api_schema()).iter_errors(data)]


@pytest.mark.parametrize(("name", "schema"), [("api", api_schema()), ("lanes", lanes_schema())])
def test_schema_file_is_up_to_date(name: str, schema: Any) -> None:
    text = json.dumps(schema, indent=1, sort_keys=True) + "\n"
    assert (ROOT / "schemas" / f"{name}.json").read_text(encoding="utf-8") == text


def test_written_documents_fit_the_schema(measured: TinyProject) -> None:
    files = sorted((measured.root / "results" / "api").iterdir())
    assert [file.name for file in files] == ["keras.json", "tensorflow.keras.json"]
    for file in files:
        data = json.loads(file.read_text(encoding="utf-8"))
        assert faults(data) == []
        assert faults({**data, "more": 1}) != []


def test_reading_and_writing_keeps_every_byte(measured: TinyProject) -> None:
    for file in (measured.root / "results" / "api").iterdir():
        assert read_document(file).text() == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_committed_documents_are_well_formed(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    data = json.loads(text)
    assert faults({**data, "names": dict(list(data["names"].items())[:200])}) == []  # all of them would take seconds
    assert file.stem == data["root"]
    assert list(data["names"]) == sorted(data["names"])
    document = read_document(file)
    assert document.text() == text
    assert [name for name, row in document.rows.items() if row.unasked] == []  # `harness inventory -g all` asks them
    assert all(row.reached | row.unasked | sum(row.values("error").values()) for row in _but_root(document).values())


def test_committed_lanes_are_well_formed() -> None:
    file = lanes_file(ROOT / "results")
    text = file.read_text(encoding="utf-8")
    assert [error.message for error in Draft202012Validator(lanes_schema()).iter_errors(json.loads(text))] == []
    assert read_lane_names(ROOT / "results").text() == text


def test_committed_documents_keep_the_budget() -> None:
    assert sum(file.stat().st_size for file in (ROOT / "results" / "api").rglob("*.json")) <= MOST


def test_readme_has_the_counts() -> None:
    table = count_table(read_documents(ROOT / "results"))  # `harness api --counts` prints it
    assert table in (ROOT / "README.md").read_text(encoding="utf-8")


def _but_root(document: ApiDocument) -> Mapping[str, Any]:
    return {name: row for name, row in document.rows.items() if name}
