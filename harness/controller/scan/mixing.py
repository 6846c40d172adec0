"""Names of two import paths that meet in one file, and what measured cases show of such a meeting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.controller.scan.case_answers import CaseAnswers, ShownCase
from harness.controller.scan.reading.uses import Form, Use

RolePath = tuple[str, str]  # what a name is, and its import path


def find_mixtures(uses: Sequence[Use], cases: CaseAnswers) -> list[Use]:
    """A use for each two names of a file that a case is about, at the place of the later one."""
    first: dict[RolePath, Use] = {}
    for use in uses:
        parts = cases.split(use.name) if not use.argument else None
        role = cases.role(parts[1]) if parts else None
        if parts and role:
            first.setdefault((role, parts[0]), use)
    found: dict[tuple[RolePath, RolePath], Use] = {}
    for rule in cases.mixed if len({path for _, path in first}) > 1 else ():
        (role, _), (other_role, _) = rule.roles
        pairs = [(one, other) for one in first if one[0] == role for other in first if other[0] == other_role]
        for one, other in pairs:
            answer = cases.mixture(rule, dict((one, other)))
            if answer is not None:
                found.setdefault((one, other), _mixed(first[one], first[other], answer))
    return list(found.values())


def _mixed(one: Use, other: Use, answer: ShownCase) -> Use:
    """Reached where both names are, and both work: elsewhere another line is in the way."""
    before, after = sorted((one, other), key=lambda use: (use.place.cell or 0, use.place.line, use.place.column))
    reach = before.reach & before.works & after.reach & after.works
    where = f"line {before.place.line}" if before.place.cell is None else f"cell {before.place.cell}"
    return replace(
        after,
        form=Form.MIXED,
        reach=reach,
        works=answer.works,
        fails=answer.fails,
        private=False,
        caught=0,
        meets=f"{before.name} ({where})",
        shown_by=answer,
    )
