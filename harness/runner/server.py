"""The process that cells are forked from: it has imported TensorFlow once and run no operation.

For each import path it keeps a child of its own that has imported that path too, and cells are forked from there. A
path that is not there is found out once. One that raises, or dies, while it is imported gets no such child: its cells
are forked from the first process, which has not tried, because a half-made import changes what the next one says.

`python -m harness.runner.server REPLY_FD MODULE...` reads requests from standard input, a line of JSON each, and
answers each with a line. Ends when its standard input does.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import select
import signal
import socket
import sys
from typing import Any, Dict

from harness.contract.plan import PathSpec
from harness.runner import cell, supervise
from harness.runner.locate import missing

Request = Dict[str, Any]  # script, directory, path, form, timeout, output_limit
Reply = Dict[str, Any]  # {"watched": {...}} or {"absent": {...}}

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG, see prctl(2)
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Lines:
    """Lines of JSON over a pair of descriptors."""

    def __init__(self, source: int, sink: int) -> None:
        self.source = source
        self.sink = sink
        self._left = b""

    def read(self) -> dict[str, Any] | None:
        """The next line, or None at the end."""
        while b"\n" not in self._left:
            data = os.read(self.source, 65536)
            if not data:
                return None
            self._left += data
        line, _, self._left = self._left.partition(b"\n")
        parsed: dict[str, Any] = json.loads(line.decode("ascii"))
        return parsed

    def write(self, line: dict[str, Any]) -> None:
        data = (json.dumps(line) + "\n").encode("ascii")
        while data:
            data = data[os.write(self.sink, data) :]


def serve(asker: Lines) -> None:
    """The first process: answer requests until the asker is gone, through one child per import path."""
    paths: dict[str, Any] = {}
    while True:
        request = asker.read()
        if request is None:
            return
        spec = PathSpec(request["path"], request["form"])
        if spec.id not in paths:
            paths[spec.id] = _open_path(spec, asker)
        opened = paths[spec.id]
        if isinstance(opened, dict):
            reply = {"absent": opened}
        elif opened is None:
            reply = _run_forked(request, asker.source)
        else:
            forwarded = _forward(request, opened, asker)
            if forwarded is None:  # that process died: its cells are run from here on
                paths[spec.id] = None
            reply = forwarded or _run_forked(request, asker.source)
        asker.write(reply)


def _open_path(spec: PathSpec, asker: Lines) -> Any:
    """Fork a process that imports the path: Lines to it, the error that shows the path absent, or None if broken."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        try:
            _die_with_parent()
            ours.close()
            os.close(asker.sink)
            _serve_path(spec, Lines(theirs.fileno(), theirs.fileno()))
        finally:
            os._exit(0)
    theirs.close()
    lines = Lines(ours.fileno(), ours.detach())
    verdict = _await(lines, asker)
    if verdict is not None and verdict["there"]:
        return lines
    os.close(lines.source)
    os.waitpid(pid, 0)
    return None if verdict is None else verdict["absent"]


def _serve_path(spec: PathSpec, asker: Lines) -> None:
    try:
        absent = missing(spec)
    except BaseException:  # there, and broken: each cell finds out for itself
        return
    asker.write({"there": absent is None, "absent": absent})
    while absent is None:
        request = asker.read()
        if request is None:
            return
        asker.write(_run_forked(request, asker.source))


def _forward(request: Request, path: Lines, asker: Lines) -> Reply | None:
    try:
        path.write(request)
    except OSError:
        return None
    return _await(path, asker)


def _await(path: Lines, asker: Lines) -> dict[str, Any] | None:
    """The next line from a path's process, or None if it died. Ends with Abandoned when the asker is gone."""
    if asker.source in select.select([path.source, asker.source], [], [])[0]:
        raise supervise.Abandoned
    try:
        return path.read()
    except OSError:
        return None


def _run_forked(request: Request, asker: int) -> Reply:
    report, report_end = os.pipe()
    output, output_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            _die_with_parent()
            for descriptor in (report, output, asker):
                os.close(descriptor)
            _become_cell(request, report_end, output_end)
            os._exit(0)
        finally:
            os._exit(70)
    os.close(report_end)
    os.close(output_end)
    try:
        watched = supervise.supervise(pid, report, output, request["timeout"], request["output_limit"], asker)
    finally:
        os.close(report)
        os.close(output)
    return {"watched": vars(watched)}


def _become_cell(request: Request, report: int, output: int) -> None:
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(request["directory"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    cell.run(request["script"], PathSpec(request["path"], request["form"]), cell.reporter(report))


def _die_with_parent() -> None:
    """Let the kernel end this process when the one that forked it dies, however that happens."""
    if _LIBC is not None:
        _LIBC.prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def main(arguments: list[str]) -> None:
    """Import the modules, say so, and serve."""
    reply, modules = int(arguments[0]), arguments[1:]
    cell.hide_harness()
    requests = os.dup(0)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.close(null)
    asker = Lines(requests, reply)
    try:
        for module in modules:
            importlib.import_module(module)
    except BaseException as error:
        asker.write({"ready": False, "reason": f"{type(error).__name__}: {error}"})
        return
    asker.write({"ready": True})
    with contextlib.suppress(supervise.Abandoned):
        serve(asker)


if __name__ == "__main__":
    main(sys.argv[1:])
