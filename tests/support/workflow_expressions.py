"""The expressions of GitHub Actions, as far as our workflows use them; anything else is an error."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

Functions = Mapping[str, Callable[..., Any]]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*)|(?P<sign>&&|\|\||==|!=|[!()\[\],.]))"
)
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_STATUS = re.compile(r"\b(always|success|failure|cancelled)\s*\(")
_WORDS = {"true": True, "false": False, "null": None}


def fill(value: Any, contexts: Mapping[str, Any], functions: Functions) -> Any:
    """A value of a workflow with its expressions evaluated, at whatever depth."""
    if isinstance(value, dict):
        return {key: fill(item, contexts, functions) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, contexts, functions) for item in value]
    if not isinstance(value, str):
        return value
    whole = _EXPRESSION.fullmatch(value.strip())
    if whole and value.count("${{") == 1:
        return evaluate(whole[1], contexts, functions)
    return _EXPRESSION.sub(lambda found: as_text(evaluate(found[1], contexts, functions)), value)


def holds(condition: str | bool | None, contexts: Mapping[str, Any], functions: Functions) -> bool:
    """Whether a step or a job with this `if` runs; without a word on the status it also asks for success."""
    text = "" if condition is None else as_text(condition)
    whole = _EXPRESSION.fullmatch(text.strip())
    text = whole[1] if whole else text
    if not _STATUS.search(text):
        text = f"success() && ({text})" if text else "success()"
    return bool(evaluate(text, contexts, functions))


def status(succeeded: bool) -> Functions:
    """The functions that ask how it went so far."""
    words = {"always": True, "cancelled": False, "success": succeeded, "failure": not succeeded}
    return {name: partial(bool, value) for name, value in words.items()}


def evaluate(text: str, contexts: Mapping[str, Any], functions: Functions) -> Any:
    """The value of one expression. Raises ValueError for one that is not understood."""
    reader = _Reader(text, contexts, functions)
    value = reader.either()
    if reader.next() is not None:
        raise ValueError(f"not understood from {reader.next()!r} on: {text}")
    return value


def as_text(value: Any) -> str:
    """A value as it stands in a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


class _Reader:
    """Reads one expression from left to right."""

    def __init__(self, text: str, contexts: Mapping[str, Any], functions: Functions) -> None:
        self.tokens = _tokens(text)
        self.contexts = contexts
        own: Functions = {"fromJSON": json.loads, "contains": _contains, "hashFiles": lambda *_: ""}
        self.functions = {**own, **functions}

    def next(self) -> str | None:
        return self.tokens[0] if self.tokens else None

    def take(self, *signs: str) -> bool:
        if self.next() in signs:
            self.tokens.pop(0)
            return True
        return False

    def expect(self, sign: str) -> None:
        if not self.take(sign):
            raise ValueError(f"{sign!r} is missing before {self.next()!r}")

    def either(self) -> Any:
        value = self.both()
        while self.take("||"):
            other = self.both()
            value = value or other
        return value

    def both(self) -> Any:
        value = self.equal()
        while self.take("&&"):
            other = self.equal()
            value = value and other
        return value

    def equal(self) -> Any:
        value = self.single()
        while self.next() in ("==", "!="):
            wanted = self.take("==") or not self.take("!=")
            value = _same(value, self.single()) is wanted
        return value

    def single(self) -> Any:
        if self.take("!"):
            return not self.single()
        if self.take("("):
            value = self.either()
            self.expect(")")
        else:
            value = self.atom()
        while self.next() in (".", "["):
            if self.take("."):
                value = _part(value, self.tokens.pop(0))
            else:
                self.expect("[")
                value = _part(value, self.either())
                self.expect("]")
        return value

    def atom(self) -> Any:
        token = self.tokens.pop(0) if self.tokens else ""
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if re.fullmatch(r"-?\d+", token):
            return int(token)
        if token in _WORDS:
            return _WORDS[token]
        if self.take("("):
            return self.call(token)
        if token not in self.contexts:
            raise ValueError(f"unknown: {token!r}")
        return self.contexts[token]

    def call(self, name: str) -> Any:
        arguments = []
        while not self.take(")"):
            arguments.append(self.either())
            self.take(",")
        if name not in self.functions:
            raise ValueError(f"unknown function {name!r}")
        return self.functions[name](*arguments)


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    while text[place:].strip():
        token = _TOKEN.match(text, place)
        if token is None:
            raise ValueError(f"not understood: {text[place:]!r}")
        found.append(token[0].strip())
        place = token.end()
    return found


def _part(value: Any, key: Any) -> Any:
    if isinstance(value, list):
        return value[key] if isinstance(key, int) and key < len(value) else None
    return value.get(key) if isinstance(value, dict) else None


def _same(one: Any, other: Any) -> bool:
    both_text = isinstance(one, str) and isinstance(other, str)
    return one.lower() == other.lower() if both_text else bool(one == other)


def _contains(where: Any, what: Any) -> bool:
    return any(_same(item, what) for item in where) if isinstance(where, list) else what.lower() in where.lower()
