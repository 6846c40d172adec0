"""The console that commands print to."""

from __future__ import annotations

from rich.console import Console


def make_console() -> Console:
    """Lines are wrapped in a terminal only: in a file or a pipe each stays whole, whatever its length."""
    console = Console(highlight=False, emoji=False)
    console.soft_wrap = not console.is_terminal
    return console
