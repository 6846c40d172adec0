"""`harness tell` and `harness propose`: a report as one issue, changes as one pull request, through GitHub's `gh`.

Each exists at most once: an open one is updated, and closed when nothing is left to report.
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
    """Open the issue or update its text; close it if `done`. Raises HarnessError if `gh` fails."""
    text = read_text(report)
    found = _open("issue", "body", "--label", _LABEL)
    if done:
        if found:
            _gh("issue", "close", str(found["number"]), "--comment", "As in the baseline again.")
        print(f"closed #{found['number']}" if found else "nothing to report")
        return Exit.AGREES
    if not found:
        _gh("label", "create", _LABEL, "--force", "--description", "Reports of the nightly run")
        print(_gh("issue", "create", "--title", title, "--label", _LABEL, "--body-file", str(report)).strip())
    elif found["body"].split() != text.split():
        number = str(found["number"])
        _gh("issue", "edit", number, "--title", title, "--body-file", str(report))
        _gh("issue", "comment", number, "--body", "The last run differs: the text above is new.")
        print(f"updated #{number}")
    else:
        print(f"#{found['number']} is already up to date")
    return Exit.AGREES


def update_pull_request(root: Path, branch: str, report: Path, title: str) -> Exit:
    """Commit the changes of the work tree to the branch, and open or update its pull request."""
    read_text(report)
    found = _open("pr", "isCrossRepository", "--head", branch)
    if not _call(root, "git", "status", "--porcelain"):
        if found:
            _gh("pr", "close", str(found["number"]), "--comment", "No changes are left.")
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
    """The oldest open issue or pull request with its `number` and the field `known`; empty without one.

    A branch of the same name in a fork does not count.
    """
    listed = json.loads(_gh(kind, "list", "--state", "open", *which, "--json", f"number,{known}") or "[]")
    ours = (item for item in listed if not item.get("isCrossRepository"))
    return min(ours, key=lambda item: int(item["number"]), default={})


def _gh(*arguments: str) -> str:
    return _call(None, "gh", *arguments)


def _call(folder: Path | None, *command: str) -> str:
    """The standard output of a program. Raises HarnessError if it is missing or fails."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", errors="replace", check=False)
    except FileNotFoundError:
        raise HarnessError(f"{command[0]} is not installed") from None
    if done.returncode != 0:
        message = " ".join((done.stderr or done.stdout).split())
        raise HarnessError(f"{' '.join(command[:3])} exited with code {done.returncode}: {message}")
    return done.stdout
