"""The whole of `harness scan`: from paths to a report."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.controller.api.environments import Mask, Ranges, union
from harness.controller.errors import Exit, UsageError
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from harness.controller.results.sources import API
from harness.controller.scan.answers import ApiAnswers
from harness.controller.scan.findings import Finding, Severity, Verdict, make_finding
from harness.controller.scan.fixes import edit_of, without_disputed
from harness.controller.scan.ignores import UnusedIgnore, without_baseline, without_ignored
from harness.controller.scan.mixing import find_mixtures
from harness.controller.scan.reading.sources import TOO_DEEP, Source, UnreadableSource, find_sources, parse_source
from harness.controller.scan.reading.walk import find_uses
from harness.controller.scan.releases import ScannedReleases, chosen_range

_DEEPEST = 10_000  # frames: chains of hundreds of `elif` or `+` are in real code
Progressing = Callable[[Sequence[Path]], Iterable[Path]]


@dataclass(frozen=True)
class ScanRequest:
    """What to scan, for which releases (None: those that the project declares), and whether to report all uses."""

    paths: tuple[Path, ...]
    range: str | None = None
    all: bool = False
    baseline: Path | None = None


@dataclass(frozen=True)
class ScanReport:
    """The findings by file and line, those that a baseline holds, and what could not be read, with the reason."""

    title: str
    answers: ApiAnswers
    releases: ScannedReleases
    files: int
    uses: int
    findings: tuple[Finding, ...]
    known: tuple[Finding, ...]
    unused: tuple[UnusedIgnore, ...]
    unreadable: dict[str, str]

    @property
    def exit_code(self) -> Exit:
        if self.unreadable:
            return Exit.BROKEN
        return Exit.DIFFERS if any(item.severity is Severity.ERROR for item in self.findings) else Exit.AGREES

    @property
    def certain(self) -> list[Finding]:
        """All findings, also known ones, but for mixtures, whose names may never touch."""
        return [item for item in (*self.findings, *self.known) if item.verdict is not Verdict.MIXED]

    @property
    def working(self) -> Mask:
        """The releases in which every line works."""
        stopped = union(item.breaks | item.doubt for item in self.certain)
        return self.releases.every & ~stopped

    def ranges(self, mask: Mask) -> Ranges:
        return self.answers.environments.ranges(mask & self.releases.every)

    @property
    def bounds(self) -> list[str]:
        """The first and the last release of the range."""
        inside = self.ranges(self.releases.inside)
        return [inside[0][0], inside[-1][1]]


def scan(layout: Layout, request: ScanRequest, watch: Progressing = lambda files: files) -> ScanReport:
    """Scan files, which `watch` passes on while it shows how far they are.

    Raises UsageError for a path that does not exist, and where nothing was measured.
    """
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _DEEPEST))
    matrix = load_matrix(layout.root)
    answers = ApiAnswers(layout.results, matrix)
    if not answers.documents:
        raise UsageError(f"no inventory in {Path('results') / API}: run `harness inventory`, then `harness accept`")
    releases = chosen_range(matrix, answers.environments, request.range, request.paths)
    files, uses = 0, 0
    found: list[Finding] = []
    unused: list[UnusedIgnore] = []
    unreadable: dict[str, str] = {}
    for file in watch(list(find_sources(request.paths))):
        files += 1
        try:
            source = parse_source(file, answers.packages)
            every = _findings(source, answers, releases)
        except (UnreadableSource, RecursionError) as error:
            unreadable[str(file)] = TOO_DEEP if isinstance(error, RecursionError) else str(error)
            continue
        uses += len(every)
        kept, comments = without_ignored(str(file), source.blocks, every)
        found += kept
        unused += comments
    found = [item for item in found if request.all or item.verdict is not Verdict.WORKS]
    new = found if request.baseline is None else without_baseline(request.baseline, found)
    reported = set(map(id, new))
    known = tuple(item for item in found if id(item) not in reported)
    title = matrix.subject.title
    return ScanReport(title, answers, releases, files, uses, tuple(new), known, tuple(unused), unreadable)


def _findings(source: Source, answers: ApiAnswers, releases: ScannedReleases) -> list[Finding]:
    """The findings of a file in the order of its lines; also those of uses that work."""
    if not any(package in line for block in source.blocks for line in block.lines for package in answers.packages):
        return []  # as in most files: every use begins with an import
    found = []
    uses = find_uses(source, answers, releases.every)
    for use in [*uses, *find_mixtures(uses, answers.cases)]:
        finding = make_finding(str(source.file), use, answers, releases)
        block = next(block for block in source.blocks if block.cell == use.place.cell)
        finding = replace(finding, utf16=use.place.utf16_columns(block.lines))
        if finding.instead is not None and use.place.cell is None:
            finding = replace(finding, edit=edit_of(use, finding.instead, source.blocks[0].lines))
        found.append(finding)
    return sorted(without_disputed(found), key=lambda item: (item.place.cell or 0, item.place.line, item.place.column))
