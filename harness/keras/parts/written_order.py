"""The key `steps` of a kind: statements at the top of the script, in the order written."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from harness.cases.codegen.script import Script
from harness.cases.document.reader import Place
from harness.keras.parts.models import taken_names
from harness.keras.parts.statement_nodes import NameScope, Statement, bound_names, local_names, write_statements
from harness.keras.parts.statements import Checker


def check_written_order(steps: Sequence[Statement], place: Place, known: Collection[str] = ()) -> list[str]:
    """The names that are known after the steps, which know those in `known`."""
    return Checker(place.subject, taken_names(place.subject)).steps(steps, place, known)


def write_written_order(steps: Sequence[Statement], script: Script, known: Collection[str] = ()) -> list[str]:
    """Write the steps in order, each in its stage. The names that are known after them."""
    names = bound_names(steps)
    for name in [*names, *local_names(steps)]:
        script.define(name)
    given = [*known, *names]
    write_statements(steps, script, NameScope(tuple(given)))
    return given
