"""The two ways to give a cell a process of its own: forked from a warm parent, or a fresh interpreter.

Both take the same request and give the same reply, and must give the same outcome.
"""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import subprocess
import sys
import tempfile
from typing import Any, Sequence

from harness.contract.deadlines import IMPORT_LIMIT
from harness.contract.plan import PathSpec
from harness.contract.process_tree import children, end_orphans, reap
from harness.contract.processes import adopt_orphans
from harness.contract.temporary import TemporaryFolder
from harness.runner.cell_process import CellReply, CellRequest
from harness.runner.channel import Lines
from harness.runner.forkserver import deadlines_of
from harness.runner.import_order import acts_before_imports, read_script
from harness.runner.origins import foreign
from harness.runner.preparation import Preparation, preparation_of
from harness.runner.supervisor import name_of_signal

_CLOCK = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: ")  # before what TensorFlow itself logs
_PATIENCE = 5.0  # seconds that the process which cells are forked from has to end


class BrokenEnvironment(Exception):
    """A module that every cell needs, such as the subject itself, cannot be imported."""


class Isolation:
    """Runs cells below a server process (`harness.runner.forkserver`), which is replaced when it dies or is stopped.

    `preload`, `loads` and `folders` are those of the plan. Where a `prefix` is given, what runs must be of the
    environment in that folder. `run` raises BrokenEnvironment, and OSError or EOFError where the harness itself is at
    fault.
    """

    def __init__(
        self,
        preload: list[str],
        loads: Sequence[str] = (),
        folders: Sequence[str] = (),
        prefix: str = "",
        hooks: Sequence[str] = (),
        preparation: Preparation = Preparation(),  # noqa: B008, it is frozen
    ) -> None:
        self.preload = preload
        self.loads = loads
        self.folders = folders
        self.prefix = prefix
        self.hooks = list(hooks)  # sources (`harness.runner.hooks`)
        self.preparation = preparation
        self.home = TemporaryFolder()
        # What the user keeps in such a folder, a configuration for instance, must not choose for them.
        self.environment = dict(os.environ, **dict.fromkeys(folders, self.home.path))
        for name in [name for name in self.environment if name.startswith("PYTEST_")]:
            del self.environment[name]
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: Lines | None = None
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115, closed by close
        self._worked = False
        self._others = children(os.getpid())
        adopt_orphans()

    def run(self, request: CellRequest) -> CellReply:
        """Run a cell in a process of its own."""
        raise NotImplementedError

    def run_below(self, request: CellRequest, fresh: bool) -> CellReply:
        """Run a cell below the server: in a fresh interpreter, or in a fork."""
        request = dict(request, fresh=fresh)
        reply = self._ask(request)
        if reply is None:  # the server died or is stopped, which says nothing about the cell: once more, with a new one
            self._stop()
            reply = self._ask(request)
        if reply is None:
            self._stop()
            raise EOFError("the process that cells are started from died twice, or did not answer")
        return reply

    def _ask(self, request: CellRequest) -> dict[str, Any] | None:
        if self._lines is None:
            self.start()
        assert self._lines is not None
        try:
            self._lines.write(request)
            return self._lines.read(deadlines_of(request).server)
        except BrokenPipeError:
            return None
        except TimeoutError:
            self._kill()
            return None

    def start(self) -> None:
        """Start the server. Raises BrokenEnvironment where it cannot import what it is to import from its own files."""
        reason = foreign(self.prefix, ["pytest"])
        if reason is not None:
            raise BrokenEnvironment(reason)
        replies, replies_end = os.pipe()
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "harness.runner.forkserver",
                str(replies_end),
                self.prefix,
                *self.preload,
            ],
            cwd=self.home.path,  # which is empty: a script named like a module must not stand in for it while we start
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            pass_fds=[replies_end],
            start_new_session=True,
        )
        os.close(replies_end)
        assert self._process.stdin is not None
        self._lines = Lines(replies, self._process.stdin.fileno())
        try:
            self._lines.write({"hooks": self.hooks, **vars(self.preparation)})
            ready = self._lines.read(IMPORT_LIMIT)
        except BrokenPipeError:
            ready = None
        except TimeoutError:
            self._kill()
            ready = None
        if ready is None or not ready["ready"]:
            reason = ready["reason"] if ready else self._how_it_ended()
            self._stop()
            # What worked once is not broken: then it is this machine's trouble, and the cell's alone.
            raise EOFError(reason) if self._worked else BrokenEnvironment(reason)
        self._worked = True

    def _how_it_ended(self) -> str:
        assert self._process is not None
        try:
            code = self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:  # it has closed its descriptors, or is stopped
            self._kill()
            code = self._process.wait()
        how = name_of_signal(-code) if code < 0 else f"exit code {code}"
        self._errors.seek(0)
        said = self._errors.read().decode("utf-8", "replace").split("\n")
        last = next((_CLOCK.sub("", line) for line in reversed(said) if line.strip()), "")
        return "importing {} ended the process: {}".format(", ".join(self.preload), how) + (last and f": {last}")

    def _stop(self) -> None:
        if self._process is not None and self._lines is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            os.close(self._lines.source)
            try:
                self._process.wait(_PATIENCE)  # it sees to the end of whatever runs below it
            except subprocess.TimeoutExpired:
                self._kill()
                self._process.returncode = -signal.SIGKILL  # we do not wait here for one that hangs in the kernel
                reap(self._process.pid)
            end_orphans(self._others)  # what it has left if it was killed
        self._process = self._lines = None

    def _kill(self) -> None:
        """Kill the server and the processes of its import paths, also where they are stopped."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        self._stop()
        self._errors.close()
        self.home.close()


class Spawn(Isolation):
    """A fresh interpreter for every cell: slow, and the reference."""

    def run(self, request: CellRequest) -> CellReply:
        return self.run_below(request, fresh=True)

    def start(self) -> None:
        self.hooks = []
        if self.preload:  # once: each cell imports it for itself
            once = Fork(self.preload, prefix=self.prefix)
            try:
                once.start()
            finally:
                once.close()
            self.preload = []
        super().start()


class Fork(Isolation):
    """Cells forked from the server, which has imported the subject, or from a child of it that has imported the path.

    A script that does something before its imports, such as setting a variable that they look at, would come too late
    in such a fork. Where all that it does there is to set variables or to hide modules, it is forked from a server that
    has done so before it imported the subject; else it gets a fresh interpreter. So does a script that is named like a
    module, which it stands before.
    """

    _prepared: Isolation | None = None  # that of the last script with a preparation
    _unprepared: frozenset[Preparation] = frozenset()  # with which no server can start

    def run(self, request: CellRequest) -> CellReply:
        if _is_module(request["script"]):
            return self.run_below(request, fresh=True)
        tree = read_script(request["script"])
        if tree is None:
            return self.run_below(request, fresh=False)
        loaded = [*self.preload, *self.loads, PathSpec(*request["path"]).package]
        warm = {name.split(".")[0] for name in loaded}
        preparation = preparation_of(tree, warm)
        prepared = self._prepared_so(preparation) if preparation is not None else None
        if prepared is not None:
            return prepared.run_below(request, fresh=False)
        return self.run_below(request, fresh=acts_before_imports(tree, warm))

    def _prepared_so(self, preparation: Preparation) -> Isolation | None:
        if self._prepared is not None and self._prepared.preparation == preparation:
            return self._prepared
        self._close_prepared()
        if preparation in self._unprepared:
            return None
        prepared = Isolation(self.preload, self.loads, self.folders, self.prefix, self.hooks, preparation)
        try:
            prepared.start()
        except (BrokenEnvironment, EOFError):  # a fresh interpreter tells what its cells are to be told
            prepared.close()
            self._unprepared |= {preparation}
            return None
        self._prepared = prepared
        return prepared

    def _close_prepared(self) -> None:
        if self._prepared is not None:
            self._prepared.close()
            self._prepared = None

    def close(self) -> None:
        self._close_prepared()
        super().close()


def _is_module(script: str) -> bool:
    name = os.path.splitext(os.path.basename(script))[0]
    return name.isidentifier() and (name in sys.modules or importlib.util.find_spec(name) is not None)


ISOLATIONS = {"fork": Fork, "spawn": Spawn}
