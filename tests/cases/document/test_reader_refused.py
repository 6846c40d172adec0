"""Files that cannot be read as a document: each leaves no data and one fault with file, line and reason."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from harness.cases.document.reader import MAX_BYTES, Document, load


def _load(folder: Path, content: bytes) -> Document:
    (folder / "case.yaml").write_bytes(content)
    document = load(str(folder), "case.yaml")
    assert document.data is None
    assert document.faults
    return document


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "1: the file is empty"),
        (b"\n  # nothing\n", "1: the file is empty"),
        (b"a: 1\nb: 2\na: 3\n", "3: duplicate key 'a'"),
        (b"x:\n  - {b: 1,\n     b: 1}\n", "3: duplicate key 'b'"),
        (b"title: caf\xe9 au lait\n", "1: not UTF-8: invalid continuation byte"),
        ("title: café\n".encode("utf-16"), "1: not UTF-8: invalid start byte"),
        (
            b"a:\n\tb: 1\n",
            r"2: not YAML: found character '\t' that cannot start any token; indent with spaces, not with tabs",
        ),
        (b"a: [1\nb: 2\n", "2: not YAML: expected ',' or ']', but got ':'"),
        (b"a: 1\n? [x]\n: 2\n", "2: not YAML: a key must be a plain word"),
        (b"a: 1\nb: *nowhere\n", "2: not YAML: found undefined alias 'nowhere'"),
        (b"a: 1\nb: &x\n  - *x\n", "2: not YAML: an alias refers to itself"),
        (b"a: &x {b: {c: *x}}\n", "1: not YAML: an alias refers to itself"),
        (b"[" * 1500, "1: nested too deeply"),
        (b"[" * 200_000, "1: nested too deeply"),  # libyaml would end the process
        (b"- " * 200_000, "1: nested too deeply"),
        (b"? " * 200_000, "1: nested too deeply"),
        (b"{a: " * 200_000, "1: nested too deeply"),
        (b"[" * 42 + b"]" * 42, "1: nested too deeply"),
        (b"a: &x " + b"[" * 30 + b"]" * 30 + b"\nb: " + b"[" * 30 + b"*x" + b"]" * 30, "1: nested too deeply"),
    ],
)
def test_unreadable_file_is_one_fault(tmp_path: Path, content: bytes, fault: str) -> None:
    assert [str(fault) for fault in _load(tmp_path, content).faults] == [f"case.yaml:{fault}"]


def test_every_duplicate_key_is_reported(tmp_path: Path) -> None:
    document = _load(tmp_path, b"a: 1\na: 2\nb: {c: 1, c: 2}\nb: 3\n")
    assert [(fault.line, fault.message) for fault in document.faults] == [
        (2, "duplicate key 'a'"),
        (3, "duplicate key 'c'"),
        (4, "duplicate key 'b'"),
    ]


def test_second_document_in_file_is_refused(tmp_path: Path) -> None:
    (fault,) = _load(tmp_path, b"a: 1\n---\nb: 2\n").faults
    assert fault.line == 2
    assert fault.message.startswith("not YAML: expected a single document")


@pytest.mark.parametrize("content", [b"---\n", b"null\n", b"~ # nothing\n"])
def test_empty_document_is_refused(tmp_path: Path, content: bytes) -> None:
    assert [fault.line for fault in _load(tmp_path, content).faults] == [1]


def test_alias_bomb_is_refused_quickly(tmp_path: Path) -> None:
    rows = ["l0: &l0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"l{n}: &l{n} [{', '.join(10 * [f'*l{n - 1}'])}]" for n in range(1, 12)]
    begin = time.monotonic()
    (fault,) = _load(tmp_path, "\n".join(rows).encode()).faults
    assert time.monotonic() - begin < 5
    assert (fault.file, fault.message) == ("case.yaml", "not YAML: its aliases expand to too many values")


def test_too_large_file_is_refused(tmp_path: Path) -> None:
    head = b"title: x\n#"
    (fault,) = _load(tmp_path, head + b"x" * (MAX_BYTES + 1 - len(head))).faults
    assert str(fault) == f"case.yaml:1: larger than {MAX_BYTES} bytes"
    (tmp_path / "case.yaml").write_bytes(head + b"x" * (MAX_BYTES - len(head)))
    assert load(str(tmp_path), "case.yaml").data == {"title": "x"}


def test_unopenable_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    reasons = {}
    for name in ("gone.yaml", "folder.yaml", "loop.yaml"):
        document = load(str(tmp_path), name)
        assert document.data is None
        reasons[name] = [str(fault) for fault in document.faults]
    assert reasons == {
        "gone.yaml": ["gone.yaml:1: cannot be read: No such file or directory"],
        "folder.yaml": ["folder.yaml:1: cannot be read: Is a directory"],
        "loop.yaml": ["loop.yaml:1: cannot be read: Too many levels of symbolic links"],
    }


@pytest.mark.parametrize(
    "value",
    [
        "2019-13-45",  # the form of a date
        '"bell \x07"',
        "!!int abc",
        "!!python/object:os.system x",
        "!!bool maybe",
        "!!timestamp today",
        "!!int ''",
        "{!!map x: y}",
        "0x" + "f" * 5000,  # Python writes no number of so many digits
    ],
)
def test_unreadable_value_names_its_line(tmp_path: Path, value: str) -> None:
    (fault,) = _load(tmp_path, f"a: 1\nb: 2\nc: {value}\nd: 4\n".encode()).faults
    assert fault.message.startswith("not YAML: ")
    assert fault.line == 3
