"""Reading from tox's log how far an environment is made: uv's lines about packages, sizes and byte code."""

from __future__ import annotations

import re

_DOWNLOADING = re.compile(r"Downloading (?P<name>\S+) \((?P<size>[\d.]+)(?P<unit>[KMG]i)?B\)$")
_DOWNLOADED = re.compile(r" *Downloaded (?P<name>\S+)$")
_RESOLVED = re.compile(r"Resolved (\d+) packages? in ")
_PREPARED = re.compile(r"Prepared \d+ packages? in ")
_INSTALLED = re.compile(r"Installed (\d+) packages? in ")
_UNITS = {None: 1, "Ki": 1024, "Mi": 1024**2, "Gi": 1024**3}


def installation_step(log: str, environment: str) -> str:
    """The step that tox and uv are at, with the sizes that uv prints: it leaves out packages below a MiB."""
    if f"{environment}: commands[0]> " in log:
        return "starting the worker"
    before, found, install = log.partition(f"{environment}: install_deps> ")
    if not found:
        made = f"{environment}: venv> " in before
        return "creating the virtual environment" if made else "starting tox"

    step = "looking for packages"
    sizes: dict[str, float] = {}
    done: set[str] = set()
    for line in install.splitlines():
        if match := _RESOLVED.match(line):
            step = f"installing {match[1]} packages"
        elif match := _DOWNLOADING.match(line):
            sizes[match["name"]] = float(match["size"]) * _UNITS[match["unit"]]
        elif match := _DOWNLOADED.match(line):
            done.add(match["name"])
        elif _PREPARED.match(line):
            done.update(sizes)
        elif match := _INSTALLED.match(line):
            step = f"compiling byte code of {match[1]} packages"
    open_sizes = {name: size for name, size in sizes.items() if name not in done}
    if not open_sizes:
        return step
    largest = max(open_sizes, key=open_sizes.__getitem__)
    arrived = sum(sizes.values()) - sum(open_sizes.values())
    return f"downloading: {_megabytes(arrived)} of {_megabytes(sum(sizes.values()))} MB, next {largest}"


def _megabytes(size: float) -> str:
    return f"{size / 1e6:.0f}"
