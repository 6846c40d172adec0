"""What several test modules share, in one place. Keeps the grammar of Python 3.7, as the runner's tests do."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]  # of the repository
