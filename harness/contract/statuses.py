"""The closed lists of statuses and stages."""

from __future__ import annotations

import re
from enum import Enum


class Status(str, Enum):
    """The status of a cell. docs/statuses.md defines each."""

    PASS = "pass"
    FAIL = "fail"
    ABSENT = "absent"
    UNMET = "unmet"
    TIMEOUT = "timeout"
    CRASH = "crash"
    ENV_FAIL = "env-fail"
    ERROR = "error"
    SKIP = "skip"
    NOT_RUN = "not-run"

    @property
    def symbol(self) -> str:
        return _SYMBOLS[self]

    @property
    def counts(self) -> bool:
        """Whether the score of a row or column counts the cell: only what the case itself answered."""
        return self in _COUNTED


_SYMBOLS = {
    Status.PASS: "✓",
    Status.FAIL: "✗",
    Status.ABSENT: "–",
    Status.UNMET: "○",
    Status.TIMEOUT: "⧖",
    Status.CRASH: "‼",
    Status.ENV_FAIL: "▨",
    Status.ERROR: "⚠",
    Status.SKIP: "s",
    Status.NOT_RUN: "·",
}

_COUNTED = {Status.PASS, Status.FAIL, Status.ABSENT, Status.TIMEOUT, Status.CRASH}


class Stage(str, Enum):
    """The step at which a cell stopped. In a script, the comment line `# build` opens the stage `build`."""

    PATH = "path"
    IMPORT = "import"
    BUILD = "build"
    COMPILE = "compile"
    FIT = "fit"
    CALL = "call"
    SAVE = "save"
    LOAD = "load"
    PLOT = "plot"
    CHECK = "check"


STAGE_LINE = re.compile(r"^# ({})$".format("|".join(stage.value for stage in Stage)))
