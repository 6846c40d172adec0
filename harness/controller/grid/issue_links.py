"""Addresses of issues, from short forms such as `keras#1`."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ISSUE = re.compile(r"([\w.-]+(?:/[\w.-]+)?)#([0-9]+)", re.ASCII)


def link(text: str, repositories: Mapping[str, str]) -> str:
    """The address of `keras#1` or `owner/name#1`; any other text unchanged. `repositories` has the short names."""
    match = _ISSUE.fullmatch(text)
    name = match[1] if match else ""
    repository = name if "/" in name else repositories.get(name)
    return f"https://github.com/{repository}/issues/{match[2]}" if match and repository else text
