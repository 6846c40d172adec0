from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from harness.controller.project.layout import Layout
from harness.controller.scan.formats import where
from harness.controller.scan.scan import ScanReport, ScanRequest, scan
from tests.support.measured_names import write_measured_names

Scan = Callable[..., ScanReport]


def findings_in(scan_files: Scan, code: str) -> list[str]:
    """`place severity verdict name` of each finding in a file of this code, which must be readable."""
    report = scan_files({"a.py": code})
    assert report.unreadable == {}
    return [
        f"{where(item).removeprefix('a.py:')} {item.severity.value} {item.verdict.value} {item.name}"
        for item in report.findings
    ]


@pytest.fixture(scope="session")
def measured_names(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return write_measured_names(tmp_path_factory.mktemp("names") / "project")


@pytest.fixture
def scan_files(measured_names: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scan:
    """Write files into an empty folder, and scan it."""

    def scan_them(files: Mapping[str, str]) -> ScanReport:
        for name, text in files.items():
            file = tmp_path / "code" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text).strip() + "\n", encoding="utf-8")
        monkeypatch.chdir(tmp_path / "code")
        return scan(measured_names, ScanRequest((Path(),)))

    return scan_them
