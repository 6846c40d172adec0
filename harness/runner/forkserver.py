"""The process that cells are forked from: it has imported the subject once and run no operation.

For each import path it keeps a child of its own that has imported that path too, and cells are forked from there; a
child that dies is replaced. A path that is not there, or that raises, hangs or dies while it is imported, gets no such
child: its cells are forked from the first process, which has not tried, because a half-made import changes what the
next one says. Once a cell has found that its path is not there, those that begin with the same import are not run.

A cell that asks for it gets a fresh interpreter instead. Either way this is the process that sees to the cell's end,
also when whoever asked for it is killed.

`python -m harness.runner.forkserver REPLY_FD PREFIX MODULE...` reads lines of JSON from standard input: the sources of
hooks (`harness.runner.hooks`) with what is to be set before the imports (`harness.runner.preparation`), then requests,
each of which it answers with a line. Ends when its standard input does.
The modules must come from the environment at PREFIX.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import socket
import sys
import threading
import time
from typing import Any, Callable

from harness.contract.deadlines import Deadlines
from harness.contract.plan import PathSpec
from harness.contract.process_tree import end_orphans, reap
from harness.contract.processes import adopt_orphans, die_with_parent
from harness.runner import cell
from harness.runner.cell_process import CellReply, CellRequest, run_forked, run_fresh
from harness.runner.channel import Abandoned, Lines
from harness.runner.hooks import Hooks
from harness.runner.import_order import imports_first, read_script
from harness.runner.large_pages import use_large_pages
from harness.runner.origins import foreign
from harness.runner.path_probe import load_path, probe
from harness.runner.supervisor import Limits

_OF_PATIENCE = 0.5  # the part of a process's patience that hooks may use between two cells


class Server:
    """The first process: answers requests until the asker is gone, through one child per import path.

    `variables` is the environment that a fresh interpreter gets, `hooks` take part around forks of a path's process.
    """

    def __init__(self, asker: Lines, variables: dict[str, str], hooks: Hooks) -> None:
        self.asker = asker
        self.variables = variables
        self.hooks = hooks
        self.paths: dict[PathSpec, Lines | None] = {}  # None: its cells are forked from here
        self.children: dict[PathSpec, int] = {}  # the processes of those that have one
        self.absent: dict[PathSpec, CellReply] = {}  # what the first cell said that found its path is not there

    def serve(self) -> None:
        while True:
            request = self.asker.read()
            if request is None:
                return
            self.asker.write(self._answer(request))

    def close(self) -> None:
        """Let the children end, which see to the end of their cells."""
        for descriptor in self._sockets():
            os.close(descriptor)
        for pid in self.children.values():
            os.waitpid(pid, 0)  # one that is stopped holds us up, until we are killed

    def _answer(self, request: CellRequest) -> CellReply:
        if request["fresh"]:
            return run_fresh(request, self.asker.source, self.variables, self.children.values())
        spec = PathSpec(*request["path"])
        if spec not in self.paths:
            self.paths[spec] = self._open(spec, request["limits"][-1])
        path = self.paths[spec]
        if path is not None:
            reply = self._forward(request, path)
            if reply is not None:
                return reply
            self._forget(spec, path)
        elif _imports_first(request):
            return self._run_or_know(request, spec)
        return self._run_forked(request)

    def _run_or_know(self, request: CellRequest, spec: PathSpec) -> CellReply:
        """Run a cell that begins by importing what may not be there; where one has found that out, give its answer."""
        if spec in self.absent:
            return self.absent[spec]
        reply = self._run_forked(request)
        if reply["code"] == 0 and any("absent" in line for line in reply["lines"]):
            lines = [line for line in reply["lines"] if "done" not in line]  # without the seconds of its stages
            self.absent[spec] = {**reply, "lines": lines, "output": "", "seconds": 0.0, "cpu_seconds": 0.0}
        return reply

    def _run_forked(self, request: CellRequest) -> CellReply:
        return run_forked(request, self.asker.source, [self.asker.sink, *self._sockets()], self.children.values())

    def _open(self, spec: PathSpec, timeout: float) -> Lines | None:
        """Fork a process that imports the path; None where that does not work, for whatever reason."""
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            try:
                die_with_parent()
                for descriptor in (ours.fileno(), self.asker.source, self.asker.sink, *self._sockets()):
                    os.close(descriptor)
                _serve_path(spec, Lines(theirs.fileno(), theirs.fileno()), self.hooks)
            finally:
                os._exit(0)
        theirs.close()
        lines = Lines(ours.fileno(), ours.detach())
        if self._await(lines, timeout) is not None:
            self.children[spec] = pid
            return lines
        os.kill(pid, signal.SIGKILL)
        os.close(lines.source)
        reap(pid)
        return None

    def _forget(self, spec: PathSpec, path: Lines) -> None:
        """See to the end of a path's process that has died or is stopped, and of its cell: the next gets another."""
        del self.paths[spec]
        os.close(path.source)
        pid = self.children.pop(spec)
        os.kill(pid, signal.SIGKILL)
        reap(pid)
        end_orphans(self.children.values())

    def _forward(self, request: CellRequest, path: Lines) -> CellReply | None:
        try:
            path.write(request)
        except OSError:
            return None
        return self._await(path, deadlines_of(request).cell)

    def _await(self, path: Lines, limit: float) -> dict[str, Any] | None:
        """The next line from a path's process, or None if it died or takes too long; Abandoned if the asker left."""
        try:
            return path.read(limit, self.asker.source)
        except OSError:  # TimeoutError is one
            return None

    def _sockets(self) -> list[int]:
        return [path.source for path in self.paths.values() if path is not None]


