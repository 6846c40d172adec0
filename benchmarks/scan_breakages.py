"""What each release breaks in the corpus of scan_corpus.py: writes results/broken_code.json, which the page shows.

python3 bootstrap.py python benchmarks/scan_breakages.py
"""

from __future__ import annotations

import argparse
import sys
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import Requirement

from benchmarks.measuring import ROOT, say
from benchmarks.scan_corpus import install_corpus
from harness.cases.subject import Subject
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from harness.controller.results.broken_code import BrokenName, BrokenPackage, broken_code_file, broken_code_text
from harness.controller.scan.findings import Finding, Verdict
from harness.controller.scan.scan import ScanReport, ScanRequest, scan


def broken_package(layout: Layout, subject: Subject, folder: Path) -> BrokenPackage:
    """The scan of an installed release, in all measured releases of the subject."""
    report = scan(layout, ScanRequest((folder,), ">=0"))
    found: dict[tuple[str, str], list[Finding]] = {}
    for item in report.findings:
        if item.breaks and item.verdict is not Verdict.MIXED:
            found.setdefault((item.name, item.form.value), []).append(item)
    broken = [_broken_name(report, folder, items) for _, items in sorted(found.items())]
    name, _, version = folder.name.partition("==")
    return BrokenPackage(name, version, declared(folder, subject), report.files, tuple(broken))


def _broken_name(report: ScanReport, folder: Path, items: list[Finding]) -> BrokenName:
    first = items[0]
    environments = report.answers.environments
    breaks = tuple(one.id for one in environments.chosen(first.breaks & report.releases.every))
    where = f"{Path(first.file).relative_to(folder).as_posix()}:{first.place.line}"
    return BrokenName(first.name, first.form.value, where, len(items), breaks, first.instead or "")


def declared(folder: Path, subject: Subject) -> str:
    """The range of the subject that the package's own metadata ask for."""
    names = {subject.package, *subject.distributions}
    for file in folder.glob("*.dist-info/METADATA"):
        metadata = HeaderParser().parsestr(file.read_text(encoding="utf-8", errors="replace"))
        for text in metadata.get_all("Requires-Dist", []):
            requirement = Requirement(text)
            if requirement.name in names and str(requirement.specifier):
                return str(requirement.specifier)
    return ""


def main() -> int:
    """Write the file, and print a line for each release."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kept", type=Path, default=ROOT / ".harness" / "scan-corpus", help="that of scan_corpus.py")
    options = parser.parse_args()
    layout, subject = Layout(ROOT), load_matrix(ROOT).subject
    packages = []
    for folder in install_corpus(options.kept / "packages"):
        package = broken_package(layout, subject, folder)
        say(f"{folder.name}: {package.files} files, {len(package.broken)} names that some release breaks")
        if package.broken:
            packages.append(package)
    broken_code_file(layout.results).write_text(broken_code_text(packages), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
