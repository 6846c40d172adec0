"""Normalised messages of libraries: two runs of the same script give the same text."""

from __future__ import annotations

import re

MAX_MESSAGE = 2000  # characters; the whole text is kept beside the run

_START = r"(?:/[^\s'\":<>()]+)?"  # the folders before the part of a path that says something
_RULES = (
    (re.compile(r"\x1b\[[0-9;?]*[A-Za-z]"), ""),
    (re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]"), "\N{REPLACEMENT CHARACTER}"),
    (re.compile(r"\b0x[0-9a-fA-F]{4,}"), "0x…"),
    (re.compile(r"(?<=__autograph_generated_file)\w+"), "…"),
    (re.compile(_START + r"/(?:site|dist)-packages/"), "<packages>/"),
    (re.compile(_START + r"/lib(?:64)?/python3\.\d+/"), "<python>/"),
    (re.compile(_START + r"/\.tox/[^\s'\":<>()/]+(?=/)"), "<environment>"),
    (re.compile(_START + r"/tmp/[^\s'\":<>()/.]+"), "<temporary>"),
    (re.compile(r"(?<=<temporary>/)tmp[a-z0-9_]{8}(?![\w-])"), "tmp…"),  # as tempfile names what is in there
    (re.compile(r"(?:/(?:home|Users)/[^\s'\":<>()/]+|/root)(?=/)"), "<home>"),
    (re.compile(r"(?<=\.py:)\d+"), "…"),
    (re.compile(r"(?<=[Ll]ine )\d+"), "…"),
    (re.compile(r"\bid=\d{6,}"), "id=…"),
    (re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+(?=: [IWEF] )"), "<time>"),  # of a line of TensorFlow's log
    (re.compile(r"(?<=\btime = )[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4}\b"), "<time>"),  # of HDF5's errors
    (re.compile(r"(?<= in binary running on )[\w.-]+?(?=\.?(?:\s|$))"), "<machine>"),  # of an operation that is missing
    (re.compile(r"[ \t]+$", re.MULTILINE), ""),
)


def normalise(text: str, directory: str = "") -> str:
    """The text without addresses, line numbers, machine paths, control characters and the cell's own `directory`."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    if directory:
        text = text.replace(directory, "<cell>")
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    text = text.strip()
    return text if len(text) <= MAX_MESSAGE else text[: MAX_MESSAGE - 1] + "…"
