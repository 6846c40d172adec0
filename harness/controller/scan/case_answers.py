"""What measured cases show about code: names of two paths that meet, and arguments that a signature hides."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from harness.contract.statuses import Status
from harness.controller.api.document import root_of
from harness.controller.api.environments import Environments, Mask
from harness.controller.errors import HarnessError, UsageError
from harness.controller.files import read_text
from harness.controller.project.matrix import Matrix
from harness.controller.scan.lookups import LookupRule, Lookups
from harness.controller.text import one_line

RULES, OUTCOMES = "scan.yaml", "grid.csv"
_LONGEST = 120  # characters of an error
_ANY = "*"  # the path that a case runs under
CaseKey = tuple[str, str]  # a case and its path


@dataclass(frozen=True)
class MixedRule:
    """A case that shows what becomes of a name of one path in, or for, a name of another: two roles with their path."""

    case: str
    roles: tuple[tuple[str, str], tuple[str, str]]

    @property
    def control(self) -> str:
        """The path that both sides are of when the case runs under it: nothing is mixed there."""
        return next(path for _, path in self.roles if path != _ANY)


@dataclass(frozen=True)
class ArgumentRule:
    """A case that gives a callee an argument, and one that gives it none."""

    case: str
    name: str  # after the import path
    argument: str
    control: str | None = None


@dataclass(frozen=True)
class ShownCase:
    """Where a case works and fails, with the error of each environment in which it fails."""

    key: CaseKey
    works: Mask = 0
    fails: Mask = 0
    errors: Mapping[Mask, str] = field(default_factory=dict)

    def error(self, mask: Mask) -> str:
        """The error of the newest of some environments."""
        found = [text for bit, text in sorted(self.errors.items()) if bit & mask]
        return found[-1] if found else ""

    def __str__(self) -> str:
        return f"{self.key[0]}[{self.key[1]}]"


class CaseAnswers:
    """The rules of a project, and the outcomes of their cases. Both are read when they are first asked for."""

    def __init__(self, root: Path, results: Path, matrix: Matrix, environments: Environments) -> None:
        self._file = root / RULES
        self._results = results
        self._matrix = matrix
        self._environments = environments
        self._paths = {matrix.full_name(path): path for path in reversed(list(matrix.paths))}

    @cached_property
    def rules(self) -> Mapping[str, Any]:
        """All that scan.yaml says."""
        return read_rules(self._file) if self._file.exists() else {}

    @cached_property
    def lookups(self) -> Lookups:
        """The functions that look texts up. Raises UsageError."""
        try:
            rules = [LookupRule.of(row) for row in self.rules.get("lookups", ())]
        except (ValueError, SyntaxError, KeyError, TypeError) as error:
            raise UsageError(f"{self._file}: lookups: {one_line(str(error))}") from None
        paths, registering = (tuple(self.rules.get(key, ())) for key in ("lookup_paths", "registering"))
        return Lookups(rules, paths, registering, self._environments, self._results / "lookups.json")

    @cached_property
    def page(self) -> str:
        """The address of the published page, with a slash at its end; empty where none is named."""
        page = self.rules.get("page", "")
        if page and not str(page).startswith(("https://", "http://")):
            raise UsageError(f"{self._file}: page {page!r}: not an address such as https://example.org/matrix/")
        return f"{str(page).rstrip('/')}/" if page else ""

    @cached_property
    def mixed(self) -> Sequence[MixedRule]:
        """The rules about two paths."""
        return [_mixed(row) for row in self.rules.get("mixed", ())]

    @cached_property
    def arguments(self) -> Sequence[ArgumentRule]:
        """The rules about arguments."""
        return [ArgumentRule(**row) for row in self.rules.get("arguments", ())]

    @cached_property
    def _outcomes(self) -> Mapping[CaseKey, ShownCase]:
        file = self._results / OUTCOMES
        return read_outcomes(file, rule_cases(self.rules), self._environments) if file.exists() else {}

    def split(self, name: str) -> tuple[str, str] | None:
        """The import path that a name begins with, and the rest."""
        root = root_of(self._paths, name)
        return None if root is None or root == name else (root, name[len(root) + 1 :])

    def role(self, name: str) -> str | None:
        """What a name is, by the part after its import path."""
        for role, patterns in self.rules.get("roles", {}).items():
            if any(fnmatchcase(name, pattern) and name.count(".") == pattern.count(".") for pattern in patterns):
                return str(role)
        return None

    def mixture(self, rule: MixedRule, paths: Mapping[str, str]) -> ShownCase | None:
        """What becomes of names of two paths, given by role; None where the rule is about others."""
        under = {paths[role] for role, path in rule.roles if path == _ANY}
        others = all(path in (_ANY, paths[role]) for role, path in rule.roles)
        if not others or len(set(paths.values())) < 2 or len(under) != 1:
            return None
        return self._answer(rule.case, under.pop(), (rule.case, rule.control))

    def argument(self, name: str, argument: str) -> ShownCase | None:
        """What becomes of an argument of a callee; None where no rule is about it."""
        parts = self.split(name)
        for rule in self.arguments if parts else ():
            if parts and (rule.name, rule.argument) == (parts[1], argument):
                control = (rule.control, parts[0]) if rule.control else None
                return self._answer(rule.case, parts[0], control)
        return None

    def _answer(self, case: str, root: str, control: tuple[str, str] | None) -> ShownCase | None:
        """The outcomes under a path. A failure counts where the control passes: else it has another reason."""
        found = self._outcomes.get((case, self._paths.get(root, root)))
        if found is None or control is None:
            return found
        passed = self._outcomes.get((control[0], self._paths.get(control[1], control[1])))
        fails = found.fails & passed.works if passed else 0
        return ShownCase(found.key, found.works, fails, found.errors)


def read_rules(file: Path) -> Mapping[str, Any]:
    """The content of scan.yaml. Raises HarnessError."""
    try:
        return dict(yaml.safe_load(read_text(file)))
    except (yaml.YAMLError, TypeError, ValueError) as error:
        raise UsageError(f"{file}: cannot be read: {one_line(str(error))}") from None


def rule_cases(rules: Mapping[str, Any]) -> frozenset[str]:
    """The cases that some rules speak of."""
    rows = [*rules.get("mixed", ()), *rules.get("arguments", ())]
    return frozenset(row[key] for row in rows for key in ("case", "control") if key in row)


def _mixed(row: Mapping[str, str]) -> MixedRule:
    (one, other) = ((role, path) for role, path in row.items() if role != "case")
    return MixedRule(row["case"], (one, other))


def read_outcomes(file: Path, cases: frozenset[str] | None, environments: Environments) -> dict[CaseKey, ShownCase]:
    """The outcomes of some cases, or of all. Raises HarnessError."""
    found: dict[CaseKey, ShownCase] = {}
    for row in _outcome_rows(file, cases):
        bit = environments.bits.get(row["environment"], 0)
        key = (row["case"], row["path"])
        answer = found.get(key, ShownCase(key))
        works, fails, errors = answer.works, answer.fails, dict(answer.errors)
        if row["status"] == Status.PASS.value:
            works |= bit
        elif row["status"] == Status.FAIL.value:
            fails |= bit
            text = one_line(f"{row['error']}: {row['message'].splitlines()[0] if row['message'] else ''}")
            errors[bit] = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
        found[key] = ShownCase(key, works, fails, errors)
    return found


def _outcome_rows(file: Path, cases: frozenset[str] | None) -> Iterator[dict[str, str]]:
    """The rows of some cases: thousands are none of them, so that only the others become dictionaries."""
    try:
        with file.open(encoding="utf-8", newline="") as handle:
            rows = csv.reader(handle)
            names = next(rows)
            case = names.index("case")
            yield from (dict(zip(names, row, strict=True)) for row in rows if cases is None or row[case] in cases)
    except (OSError, LookupError, ValueError, StopIteration, csv.Error) as error:
        raise HarnessError(f"{file}: not the outcomes of a grid ({error})") from None
