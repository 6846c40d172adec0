"""Several files of a project written as one: all of them or none, also when the process is killed in between.

Every new text is first put beside the file that it is for. Then the journal says that all of them are there, which is
the moment from which on it is done, and they are renamed. Whoever comes upon a journal, because its writer was killed,
finishes what it says: puts the files in place, or removes what was not yet whole.
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
    """Hold what lets nobody else write results. Raises HarnessError where another process does."""
    with exclusive_lock(layout.state / "writing", f"writing of results in {layout.root}"):
        yield


def finish_transaction(layout: Layout) -> None:
    """Finish what a killed process left between the old and the new results. Otherwise nothing is touched."""
    if _journal(layout).exists():
        with writer_lock(layout):
            _complete(layout)


def changed_texts(texts: Mapping[Path, str]) -> dict[Path, str]:
    """Those that the files do not hold already, sorted. Raises HarnessError where a file could not be written."""
    found = {}
    for file in sorted(texts):
        with write_errors(file):
            before = _content(file)
        if before != texts[file].encode("utf-8"):
            found[file] = texts[file]
    return found


def write_transaction(layout: Layout, texts: Mapping[Path, str]) -> None:
    """Write the files, whose folders are made where they are missing. Only the one writer may do this."""
    _complete(layout)
    texts = changed_texts(texts)
    try:
        _note(layout, texts, are_whole=False)
        for file, text in texts.items():
            make_folder(file.parent)
            with write_errors(file):
                write_through(_beside(file), text)
        _sync(texts)
        _note(layout, texts, are_whole=True)
    except BaseException:
        _journal(layout).unlink(missing_ok=True)  # first, so that nobody takes what is left of them for whole
        with suppress(HarnessError):  # what went wrong first is told
            _remove(texts)
        raise
    _complete(layout)


def _content(file: Path) -> bytes | None:
    """None where there is no file. One that may be read but not written is an OSError."""
    if not file.exists():
        return None
    with open(file, "r+b") as handle:
        return handle.read()


def _journal(layout: Layout) -> Path:
    return layout.state / "writing.json"


def _note(layout: Layout, files: Iterable[Path], are_whole: bool) -> None:
    names = [os.path.relpath(file, layout.root) for file in files]
    write_atomically(_journal(layout), json.dumps({"whole": are_whole, "files": names}) + "\n")
    _sync([_journal(layout)])


def _complete(layout: Layout) -> None:
    journal = _journal(layout)
    if not journal.exists():
        return
    try:
        noted = json.loads(journal.read_text(encoding="utf-8"))
        files = [layout.root / name for name in noted["files"]]
        are_whole = noted["whole"]
    except (OSError, KeyError, TypeError, ValueError) as error:
        said = f"not what an acceptance leaves ({type(error).__name__})"
        raise HarnessError(f"{journal}: {said}: look at results/, then delete it") from None
    if are_whole:
        _put_in_place(files)
    else:
        _remove(files)
    with write_errors(journal):
        journal.unlink()


def _put_in_place(files: Iterable[Path]) -> None:
    files = list(files)
    for file in files:
        if _beside(file).exists():  # else it was renamed before its writer was killed
            with write_errors(file):
                os.replace(_beside(file), file)
    _sync(files)


def _remove(files: Iterable[Path]) -> None:
    for file in files:
        with write_errors(file):
            _beside(file).unlink(missing_ok=True)


def _beside(file: Path) -> Path:
    """Where a file's new text waits: in the same folder, as a rename is whole only within one file system."""
    return file.with_name(f".{file.name}.new")


def _sync(files: Iterable[Path]) -> None:
    """Let the names in the files' folders outlive a loss of power."""
    for folder in {file.parent for file in files}:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
