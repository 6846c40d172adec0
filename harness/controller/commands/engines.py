"""`--engine` and its options: where environments run."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from harness.controller.commands.options import integer
from harness.controller.engine.remote import RemoteEngine
from harness.controller.errors import UsageError
from harness.controller.project.loader import Project
from harness.controller.text import strip_control

# By engine, of which each needs one.
_OPTIONS: dict[str, tuple[str, ...]] = {
    "local": (),
    "dask": ("scheduler", "workers", "cluster"),
    "shell": ("command_line",),
}


def add_engine(parser: argparse.ArgumentParser) -> None:
    """`--engine`, and what each of them needs."""
    group = parser.add_argument_group("other machines (docs/cluster.md)")
    group.add_argument(
        "--engine", choices=list(_OPTIONS), default="local", help="where environments run (default: local)"
    )
    where = group.add_mutually_exclusive_group()
    where.add_argument("--scheduler", metavar="ADDRESS", help="dask: a scheduler, such as tcp://host:8786")
    where.add_argument("--workers", type=integer(1), metavar="N", help="dask: so many workers on this machine")
    where.add_argument("--cluster", type=Path, metavar="FILE", help="dask: a YAML file that describes a cluster")
    where.add_argument(
        "--command-line", metavar="TEXT", help="shell: what carries the file {task} to a machine, and {result} back"
    )


def engine_of(options: argparse.Namespace, project: Project, console: Console) -> RemoteEngine | None:
    """The engine that the options name; None for this machine. Raises UsageError."""

    def say(sentence: str) -> None:
        console.print(strip_control(sentence), markup=False, soft_wrap=True)

    _check(options)
    if options.engine == "dask":
        return RemoteEngine(project, _dask(options, project), say)
    if options.engine == "shell":
        from harness.controller.engine.shell import ShellTransport

        return RemoteEngine(project, ShellTransport(options.command_line, getattr(options, "jobs", None) or 1), say)
    return None


def _check(options: argparse.Namespace) -> None:
    """Each engine has options of its own, of which it needs one."""
    own = _OPTIONS[options.engine]
    for name in (name for names in _OPTIONS.values() for name in names):
        if name not in own and getattr(options, name) is not None:
            raise UsageError(f"{_option(name)} does not go with --engine {options.engine}")
    if own and all(getattr(options, name) is None for name in own):
        raise UsageError(f"--engine {options.engine} needs {' or '.join(map(_option, own))}")


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _dask(options: argparse.Namespace, project: Project) -> Any:
    try:
        from harness.controller.engine import dask_clusters
        from harness.controller.engine.dask_transport import DaskTransport
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"--engine dask needs the package {missing.name}: pip install '.[dask]' in a checkout of the harness"
        ) from None
    open_client: Callable[[], AbstractContextManager[Any]]
    if options.workers is not None:
        folder = project.layout.state / "workers"
        open_client = partial(dask_clusters.client_of_local_workers, options.workers, folder)
    elif options.cluster is not None:
        open_client = partial(dask_clusters.client_of_file, options.cluster)
    else:
        open_client = partial(dask_clusters.client_of_scheduler, options.scheduler)
    return DaskTransport(open_client, is_local=options.workers is not None)
