"""The lines that come back from a session of cells."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from harness.contract.stream import append_line, read_lines


def test_lines_are_read_unchanged_in_order(tmp_path: Path) -> None:
    file = str(tmp_path / "stream.jsonl")
    lines = [{"record": {"n": n, "text": "two\nlines \u2028 \ud800 é"}} for n in range(3)]
    assert list(read_lines(file)) == []  # nobody has written yet
    for line in lines:
        append_line(file, line)
    assert list(read_lines(file)) == lines


@pytest.mark.parametrize("kept", range(1, len('{"n": 2}\n')))
def test_truncated_last_line_is_left_out(tmp_path: Path, kept: int) -> None:
    file = tmp_path / "stream.jsonl"
    append_line(str(file), {"n": 1})
    whole = file.stat().st_size
    append_line(str(file), {"n": 2})
    file.write_bytes(file.read_bytes()[: whole + kept])
    assert list(read_lines(str(file))) == [{"n": 1}]


@pytest.mark.parametrize("damage", [b"}{\n", b"\xff\xfe{}\n", b"[1]\n", b"12\n", b'"text"\n'])
def test_lines_that_are_no_message_are_none(tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "stream.jsonl"
    file.write_bytes(b'{"n": 1}\n' + damage)
    append_line(str(file), {"n": 2})
    assert list(read_lines(str(file))) == [{"n": 1}, None, {"n": 2}]


def test_lines_of_concurrent_writers_do_not_mix(tmp_path: Path) -> None:
    file = str(tmp_path / "stream.jsonl")
    sent = [(file, {"n": n, "filler": chr(65 + n % 26) * 20_000}) for n in range(60)]
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        pool.starmap(append_line, sent, chunksize=1)
        pool.close()
        pool.join()
    received = sorted(filter(None, read_lines(file)), key=lambda line: int(line["n"]))
    assert received == [line for _, line in sent]


def test_only_lines_sealed_by_the_key_count(tmp_path: Path) -> None:
    file = str(tmp_path / "stream.jsonl")
    append_line(file, {"n": 1.5, "text": "größe \ud800"}, ["one", "two"])
    append_line(file, {"n": 2}, ["two"])
    append_line(file, {"n": 3})
    append_line(file, {"n": 4, "seals": "é"})
    append_line(file, {"n": 5, "seals": ["é", 5]})
    first = {"n": 1.5, "text": "größe \ud800"}
    assert list(read_lines(file, "one")) == [first, None, None, None, None]
    assert list(read_lines(file, "two")) == [first, {"n": 2}, None, None, None]
    assert list(read_lines(file, "")) == [None] * 5
    assert list(read_lines(file)) == [first, {"n": 2}, {"n": 3}, {"n": 4}, {"n": 5}]
