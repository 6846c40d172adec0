"""The name under which people import a distribution: `yaml` of PyYAML. Its wheel says so, and no index does."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Collection
from pathlib import Path

from uv import find_uv_bin

from harness.controller.errors import UsageError

_ASIDE = {"benchmarks", "bin", "docs", "examples", "include", "scripts", "share", "test", "tests", "tools"}


def find_import_name(distribution: str, release: str, interpreter: Path) -> str | None:
    """The module or package in the wheel of this release; None where uv cannot install it, or it has none.

    Raises UsageError if there are several, and none is named like the distribution.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [find_uv_bin(), "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"]
        command += ["--python", str(interpreter), "--target", folder, f"{distribution}=={release}"]
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            return None  # what is wrong with the release is for `harness lock` to say
        names = _modules(Path(folder))
        expected = distribution.replace("-", "_")
        if expected in names or len(names) < 2:
            return expected if expected in names else next(iter(names), None)
    raise UsageError(f"{distribution} has several modules, name one with --import: {', '.join(sorted(names))}")


def _modules(folder: Path) -> Collection[str]:
    """The public modules in a folder; those below a package without a file of its own, such as `google`, by their
    whole names."""
    found: set[str] = set()
    for entry in folder.iterdir():
        name = entry.name.partition(".")[0]
        if not name.isidentifier() or name.startswith("_") or name in _ASIDE:
            continue
        if (entry.is_file() and entry.suffix in (".py", ".so")) or (entry / "__init__.py").is_file():
            found.add(name)
        elif entry.is_dir():
            found |= {f"{name}.{inner}" for inner in _modules(entry)}
    return found
