"""Failures with a message that several assertions of the script could have: which one failed is not recorded."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from harness.cases.case import Case
from harness.cases.document.reader import Fault
from harness.cases.generate import script_of
from harness.contract.plan import PathSpec
from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.grid.explanations import quote
from harness.controller.grid.grid import Grid

_BY_VALUE = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def ambiguous_failures(grid: Grid, cases: Iterable[Case], paths: Mapping[str, PathSpec]) -> Iterator[Fault]:
    """A fault for each case with an ambiguous failure, about the first one."""
    for case in cases:
        found = (fault for row in grid.by_case.get(case.id, ()) for fault in _faults(grid, case, paths[row.path]))
        if fault := next(found, None):
            yield Fault(case.file, 1, fault)


def _faults(grid: Grid, case: Case, path: PathSpec) -> Iterator[str]:
    """A sentence for each ambiguous failure of the case under one path."""
    bare: dict[str, tuple[str, Outcome]] = {}  # by message, the first of them
    for environment, column in grid.columns.items():
        outcome = column.cells.get((case.id, path.id))
        if outcome is not None and _is_bare(outcome):
            bare.setdefault(outcome.message or "", (environment, outcome))
    assertions = _assertions(script_of(case, path)) if bare else []  # writing and reading a script takes long
    for message, (environment, outcome) in bare.items():
        number = sum(_could_fail_with(message, node) for node in assertions)
        if number > 1:
            yield (
                f"{number} assertions could have failed with {quote(outcome)!r} ({environment} {path.id}): "
                "use `holds`, or name the expression in the message"
            )


def _is_bare(outcome: Outcome) -> bool:
    """Whether an assertion failed with nothing but a value or a fixed text as its message."""
    return outcome.status is Status.FAIL and outcome.stage is Stage.CHECK and outcome.error == "AssertionError"


def _assertions(script: str) -> list[ast.Assert]:
    return [node for node in ast.walk(ast.parse(script)) if isinstance(node, ast.Assert)]


def _could_fail_with(message: str, node: ast.Assert) -> bool:
    if node.msg is None:
        return not message
    if isinstance(node.msg, ast.Constant):
        return node.msg.value == message
    if isinstance(node.msg, ast.JoinedStr):  # names the expression
        return False
    return isinstance(node.test, ast.Compare) and isinstance(node.test.ops[0], _BY_VALUE) and _is_literal(message)


def _is_literal(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False
    return True
