"""`harness tell` and `harness propose`: a report as one issue, and changed files as one pull request, by GitHub's `gh`.

Both are there at most once: what is open is updated, and closed when there is nothing more to it.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from harness.controller.errors import Exit, HarnessError
from harness.controller.files import read_text

_LABEL = "nightly"
_NAME, _MAIL = "github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com"


def update_issue(report: Path, title: str, done: bool) -> Exit:
    """Open the issue, or give it the new text if it says another; close it if all is `done`."""
    text = read_text(report)
    found = _open("issue", "body", "--label", _LABEL)
    if done:
        if found:
            _gh("issue", "close", str(found["number"]), "--comment", "As in the baseline again.")
        print(f"closed #{found['number']}" if found else "nothing to tell")
        return Exit.AGREES
    if not found:
        _gh("label", "create", _LABEL, "--force", "--description", "What the nightly run found")
        print(_gh("issue", "create", "--title", title, "--label", _LABEL, "--body-file", str(report)).strip())
    elif found["body"].split() != text.split():
        number = str(found["number"])
        _gh("issue", "edit", number, "--title", title, "--body-file", str(report))
        _gh("issue", "comment", number, "--body", "The last run found something else: the text above is new.")
        print(f"updated #{number}")
    else:
        print(f"#{found['number']} says so already")
    return Exit.AGREES


def update_pull_request(root: Path, branch: str, report: Path, title: str) -> Exit:
    """Put what has changed in the work tree onto the branch, and open its pull request or update it."""
    read_text(report)
    found = _open("pr", "isCrossRepository", "--head", branch)
    if not _call(root, "git", "status", "--porcelain"):
        if found:
            _gh("pr", "close", str(found["number"]), "--comment", "Nothing differs any more.")
        print(f"closed #{found['number']}" if found else "nothing to propose")
        return Exit.AGREES
    _call(root, "git", "switch", "--quiet", "--force-create", branch)
    _call(root, "git", "add", "--all")
    _call(root, "git", "-c", f"user.name={_NAME}", "-c", f"user.email={_MAIL}", "commit", "--quiet", "-m", title)
    _gh("auth", "setup-git")
    _call(root, "git", "push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{branch}")
    if found:
        _gh("pr", "edit", str(found["number"]), "--title", title, "--body-file", str(report))
        print(f"updated #{found['number']}")
    else:
        print(_gh("pr", "create", "--head", branch, "--title", title, "--body-file", str(report)).strip())
    return Exit.AGREES


def _open(kind: str, known: str, *which: str) -> dict[str, Any]:
    """The number of the oldest that is open, and what else is to be known of it; empty where there is none.

    A branch of the same name in somebody's fork is none of ours.
    """
    listed = json.loads(_gh(kind, "list", "--state", "open", *which, "--json", f"number,{known}") or "[]")
    ours = (item for item in listed if not item.get("isCrossRepository"))
    return min(ours, key=lambda item: int(item["number"]), default={})


def _gh(*arguments: str) -> str:
    return _call(None, "gh", *arguments)


def _call(folder: Path | None, *command: str) -> str:
    """What the program printed. Raises HarnessError where it is missing or fails."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise HarnessError(f"{command[0]} is not there") from None
    if done.returncode != 0:
        said = " ".join((done.stderr or done.stdout).split())
        raise HarnessError(f"{' '.join(command[:3])} ended with {done.returncode}: {said}")
    return done.stdout
