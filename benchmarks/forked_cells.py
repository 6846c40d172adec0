"""The cells' scripts as tests for pytest-forked: each in a fork of one process that has imported what they share.

`naive.py` copies this file beside the cells of an environment, where its pytest runs it: in the grammar of Python 3.7.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import json
import os
import runpy
import shutil
import signal
import sys
import tempfile
import time
import traceback
from typing import Any

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))

with open(os.path.join(HERE, "cells.json"), encoding="utf-8") as handle:
    WORK = json.load(handle)

for name, form in WORK["preload"]:
    with contextlib.suppress(BaseException):  # which path is not there is for the cells to find out
        if form == "attribute":
            functools.reduce(getattr, name.split(".")[1:], importlib.import_module("tensorflow"))
        else:
            importlib.import_module(name)


@pytest.mark.parametrize("cell", WORK["cells"], ids="{case}[{path}]".format_map)
def test_cell(cell: dict[str, str]) -> None:
    """Run the script in folders of its own, and leave a line on how it ended."""
    around = os.path.realpath(tempfile.mkdtemp(prefix="cell-"))
    directory = os.path.join(around, "cell")
    for folder in (directory, os.path.join(around, "tmp")):
        os.mkdir(folder)
    file = os.path.join(directory, cell["case"] + ".py")
    with open(file, "w", encoding="utf-8") as handle:
        handle.write(cell["script"])
    os.environ.update(TMPDIR=os.path.join(around, "tmp"), KERAS_HOME=os.path.join(around, "keras"))
    tempfile.tempdir = None
    sys.argv = [file]
    os.chdir(directory)
    began = time.monotonic()
    signal.alarm(WORK["limit"])  # pytest-forked has no limit of its own
    code, errors = _run(file)
    signal.alarm(0)
    line = {"case": cell["case"], "path": cell["path"], "file": file, "code": code, "killed": None, "errors": errors}
    _append(line, time.monotonic() - began)
    os.chdir(HERE)
    shutil.rmtree(around)
    assert code == 0, errors


def _run(file: str) -> tuple[int, str]:
    """The exit code that the script would have ended with, and the traceback that it would have printed."""
    try:
        runpy.run_path(file, run_name="__main__")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None), ""
    except BaseException as error:
        frames = error.__traceback__
        while frames is not None and frames.tb_frame.f_code.co_filename != file:
            frames = frames.tb_next
        return 1, "".join(traceback.format_exception(type(error), error, frames))
    return 0, ""


def _append(line: dict[str, Any], seconds: float) -> None:
    with open(os.path.join(HERE, "results.jsonl"), "a", encoding="utf-8") as handle:
        handle.write(json.dumps(dict(line, seconds=seconds)) + "\n")
