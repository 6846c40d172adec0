"""The marks of statuses on the pages: a letter each, with its meaning in words."""

from __future__ import annotations

from harness.contract.statuses import Status

LETTERS = {
    Status.PASS: "P",
    Status.FAIL: "F",
    Status.ABSENT: "A",
    Status.UNMET: "U",
    Status.TIMEOUT: "T",
    Status.CRASH: "C",
    Status.ENV_FAIL: "I",
    Status.ERROR: "E",
    Status.SKIP: "S",
    Status.NOT_RUN: "N",
}

MEANINGS = {
    Status.PASS: "every step ran and every expectation held",
    Status.FAIL: "the import path exists; a step raised, or an expectation did not hold",
    Status.ABSENT: "the import path itself is not in this release",
    Status.UNMET: "the machine lacks something that the case needs",
    Status.TIMEOUT: "stopped at the time limit",
    Status.CRASH: "the process died",
    Status.ENV_FAIL: "the release could not be installed or imported",
    Status.ERROR: "the harness itself was at fault",
    Status.SKIP: "switched off in the case, with a reason",
    Status.NOT_RUN: "not run",
}


_PLAIN = {Status.ENV_FAIL: "could not be installed", Status.NOT_RUN: "not run"}


def status_words(status: Status) -> str:
    """A status in words that readers know; most are words already."""
    return _PLAIN.get(status, status.value)


def css_class(status: Status) -> str:
    """The CSS class of a status: one letter, because a page may have a hundred thousand cells."""
    return LETTERS[status].lower()
