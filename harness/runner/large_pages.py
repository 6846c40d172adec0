"""Large pages for the memory of a process that others are forked from: Linux's madvise(2), from Linux 6.1 on.

A fork copies an entry for each page, and drops it when it ends: some 8 ms a cell for the 175 MB that TensorFlow and
Keras hold in small pages. Elsewhere this does nothing, and nothing but time depends on it.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
from typing import Iterator

_COLLAPSE = 25  # MADV_COLLAPSE
_SIZE = 2 * 1024 * 1024  # bytes of a large page; where it is another, the kernel leaves out the ends
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def use_large_pages() -> None:
    """Move what this process has allocated so far into large pages, as far as the kernel can."""
    if _LIBC is None:
        return
    with contextlib.suppress(OSError):
        for start, end in list(_allocated()):
            _LIBC.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _COLLAPSE)


def _allocated() -> Iterator[tuple[int, int]]:
    """The addresses of all whole large pages in the heap and in other memory that belongs to no file."""
    with open("/proc/self/maps", "rb") as maps:
        for line in maps:
            addresses, permissions, _, _, _, *name = line.split()
            if permissions == b"rw-p" and name in ([], [b"[heap]"]):
                start, end = (int(address, 16) for address in addresses.split(b"-"))
                start, end = -(-start // _SIZE) * _SIZE, end // _SIZE * _SIZE
                if start < end:
                    yield start, end
