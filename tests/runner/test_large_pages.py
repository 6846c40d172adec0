"""Large pages: what is in memory stays, and is in large pages where the kernel can."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.runner.large_pages import use_large_pages

SIZE = 64 * 1024 * 1024


def huge_kib() -> int:
    found = re.search(r"^AnonHugePages:\s+(\d+) kB", Path("/proc/self/smaps_rollup").read_text(), re.MULTILINE)
    return int(found.group(1)) if found else 0


@pytest.fixture
def pages() -> Iterator[mmap.mmap]:
    """Memory of which each page has been written to, with something else than its neighbours."""
    with mmap.mmap(-1, SIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        for page in range(SIZE // mmap.PAGESIZE):
            memory[page * mmap.PAGESIZE] = page % 251
        yield memory


def test_memory_moves_unchanged(pages: mmap.mmap) -> None:
    before, content = huge_kib(), pages[:]
    use_large_pages()
    assert pages[:] == content
    if not Path("/sys/kernel/mm/transparent_hugepage").exists() or huge_kib() == before:
        pytest.skip("this kernel moves nothing into large pages")
    assert huge_kib() - before >= SIZE // 2048  # half of it at least


def test_without_linux_nothing_happens(pages: mmap.mmap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.runner.large_pages._LIBC", None)
    before = huge_kib()
    use_large_pages()
    assert huge_kib() == before
