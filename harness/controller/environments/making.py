"""Making environments that do not exist, for commands that run no cells in them: tox does it, as for every run."""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from harness.controller.environments.children import Children
from harness.controller.environments.installed import has_python
from harness.controller.environments.tox_log import ending
from harness.controller.errors import HarnessError
from harness.controller.project.layout import Layout


def make_with_tox(layout: Layout, name: str, log: Path, children: Children) -> None:
    """Let tox make an environment that does not exist. Raises HarnessError where it cannot."""
    prefix = layout.environments / name
    if has_python(prefix):
        return
    command = [sys.executable, "-m", "tox", "run", "--notest", "--workdir", str(layout.environments), "-e", name]
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as output:
        code = children.call(command, layout.root, None, output.fileno())
    if code or not has_python(prefix):
        with contextlib.suppress(OSError):
            shutil.rmtree(prefix)  # half made: the next run makes it again
        reason = ending(log.read_text(encoding="utf-8", errors="replace"), name)
        raise HarnessError(f"{name}: cannot be made: {reason} (log: {log.relative_to(layout.root)})")


def make_side_by_side(layout: Layout, names: Sequence[str], jobs: int, report: Callable[[str], None]) -> dict[str, str]:
    """Make environments. Returns the sentences on those that cannot be made. An interrupt ends all of it."""
    children = Children()
    failed: dict[str, str] = {}

    def make(name: str) -> None:
        report(f"{name}: making the environment")
        try:
            make_with_tox(layout, name, layout.files(name).log, children)
        except HarnessError as error:
            failed[name] = str(error)

    children.side_by_side(make, names, jobs)
    return failed
