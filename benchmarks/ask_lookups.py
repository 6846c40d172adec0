"""Runs inside an environment: which texts the functions that look names up know. Python 3.7, standard library alone.

Standard input is JSON: the package `subject`, `paths`, the import paths, and `asked`, the texts by expression. An
expression such as `optimizers.get(TEXT)` begins with a name below the path. Prints a line of JSON for each path: by
expression the `known` and the `unknown` texts. A text is unknown if it gives the error that a text gives which no
release can know; one that gives another error is neither, and nothing is where that text gives no error. Each path is
asked in a fork of its own.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import warnings
from collections.abc import Iterator
from typing import Any

_MADE_UP = "no_such_name_4711"


class NamesBelow(dict):  # type: ignore[type-arg]  # Python 3.7 has no dict[str, Any]
    """The names below a path, modules imported where they are no attributes; the builtins behind them."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__(TEXT=text)
        self._path = path

    def __missing__(self, name: str) -> Any:
        try:
            return getattr(importlib.import_module(self._path), name)
        except AttributeError:
            try:
                return importlib.import_module(self._path + "." + name)
            except ImportError:
                raise KeyError(name) from None


def error_of(expression: str, path: str, text: str) -> str | None:
    """What the expression raises, in lower case as some releases write it; None if nothing."""
    try:
        eval(expression, {}, NamesBelow(path, text))
    except BaseException as error:
        return f"{type(error).__name__}: {error}".lower()
    return None


def ask(expression: str, path: str, texts: list[str]) -> Iterator[tuple[str, str]]:
    """`known` or `unknown` with a text."""
    usual = error_of(expression, path, _MADE_UP)
    if usual is None or _MADE_UP not in usual:  # the function is not there, or looks nothing up yet
        return
    for text in texts:
        error = error_of(expression, path, text)
        if error is None:
            yield "known", text
        elif error == usual.replace(_MADE_UP, text.lower()):
            yield "unknown", text


def answers(path: str, asked: dict[str, list[str]]) -> dict[str, dict[str, list[str]]]:
    """The answers below one path; none where it is not there."""
    try:
        importlib.import_module(path)
    except BaseException:
        return {}
    found: dict[str, dict[str, list[str]]] = {}
    for expression, texts in asked.items():
        for answer, text in ask(expression, path, texts):
            found.setdefault(expression, {}).setdefault(answer, []).append(text)
    return found


def main() -> None:
    """What the subject prints goes nowhere."""
    warnings.simplefilter("ignore")
    request = json.load(sys.stdin)
    out = os.dup(1)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    importlib.import_module(request["subject"])  # once: no fork has run anything before it asks
    for path in request["paths"]:
        process = os.fork()
        if not process:
            try:
                with os.fdopen(out, "w") as lines:
                    lines.write(json.dumps([path, answers(path, request["asked"])]) + "\n")
            finally:
                os._exit(0)
        os.waitpid(process, 0)


if __name__ == "__main__":
    main()
