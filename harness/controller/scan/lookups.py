"""Texts that functions look names up by: `optimizers.get("adam")`. What each release knows was measured.

`scan.yaml` lists the functions, each as an expression such as `optimizers.get(TEXT)`. benchmarks/scan_lookups.py asks
every environment what it makes of the texts, and writes `results/lookups.json`: a line for a text has, by import path,
the environments that know it, and those that say of it what they say of a text that nothing can know. Of all others
nothing is said.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

from harness.controller.api.environments import Environments, Mask
from harness.controller.errors import HarnessError
from harness.controller.files import read_text
from harness.controller.text import json_line

LOOKUPS_SCHEMA = 1
_TEXT = "TEXT"
MeasuredTexts = Mapping[str, Mapping[str, Mapping[str, tuple[Mask, Mask]]]]  # by expression, text and path


@dataclass(frozen=True)
class LookupRule:
    """A function that looks a text up. `names` are patterns of the functions, after the import path.

    The text is a keyword argument, or the one at `position`; or it is below `key` in a dictionary with just `keys`.
    `texts` is the module whose names are asked for, `also` are further texts.
    """

    ask: str
    names: tuple[str, ...]
    texts: str
    also: tuple[str, ...] = ()
    position: int | None = None
    keyword: str = ""
    key: str = ""
    keys: frozenset[str] = frozenset()

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> LookupRule:
        """The rule of a row of scan.yaml. Raises ValueError for an expression that is no call with TEXT in it."""
        call = ast.parse(row["ask"], mode="eval").body
        if not isinstance(call, ast.Call):
            raise ValueError(f"{row['ask']!r} is no call")
        given: list[tuple[int | None, str, ast.expr]] = [(at, "", value) for at, value in enumerate(call.args)]
        given += [(row.get("position"), keyword.arg or "", keyword.value) for keyword in call.keywords]
        for position, keyword, value in given:
            keys = _keys(value)
            key = next((key for key, item in keys.items() if _is_text(item)), "")
            if key or _is_text(value):
                names = tuple(row.get("names", [ast.unparse(call.func)]))
                also = tuple(row.get("also", ()))
                return cls(row["ask"], names, row["texts"], also, position, keyword, key, frozenset(keys))
        raise ValueError(f"{row['ask']!r} has no argument {_TEXT}")

    def is_about(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self.names)

    def text_of(self, call: ast.Call) -> ast.expr | None:
        """The expression in a call that is looked up."""
        value = next((item.value for item in call.keywords if item.arg and item.arg == self.keyword), None)
        if value is None and self.position is not None and len(call.args) > self.position:
            value = call.args[self.position]
        if value is None or not self.key:
            return value
        keys = _keys(value)
        return keys[self.key] if keys.keys() == self.keys else None

    def argument(self, text: str) -> str:
        """The argument with a text, as a person would write it."""
        return f"{self.keyword}={text!r}" if self.keyword else repr(text)

    def as_code(self, path: str, text: str) -> str:
        """What reproduces the answer for a text."""
        names = sorted({node.id for node in ast.walk(ast.parse(self.ask)) if isinstance(node, ast.Name)} - {_TEXT})
        return f"from {path} import {', '.join(names)}; {self.ask.replace(_TEXT, json.dumps(text))}"


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == _TEXT


def _keys(node: ast.expr) -> dict[str, ast.expr]:
    """The items of a literal dictionary by their keys, none of any other expression."""
    if not isinstance(node, ast.Dict):
        return {}
    keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
    return dict(zip(map(str, keys), node.values, strict=True)) if None not in keys else {}


@dataclass
class Lookups:
    """The rules of a project, and what was measured. The file is read when it is first asked for."""

    rules: Iterable[LookupRule]
    paths: tuple[str, ...]  # that are asked
    registering: tuple[str, ...]  # words of code that registers names of its own
    environments: Environments
    file: Path
    _by_name: dict[str, list[LookupRule]] = field(default_factory=dict)

    @cached_property
    def _measured(self) -> MeasuredTexts:
        return read_lookups(self.file, self.environments) if self.file.exists() else {}

    def about(self, name: str) -> list[LookupRule]:
        """The rules about a function, by its name after the import path."""
        if name not in self._by_name:
            self._by_name[name] = [rule for rule in self.rules if rule.is_about(name)]
        return self._by_name[name]

    def answer(self, rule: LookupRule, path: str, text: str) -> tuple[Mask, Mask]:
        """The environments that know a text, and those that do not."""
        return self._measured.get(rule.ask, {}).get(text, {}).get(path, (0, 0))


def lookups_text(environments: Environments, measured: MeasuredTexts) -> str:
    """The file: sets of environments, then a line for each expression and text that any environment knows."""
    known = {ask: {text: paths for text, paths in texts.items() if _is_known(paths)} for ask, texts in measured.items()}
    masks = sorted(
        {mask for texts in known.values() for paths in texts.values() for two in paths.values() for mask in two}
    )
    numbers = {mask: number for number, mask in enumerate(masks)}
    blocks = []
    for ask, texts in sorted(known.items()):
        lines = []
        for text, paths in sorted(texts.items()):
            pairs = {path: [numbers[mask] for mask in paths[path]] for path in sorted(paths)}
            lines.append(f"{json_line(text)}:{json.dumps(pairs, separators=(',', ':'))}")
        blocks.append(f"{json_line(ask)}: {{\n" + ",\n".join(lines) + "\n}")
    parts = [
        f'"schema": {LOOKUPS_SCHEMA}',
        '"patterns": [\n' + ",\n".join(json_line(environments.to_json(mask)) for mask in masks) + "\n]",
        '"lookups": {\n' + ",\n".join(blocks) + "\n}",
    ]
    return "{" + ",\n".join(parts) + "}\n"


def _is_known(paths: Mapping[str, tuple[Mask, Mask]]) -> bool:
    return any(known for known, _ in paths.values())


def read_lookups(file: Path, environments: Environments) -> MeasuredTexts:
    """What a file holds. Raises HarnessError where it is not such a document."""
    try:
        data = json.loads(read_text(file))
        if data["schema"] != LOOKUPS_SCHEMA:
            raise HarnessError(f"{file}: schema {data['schema']!r}: this harness reads schema {LOOKUPS_SCHEMA}")
        masks = [environments.from_json(pattern) for pattern in data["patterns"]]
        return {ask: _texts(texts, masks) for ask, texts in data["lookups"].items()}
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise HarnessError(f"{file}: not a document of lookups ({type(error).__name__}: {error})") from None


def _texts(texts: Mapping[str, Any], masks: list[Mask]) -> dict[str, dict[str, tuple[Mask, Mask]]]:
    return {
        text: {path: (masks[known], masks[unknown]) for path, (known, unknown) in paths.items()}
        for text, paths in texts.items()
    }