def deadlines_of(request: CellRequest) -> Deadlines:
    """The time to wait for the answer to a request."""
    limits = Limits(*request["limits"])
    return Deadlines(limits.timeout, limits.importing, request["patience"])


def _imports_first(request: CellRequest) -> bool:
    """Whether nothing that the script does can come before its import of the path."""
    path = PathSpec(*request["path"])
    if path.form == "attribute":
        return False
    tree = read_script(request["script"])
    return tree is not None and imports_first(tree, path.id, {name.split(".")[0] for name in sys.modules})


def _serve_path(spec: PathSpec, asker: Lines, hooks: Hooks) -> None:
    try:
        absent = probe(spec)
        if absent is None:
            load_path(spec)
    except BaseException:  # there, and broken: each cell finds out for itself
        return
    if absent is not None or threading.active_count() > 1:  # threads would not be there in what is forked
        return
    die_with_parent(0)  # from here on the asker's end is seen, and a cell's own processes are ended first
    adopt_orphans()
    gc.freeze()  # a cell that collects garbage need not look at all this
    asker.write({"there": True})
    while True:
        request = asker.read()
        if request is None:
            return
        reply = run_forked(request, asker.source, [], after_script=hooks.after_script)
        reports = [line["noticed"] for line in reply["lines"] if "noticed" in line]
        asker.write(reply)
        hooks.before_forking(reports, _stop(asker, request["patience"] * _OF_PATIENCE))


def _stop(asker: Lines, seconds: float) -> Callable[[], bool]:
    """Whether so many seconds have passed, or nobody will ask for another cell."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end or asker.is_abandoned()


def _prepare(variables: list[tuple[str, str]], hidden: list[str]) -> bool:
    """Set what is to be set before the imports; False where a module that is to be hidden is loaded already."""
    if not sys.modules.keys().isdisjoint(hidden):
        return False
    os.environ.update(dict(variables))
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    return True


def main(arguments: list[str]) -> None:
    """Import the modules, say so, and serve."""
    reply, prefix, modules = int(arguments[0]), arguments[1], arguments[2:]
    variables = dict(os.environ)
    adopt_orphans()
    cell.hide_harness()
    requests = os.dup(0)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.close(null)
    asker = Lines(requests, reply)
    beginning = asker.read()
    if beginning is None:
        return
    try:
        hooks = Hooks(beginning["hooks"])
    except Exception as error:
        asker.write({"ready": False, "reason": f"the hooks of a plugin raised {type(error).__name__}: {error}"})
        return
    if not _prepare(beginning["variables"], beginning["hidden"]):
        asker.write({"ready": False, "reason": "a module that is to be hidden is loaded"})
        return
    try:
        for module in modules:
            importlib.import_module(module)
    except BaseException as error:
        asker.write({"ready": False, "reason": f"{type(error).__name__}: {error}"})
        return
    reason = foreign(prefix, modules)
    if reason is not None:
        asker.write({"ready": False, "reason": reason})
        return
    cell.own_modules()  # for all that is forked
    gc.freeze()
    use_large_pages()
    asker.write({"ready": True})
    server = Server(asker, variables, hooks)
    with contextlib.suppress(Abandoned):
        server.serve()
    server.close()
    os._exit(0)  # there is nothing here worth the time that tearing down the subject takes


if __name__ == "__main__":
    main(sys.argv[1:])
