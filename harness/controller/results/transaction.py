"""Transactions: several files written as one, all or none, even if the process is killed in between.

Every new text first goes to a staging path next to its file. The journal then records that all are complete: this
commits the transaction. Last, the files are renamed. A process that finds the journal of a killed one finishes its
transaction: it renames the files, or removes them if they were not complete.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from harness.controller.errors import HarnessError
from harness.controller.files import exclusive_lock, make_folder, write_atomically, write_errors, write_through
from harness.controller.project.layout import Layout


@contextmanager
def writer_lock(layout: Layout) -> Iterator[None]:
    """Hold the lock for writing results. Raises HarnessError if another process holds it."""
    with exclusive_lock(layout.state / "writing", f"writing of results in {layout.root}"):
        yield


def finish_transaction(layout: Layout) -> None:
    """Finish the transaction of a killed process, if there is one."""
    if _journal(layout).exists():
        with writer_lock(layout):
            _complete(layout)


def changed_texts(texts: Mapping[Path, str]) -> dict[Path, str]:
    """The texts that differ from their files, sorted. Raises HarnessError for a file that cannot be written."""
    found = {}
    for file in sorted(texts):
        with write_errors(file):
            before = _content(file)
        if before != texts[file].encode("utf-8"):
            found[file] = texts[file]
    return found


def write_transaction(layout: Layout, texts: Mapping[Path, str]) -> None:
    """Write the files and any missing folders as one transaction. The caller holds the writer lock."""
    _complete(layout)
    texts = changed_texts(texts)
    try:
        _write_journal(layout, texts, are_whole=False)
        for file, text in texts.items():
            make_folder(file.parent)
            with write_errors(file):
                write_through(_staging_path(file), text)
        _sync(texts)
        _write_journal(layout, texts, are_whole=True)
    except BaseException:
        _journal(layout).unlink(missing_ok=True)  # first: staged files without a journal are never used
        with suppress(HarnessError):  # the first error counts
            _remove(texts)
        raise
    _complete(layout)


def _content(file: Path) -> bytes | None:
    """The bytes of a file; None without a file. Raises OSError for a file that may be read but not written."""
    if not file.exists():
        return None
    with open(file, "r+b") as handle:
        return handle.read()


def _journal(layout: Layout) -> Path:
    return layout.state / "writing.json"


def _write_journal(layout: Layout, files: Iterable[Path], are_whole: bool) -> None:
    names = [os.path.relpath(file, layout.root) for file in files]
    write_atomically(_journal(layout), json.dumps({"whole": are_whole, "files": names}) + "\n")
    _sync([_journal(layout)])


def _complete(layout: Layout) -> None:
    journal = _journal(layout)
    if not journal.exists():
        return
    try:
        recorded = json.loads(journal.read_text(encoding="utf-8"))
        files = [layout.root / name for name in recorded["files"]]
        are_whole = recorded["whole"]
    except (OSError, KeyError, TypeError, ValueError) as error:
        fault = f"not a journal of an acceptance ({type(error).__name__})"
        raise HarnessError(f"{journal}: {fault}: check results/, then delete it") from None
    if are_whole:
        _put_in_place(files)
    else:
        _remove(files)
    with write_errors(journal):
        journal.unlink()


def _put_in_place(files: Iterable[Path]) -> None:
    files = list(files)
    for file in files:
        if _staging_path(file).exists():  # otherwise its writer renamed it before it was killed
            with write_errors(file):
                os.replace(_staging_path(file), file)
    _sync(files)


def _remove(files: Iterable[Path]) -> None:
    for file in files:
        with write_errors(file):
            _staging_path(file).unlink(missing_ok=True)


def _staging_path(file: Path) -> Path:
    """The file of a new text until the commit, in the same folder: renaming is atomic only within one file system."""
    return file.with_name(f".{file.name}.new")


def _sync(files: Iterable[Path]) -> None:
    """Make the renames survive a loss of power."""
    for folder in {file.parent for file in files}:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
