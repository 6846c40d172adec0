"""Tasks and results as text, for commands that carry them: nothing that is read here is executed."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from typing import Any

from harness.controller.engine.archive import Archive
from harness.controller.engine.description import own_version
from harness.controller.engine.task import Files, Task, TaskResult
from harness.controller.errors import HarnessError


def write_request(task: Task, archive: Archive) -> str:
    """A task with its project, and the version of the harness that asks."""
    data = asdict(task) | {"files": _encoded(task.files)}
    content = base64.b64encode(archive.content).decode()
    return json.dumps({"version": own_version(), "task": data, "digest": archive.digest, "content": content})


def read_request(text: str) -> tuple[Task, Archive]:
    """What `write_request` wrote. Raises HarnessError for another version's, or for anything else."""
    data = _parsed(text)
    if data.get("version") != own_version():
        raise HarnessError(f"it has harness {own_version()}, and the run is of {data.get('version')}")
    try:
        fields = data["task"] | {"files": _decoded(data["task"]["files"])}
        fields |= {name: tuple(fields[name]) for name in ("arguments", "returns")}
        return Task(**fields), Archive(data["digest"], base64.b64decode(data["content"]))
    except (KeyError, TypeError, ValueError) as error:
        raise HarnessError(f"not a task: {type(error).__name__}: {error}") from None


def write_result(result: TaskResult) -> str:
    """A result."""
    return json.dumps(asdict(result) | {"files": _encoded(result.files)})


def read_result(text: str) -> TaskResult:
    """What `write_result` wrote. Raises HarnessError for anything else."""
    data = _parsed(text)
    try:
        return TaskResult(**(data | {"files": _decoded(data["files"])}))
    except (KeyError, TypeError, ValueError) as error:
        raise HarnessError(f"not a result: {type(error).__name__}: {error}") from None


def _parsed(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise HarnessError(f"not JSON: {error}") from None
    if not isinstance(data, dict):
        raise HarnessError("not JSON of an object")
    return data


def _encoded(files: Files) -> dict[str, str]:
    return {name: base64.b64encode(content).decode() for name, content in files.items()}


def _decoded(files: dict[str, str]) -> Files:
    return {name: base64.b64decode(content) for name, content in files.items()}
