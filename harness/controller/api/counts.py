"""How many names each root has in each environment, as a table in Markdown."""

from __future__ import annotations

from collections.abc import Mapping

from harness.controller.api.document import ApiDocument
from harness.controller.api.environments import ApiEnvironment, Measured

_NOTHING = {Measured.NOT_INSTALLED: "–", Measured.FAILED: "!", Measured.NO: "?"}


def count_table(documents: Mapping[str, ApiDocument]) -> str:
    """A row for each environment, a column for each root: the names that can be reached in either way.

    A dash stands for a package that is not installed, `!` for one that cannot be imported, `?` for an environment that
    was not measured.
    """
    rows = [["", *(f"`{root}`" for root in documents)], ["---", *["--:"] * len(documents)]]
    environments = next(iter(documents.values())).environments.items if documents else ()
    for place, environment in enumerate(environments):
        name = environment.id if environment.is_variant else environment.release
        rows.append([name, *(_count(document, document.environments.items[place]) for document in documents.values())])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _count(document: ApiDocument, environment: ApiEnvironment) -> str:
    if environment.measured is not Measured.YES:
        return _NOTHING[environment.measured]
    bit = document.environments.bits[environment.id]
    return str(sum(bool(row.reached & bit) for name, row in document.rows.items() if name))
