"""`harness lock`: resolve the exact packages of the selected environments, those with the same inputs together."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial

from harness.controller.commands.openers import open_layout
from harness.controller.commands.options import add_environments, selection_of
from harness.controller.environments.lockfile import inputs_digest, write_failure, write_lock
from harness.controller.environments.resolver import Unresolvable, resolve_packages
from harness.controller.errors import Exit, HarnessError
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from harness.controller.project.matrix import Environment, Matrix

OPENER = open_layout


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The environments."""
    add_environments(parser)


def run(options: argparse.Namespace, layout: Layout) -> Exit:
    """Resolve the selected environments, one after the other. One that cannot be resolved does not stop the others.

    Raises HarnessError at the end with all that could not be resolved.
    """
    matrix = load_matrix(layout.root)
    lock_environments(selection_of(options).choose_environments(matrix), matrix, layout)
    return Exit.AGREES


def lock_environments(chosen: Sequence[Environment], matrix: Matrix, layout: Layout) -> None:
    """Resolve these environments and write their locks. Raises HarnessError with all that could not be resolved."""
    failures = []
    for family in _families(chosen, matrix).values():
        try:
            packages = resolve_packages(family[0], matrix.resolve)
        except HarnessError as error:
            failures.append(str(error))
            print(f"{family[0].id}: not locked", flush=True)
            if isinstance(error, Unresolvable):
                for item in family:
                    write_failure(item, matrix.resolve, layout, str(error))
            continue
        for item in family:
            changed = write_lock(item, matrix.resolve, layout, packages)
            print(f"{item.id}: {'locked' if changed else 'unchanged'}", flush=True)
    if failures:
        raise HarnessError("\n".join(failures))


def _families(chosen: Sequence[Environment], matrix: Matrix) -> dict[str, list[Environment]]:
    """By their inputs the chosen environments, and those of the grid that have the same packages, such as variants."""
    inputs = partial(inputs_digest, resolve=matrix.resolve)
    families = {inputs(item): [item] for item in chosen if item.lane}
    wanted = [inputs(item) for item in chosen if not item.lane]
    for item in matrix.environments.values():
        if inputs(item) in wanted:
            families.setdefault(inputs(item), []).append(item)
    return families
