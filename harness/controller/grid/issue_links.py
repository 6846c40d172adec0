"""Addresses of issues, from short forms such as `keras#1`."""

from __future__ import annotations

import re

_REPOSITORIES = {
    "tensorflow": "tensorflow/tensorflow",
    "keras": "keras-team/keras",
    "tf-keras": "keras-team/tf-keras",
    "keras-tuner": "keras-team/keras-tuner",
    "probability": "tensorflow/probability",
    "addons": "tensorflow/addons",
}
_ISSUE = re.compile(r"([\w.-]+(?:/[\w.-]+)?)#([0-9]+)", re.ASCII)


def link(text: str) -> str:
    """The address of `keras#1` or `owner/name#1`; any other text unchanged."""
    match = _ISSUE.fullmatch(text)
    name = match[1] if match else ""
    repository = name if "/" in name else _REPOSITORIES.get(name)
    return f"https://github.com/{repository}/issues/{match[2]}" if match and repository else text
