"""Files that cases read in every environment: each is written once, in one environment, and kept by its digest.

`written/index.json` has an entry for each case and writer; the file itself is `written/DIGEST/NAME`. Each entry with a
file makes a case of its own, as its cells read that file: `h5-model-from-tf115`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from harness.cases.case import Case
from harness.cases.document.reader import Fault
from harness.controller.errors import HarnessError
from harness.controller.files import read_text, write_atomically
from harness.controller.project.matrix import Matrix

WRITTEN = "written"
MOST_BYTES = 10_000_000  # of all files
_SCHEMA = 1


@dataclass(frozen=True)
class WrittenFile:
    """What the script of a case, by the digest `script`, wrote in the environment `writer`.

    `digest` names the file's content and `bytes` is its size; without a file `error` is the reason.
    """

    case: str
    writer: str
    script: str
    name: str
    digest: str = ""
    bytes: int = 0
    error: str = ""

    @property
    def path(self) -> str:
        """The file below the project's root."""
        return f"{WRITTEN}/{self.digest}/{self.name}"


Index = Mapping[tuple[str, str], WrittenFile]  # by case and writer


def read_index(root: Path) -> dict[tuple[str, str], WrittenFile]:
    """Every entry; none where nothing was written. Raises HarnessError for a file that is no index."""
    file = root / WRITTEN / "index.json"
    if not file.exists():
        return {}
    try:
        data = json.loads(read_text(file))
        entries = [WrittenFile(**entry) for entry in data["files"]] if data["schema"] == _SCHEMA else None
    except (ValueError, KeyError, TypeError) as error:
        raise HarnessError(f"{file}: not written by `harness write` ({type(error).__name__})") from None
    if entries is None:
        raise HarnessError(f"{file}: schema {data['schema']!r}: this harness reads schema {_SCHEMA}")
    return {(entry.case, entry.writer): entry for entry in entries}


def write_index(root: Path, index: Index) -> None:
    """Write what `read_index` reads."""
    files = [asdict(index[key]) for key in sorted(index)]
    text = json.dumps({"schema": _SCHEMA, "files": files}, indent=1, sort_keys=True)
    write_atomically(root / WRITTEN / "index.json", text + "\n")


def content_digest(path: Path) -> str:
    """The digest of a file, or of all files in a folder with their names."""
    total = hashlib.sha256()
    for file in files_in(path):
        total.update(f"{file.relative_to(path.parent).as_posix()}\0{file.stat().st_size}\0".encode())
        total.update(file.read_bytes())
    return total.hexdigest()[:16]


def files_in(path: Path) -> list[Path]:
    """The file, or all files in the folder, sorted."""
    return [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())


def with_written_files(cases: Iterable[Case], index: Index, matrix: Matrix) -> list[Case]:
    """The cases; one that reads a file is replaced by a case for each file that a writer of the matrix wrote."""
    found: list[Case] = []
    for case in cases:
        if not case.reads_file:
            found.append(case)
            continue
        for writer in matrix.writers:
            entry = index.get((case.id, writer))
            if entry and entry.digest:
                found.append(_reading(case, entry, matrix.environments[writer].label))
    return found


def _reading(case: Case, entry: WrittenFile, label: str) -> Case:
    kept = [index for index, known in enumerate(case.known) if fnmatchcase(entry.writer, known.written_by)]
    lines = {keys: line for keys, line in case.lines.items() if keys[:1] != ("known",)}
    for new, old in enumerate(kept):
        of_entry = {keys: line for keys, line in case.lines.items() if keys[:2] == ("known", old)}
        lines |= {("known", new, *keys[2:]): line for keys, line in of_entry.items()}
    return replace(
        case,
        id=f"{case.id}-from-{entry.writer}",
        title=f"{case.title}, written by {label}",
        known=tuple(case.known[index] for index in kept),
        lines=lines,
        given=entry.path,
    )


def needed_files(cases: Iterable[Case], matrix: Matrix) -> list[WrittenFile]:
    """For each case that reads files, as its file has it, and each writer: an entry without a file."""
    from harness.cases.generate import digest_of, writing_of  # late: most commands write nothing

    found = []
    for case in cases:
        writing = writing_of(case) if case.reads_file else None
        if writing:
            script = digest_of(writing.script)
            found += [WrittenFile(case.id, writer, script, writing.file) for writer in matrix.writers]
    return found


def written_faults(root: Path, cases: Sequence[Case], matrix: Matrix) -> Iterator[Fault]:
    """What was not written, or is not as the index has it, and the size of all files."""
    index, files = read_index(root), {case.id: case.file for case in cases}
    if not matrix.writers:
        reading = [case for case in cases if case.reads_file]
        yield from (Fault(case.file, 1, "reads a file, and matrix.yaml names no `writers` of it") for case in reading)
    for needed in needed_files(cases, matrix):
        entry = index.get((needed.case, needed.writer))
        if entry is None or (entry.script, entry.name) != (needed.script, needed.name):
            sentence = "not written" if entry is None else "its script has changed since it was written"
            command = f"harness write -k {needed.case} -e {needed.writer}"
            yield Fault(files[needed.case], 1, f"{needed.writer}: {sentence}: run `{command}`")
    for entry in index.values():
        path = root / entry.path
        if entry.digest and (not path.exists() or content_digest(path) != entry.digest):
            yield Fault(f"{WRITTEN}/index.json", 1, f"{entry.path} is not what {entry.writer} wrote for {entry.case}")
    size = sum({entry.digest: entry.bytes for entry in index.values()}.values())
    if size > MOST_BYTES:
        yield Fault(f"{WRITTEN}/index.json", 1, f"all files have {size} bytes, more than {MOST_BYTES}")
