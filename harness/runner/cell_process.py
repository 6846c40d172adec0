"""A cell's process: forked from this one or a fresh interpreter, and watched to its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any, Callable, Collection, Dict

from harness.contract.plan import PathSpec
from harness.contract.process_tree import end_orphans
from harness.contract.processes import die_with_parent
from harness.runner import cell
from harness.runner.report import new_token
from harness.runner.supervisor import Limits, supervise

# script, directory, variables, path (a PathSpec's values), limits (as in Limits), patience, fresh
CellRequest = Dict[str, Any]
CellReply = Dict[str, Any]  # what was Watched

_BROKEN = 70  # the exit code of a cell in which the harness itself failed


def run_forked(
    request: CellRequest,
    asker: int,
    others: list[int],
    own: Collection[int] = (),
    after_script: Callable[[], str] = str,
) -> CellReply:
    """Run a cell in a fork of this process, in which the descriptors `asker` and `others` are closed."""
    report, report_end = os.pipe()
    output, output_end = os.pipe()
    token = [new_token()]  # a list, which the cell empties: no frame of its process keeps the token
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            die_with_parent()
            for descriptor in (report, output, asker, *others):
                os.close(descriptor)
            _become_cell(request, report_end, output_end, token, after_script)
            cell.leave()
        finally:
            os._exit(_BROKEN)
    os.close(report_end)
    os.close(output_end)
    return _watch(pid, report, output, token.pop(), request, asker, own)


def run_fresh(request: CellRequest, asker: int, variables: dict[str, str], own: Collection[int]) -> CellReply:
    """Run a cell in a fresh interpreter."""
    report, report_end = os.pipe()
    output, output_end = os.pipe()
    token = new_token()
    secret, secret_end = os.pipe()  # arguments and variables of a process are for everyone to read
    os.write(secret_end, token.encode("ascii"))
    os.close(secret_end)
    command = [sys.executable, "-m", "harness.runner.cell", str(report_end), str(secret)]
    process = subprocess.Popen(
        [*command, request["script"], *request["path"], *request["arguments"]],
        env=dict(variables, **request["variables"]),
        stdin=subprocess.DEVNULL,
        stdout=output_end,
        stderr=output_end,
        pass_fds=[report_end, secret],
        start_new_session=True,
    )
    for descriptor in (report_end, output_end, secret):
        os.close(descriptor)
    process.returncode = 0  # it is reaped where it is watched; Popen need not try
    return _watch(process.pid, report, output, token, request, asker, own)


def _watch(
    pid: int, report: int, output: int, token: str, request: CellRequest, asker: int, own: Collection[int]
) -> CellReply:
    """See to the end of a cell, and of all that it leaves. `own` are the other children of this process."""
    try:
        limits = Limits(*request["limits"])
        return vars(supervise(pid, report, output, token, limits, asker, own))
    finally:
        os.close(report)
        os.close(output)
        end_orphans(own)


def _become_cell(
    request: CellRequest, report: int, output: int, token: list[str], after_script: Callable[[], str]
) -> None:
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(request["directory"])
    os.environ.update(request["variables"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    path = PathSpec(*request["path"])
    cell.run_script(request["script"], path, request["arguments"], report, token, after_script)
