"""The report of a cell: its lines are whole, and the reporter's."""

from __future__ import annotations

import os

import pytest

from harness.runner.report import new_token, read_report, reporter

TOKEN = new_token()


def test_a_report_line_is_whole_however_long() -> None:
    source, sink = os.pipe()
    pid = os.fork()
    if pid == 0:
        reporter(sink, TOKEN)({"text": "größe \ud800" + "x" * 300_000})
        os._exit(0)
    os.close(sink)
    with open(source, "rb") as handle:
        assert read_report(handle.read(), TOKEN) == [{"text": "größe \ud800" + "x" * 300_000}]
    assert os.waitpid(pid, 0)[1] == 0


def test_child_forked_by_script_reports_nothing() -> None:
    source, sink = os.pipe()
    report = reporter(sink, TOKEN)
    pid = os.fork()
    if pid == 0:
        report({"from": "the child"})
        os._exit(0)
    os.waitpid(pid, 0)
    report({"from": "the cell"})
    os.close(sink)
    with open(source, "rb") as handle:
        assert read_report(handle.read(), TOKEN) == [{"from": "the cell"}]


def test_unwritable_report_ends_the_process() -> None:
    pid = os.fork()
    if pid == 0:
        _, sink = os.pipe()
        report = reporter(sink, TOKEN)
        os.close(sink)
        report({"end": True})
        os._exit(0)
    assert os.waitpid(pid, 0)[1] >> 8 == 70


OTHERS = [
    b"{'end': True}\n",
    b"nonsense\n",
    b"\n",
    new_token().encode() + b" {'end': True}\n",
    TOKEN.encode() + b"{'end': True}\n",
    TOKEN.encode() + b" [1]\n",
    TOKEN.encode() + b" {'end': exit()}\n",
    TOKEN.encode() + b" \xff\n",
    TOKEN.encode() + b" " + b"[" * 100_000 + b"\n",
    TOKEN.encode() + b" {'end': True}",
]


@pytest.mark.parametrize("other", OTHERS, ids=range(len(OTHERS)))
def test_report_ends_at_a_foreign_line(other: bytes) -> None:
    line = TOKEN.encode() + b" {'stage': 'build'}\n"
    assert read_report(line + other + line, TOKEN) == [{"stage": "build"}]
