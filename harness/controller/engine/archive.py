"""A project as it travels to other machines: one archive, named by its content."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from harness.cases.case import FOLDER
from harness.controller.errors import HarnessError
from harness.controller.files import make_folder, write_errors
from harness.controller.project import matrix as matrices
from harness.controller.project.loader import Project
from harness.controller.project.written import WRITTEN

_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first date of a ZIP file


@dataclass(frozen=True)
class Archive:
    """The files of a project that environments are made and run from. Results and caches travel with each task."""

    digest: str
    content: bytes = field(repr=False)


def pack_project(project: Project) -> Archive:
    """The archive of a project; the same for the same files."""
    root = project.layout.root
    total = hashlib.sha256()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in _files(project):
            name, content = file.relative_to(root).as_posix(), file.read_bytes()
            total.update(f"{name}\0{len(content)}\0".encode() + content)
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return Archive(total.hexdigest()[:16], buffer.getvalue())


def _files(project: Project) -> Iterator[Path]:
    root = project.layout.root
    modules = [root / name for name in project.matrix.plugins if name.endswith(".py")]
    hooks = [file for plugin in project.language.plugins for file in plugin.hook_files if root in file.parents]
    yield from dict.fromkeys((root / matrices.FILE, root / "tox.ini", root / "toxfile.py", *modules, *hooks))
    for pattern in (f"{FOLDER}/**/*", f"{WRITTEN}/**/*", "locks/*.txt"):
        yield from sorted(file for file in root.glob(pattern) if file.is_file())


def unpack_project(archive: Archive, folder: Path) -> None:
    """Unpack an archive as `folder`, whole or not at all. Does nothing where it exists."""
    if folder.exists():
        return
    make_folder(folder.parent)
    with write_errors(folder):
        staging = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        try:
            with zipfile.ZipFile(io.BytesIO(archive.content)) as content:
                content.extractall(staging)
            with suppress(OSError):  # another process was faster
                os.rename(staging, folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    if not folder.is_dir():
        raise HarnessError(f"{folder}: cannot be written")
