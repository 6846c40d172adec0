"""The cells' scripts one after the other, each by a fresh interpreter: the command of the naive tox environments.

`python fresh_cells.py ROOT` in the folder in which `naive.py` has written the cells of an environment.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from harness.controller.audit.script_process import ScriptProcess, ScriptResult
from harness.controller.environments.prerequisites import cells_path
from harness.controller.project.loader import load_project

_IMPORTING = 120.0  # seconds that a script may take beside the limit of a cell
_POLL = 0.005  # seconds


def main() -> int:
    """Run them all. 0, whatever they gave: that is compared by whoever reads it."""
    project = load_project(Path(sys.argv[1]))
    environment = project.matrix.environments[os.environ["TOX_ENV_NAME"]]
    prefix = Path(os.environ["TOX_ENV_DIR"])
    path = cells_path(project.layout.state)
    limit = project.matrix.timeout + _IMPORTING
    with open("results.jsonl", "w", encoding="utf-8") as results:
        for cell in json.loads(Path("cells.json").read_text(encoding="utf-8"))["cells"]:
            attempt = ScriptProcess(
                environment, prefix, path, cell["case"], cell["script"], limit, project.matrix.output_limit
            )
            try:
                ended = _wait(attempt)
            finally:
                attempt.close()
            line = {"case": cell["case"], "path": cell["path"], "file": str(attempt.file), **vars(ended)}
            results.write(json.dumps(line) + "\n")
    return 0


def _wait(attempt: ScriptProcess) -> ScriptResult:
    while (ended := attempt.poll()) is None:
        time.sleep(_POLL)
    return ended


if __name__ == "__main__":
    raise SystemExit(main())
