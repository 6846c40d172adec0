"""Clients of Dask: of a scheduler that runs, of workers on this machine, or of a cluster that a file describes."""

from __future__ import annotations

import importlib
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from distributed import Client, LocalCluster

from harness.controller.engine.site import FOLDER_NAME
from harness.controller.errors import HarnessError, UsageError
from harness.controller.files import read_text

_TIMEOUT = 10  # seconds for a scheduler to answer


def quiet() -> None:
    """Leave it to us to report what goes wrong: Dask logs many lines on each lost connection."""
    for name in ("distributed", "tornado", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


@contextmanager
def client_of_scheduler(address: str) -> Iterator[Client]:
    """A client of a scheduler. Raises UsageError for no address, HarnessError where nothing answers there."""
    quiet()
    try:
        client = Client(address, timeout=_TIMEOUT, set_as_default=False)
    except ValueError as error:
        raise UsageError(f"--scheduler {address}: {error}") from None
    except OSError:
        raise HarnessError(f"no scheduler answers at {address}") from None
    try:
        yield client
    finally:
        _close(client)


@contextmanager
def client_of_local_workers(number: int, folder: Path) -> Iterator[Client]:
    """A client of worker processes on this machine, which keep their environments in the folder."""
    quiet()
    with (
        tempfile.TemporaryDirectory(prefix="harness-dask-") as scratch,
        LocalCluster(
            n_workers=number,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",  # any free port
            memory_limit=0,
            local_directory=scratch,
            env={FOLDER_NAME: str(folder)},
            silence_logs=logging.CRITICAL,
        ) as cluster,
    ):
        client = Client(cluster, set_as_default=False)
        try:
            yield client
        finally:
            _close(client)


@contextmanager
def client_of_file(file: Path) -> Iterator[Client]:
    """A client of a cluster that a file describes: its `class`, the `arguments` of that, and the number of `jobs`."""
    quiet()
    try:
        data = yaml.safe_load(read_text(file))
        module, _, name = data["class"].rpartition(".")
        make, arguments, jobs = getattr(importlib.import_module(module), name), data.get("arguments", {}), data["jobs"]
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ImportError, ValueError) as error:
        raise UsageError(f"{file}: not a description of a cluster: {type(error).__name__}: {error}") from None
    with _started(file, make, arguments) as cluster:
        cluster.scale(jobs)
        client = Client(cluster, set_as_default=False)
        try:
            yield client
        finally:
            _close(client)


def _started(file: Path, make: Any, arguments: dict[str, Any]) -> Any:
    try:
        return make(**arguments)
    except TypeError as error:
        raise UsageError(f"{file}: {error}") from None


def _close(client: Client) -> None:
    client.close(timeout=2)
