"""What the actions that our workflows use do, as far as we use it: read from their sources at the pinned commits."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.hosted_service import Service

Inputs = dict[str, str]


class Refused(Exception):
    """What makes an action fail."""


def checkout(service: Service, workspace: Path, inputs: Inputs) -> None:
    assert inputs["persist-credentials"] == "false"
    git = ["git", "-C", str(workspace)]
    depth = ["--depth", inputs.get("fetch-depth", "1")]
    address = service.origin.as_uri()
    for command in (
        ["init", "--quiet", "--initial-branch", "main"],
        ["remote", "add", "origin", address],
        ["fetch", "--quiet", *depth, "origin", "main"],
        ["checkout", "--quiet", "-B", "main", "FETCH_HEAD"],
    ):
        subprocess.run([*git, *command], check=True)


def upload(service: Service, workspace: Path, inputs: Inputs) -> None:
    """From the least folder that all paths share down, with hidden files only if that is asked for."""
    name, paths = inputs["name"], [workspace / line for line in inputs["path"].split("\n") if line]
    assert "*" not in inputs["path"], "patterns are not known here"
    if name in service.artifacts and inputs.get("overwrite") != "true":
        raise Refused(f"an artifact {name} exists already")
    top = Path(os.path.commonpath(paths)) if len(paths) > 1 else paths[0]
    hidden = inputs.get("include-hidden-files") == "true"
    files = [file for path in paths for file in _files(path, hidden)]
    if not files:
        return
    target = _fresh(service.folder / "artifacts" / name)
    for file in files:
        (target / file.relative_to(top)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target / file.relative_to(top))
    service.artifacts[name] = target


def download(service: Service, workspace: Path, inputs: Inputs) -> None:
    """One artifact into the path itself, also if it is the only one of a pattern; several into folders of their own."""
    found = {name for name in service.artifacts if fnmatchcase(name, inputs.get("name") or inputs["pattern"])}
    if "name" in inputs and not found:
        raise Refused(f"there is no artifact {inputs['name']}")
    for name in found:
        target = workspace / inputs.get("path", ".")
        shutil.copytree(service.artifacts[name], target if len(found) == 1 else target / name, dirs_exist_ok=True)


def save(service: Service, workspace: Path, inputs: Inputs) -> None:
    """What is kept under a key stays as it is. A path that is not there is left out."""
    if inputs["key"] not in service.caches and (workspace / inputs["path"]).exists():
        kept = _fresh(service.folder / "caches" / inputs["key"])
        shutil.copytree(workspace / inputs["path"], kept, dirs_exist_ok=True)
        service.caches[inputs["key"]] = kept


def restore(service: Service, workspace: Path, inputs: Inputs) -> None:
    """By the key, or else the newest whose key begins with one of the others."""
    begin = [line for line in inputs.get("restore-keys", "").split("\n") if line]
    found = [key for key in service.caches if key == inputs["key"] or any(key.startswith(word) for word in begin)]
    if found:
        shutil.copytree(service.caches[found[-1]], workspace / inputs["path"], dirs_exist_ok=True)


def upload_pages(service: Service, workspace: Path, inputs: Inputs) -> None:
    upload(service, workspace, {"name": inputs.get("name", "github-pages"), "path": inputs["path"]})


def deploy_pages(service: Service, workspace: Path, inputs: Inputs) -> dict[str, str]:
    name = inputs.get("artifact_name", "github-pages")
    if name not in service.artifacts:
        raise Refused("there is no site")
    service.pages = service.artifacts[name]
    return {"page_url": "https://example.org/"}


def link(service: Service, workspace: Path, inputs: Inputs) -> None:
    """What was kept is this machine's own cache of uv."""
    assert inputs["path"] == ".uv-cache"
    done = subprocess.run(["uv", "cache", "dir"], capture_output=True, text=True, check=True)
    Path(done.stdout.strip()).mkdir(parents=True, exist_ok=True)
    (workspace / inputs["path"]).symlink_to(done.stdout.strip())


KNOWN: dict[str, Callable[[Service, Path, Inputs], dict[str, str] | None]] = {
    "actions/checkout": checkout,
    "actions/upload-artifact": upload,
    "actions/download-artifact": download,
    "actions/cache": link,
    "actions/cache/save": save,
    "actions/cache/restore": restore,
    "actions/upload-pages-artifact": upload_pages,
    "actions/deploy-pages": deploy_pages,
}


def _files(path: Path, hidden: bool) -> Iterator[Path]:
    if path.name.startswith(".") and not hidden:
        return
    if path.is_dir():
        for entry in sorted(path.iterdir()):
            yield from _files(entry, hidden)
    elif path.exists():
        yield path


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
