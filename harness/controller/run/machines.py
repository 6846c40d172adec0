"""What each machine gave for an environment: two that disagree about a cell, with the same packages, are reported."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harness.contract.records import CellKey, Outcome
from harness.controller.engine.machine_facts import Machine
from harness.controller.files import write_atomically
from harness.controller.project.layout import RunFiles
from harness.controller.results.compare import describe_outcome
from harness.controller.results.documents import Column, read_details
from harness.controller.text import one_line

_KEPT = 3  # machines of an environment, the last ones
_MOST_LINES = 12  # about one environment

_Answers = dict[CellKey, tuple[str, Outcome]]  # the digest of the script, and its outcome


def note_machine(files: RunFiles, machine: Machine, column: Column) -> list[str]:
    """Keep what a machine gave for an environment. Returns a sentence on each cell that another gave otherwise."""
    if column.environment.failed:
        return []
    answers = _answers(column, read_details(files.details))
    known = _read(files)
    lines = list(_disagreements(column, machine, answers, known))
    known.pop(machine.host, None)
    known[machine.host] = {
        "machine": machine.to_json(),
        "packages": column.environment.packages,
        "cells": [{"script": script, "outcome": outcome.to_json()} for script, outcome in answers.values()],
    }
    kept = dict(list(known.items())[-_KEPT:])
    write_atomically(files.machines, json.dumps(kept) + "\n")
    hidden = len(lines) - _MOST_LINES
    more = [f"{files.environment}: {hidden} more cells on which machines disagree"] if hidden > 0 else []
    return lines[:_MOST_LINES] + more


def _answers(column: Column, details: Mapping[str, Mapping[str, Any]]) -> _Answers:
    """The cells that were run, and did not depend on what the machine lacks."""
    found: _Answers = {}
    for key, outcome in column.cells.items():
        script = details.get(f"{key[0]}[{key[1]}]", {}).get("script", "")
        if outcome.status.counts and script:
            found[key] = (script, outcome)
    return found


def _disagreements(column: Column, machine: Machine, answers: _Answers, known: Mapping[str, Any]) -> Iterator[str]:
    name = column.environment.id
    for host, (other, packages, theirs) in _others(known, machine.host):
        if packages != column.environment.packages:
            continue
        facts = "; ".join(other.differences(machine)) or "in nothing that is noted"
        for key in sorted(answers.keys() & theirs.keys()):
            (script, mine), (their_script, their) = answers[key], theirs[key]
            if script == their_script and mine != their:
                sides = f"{host} {describe_outcome(their)}, {machine.host} {describe_outcome(mine)}"
                yield one_line(f"{name} {key[0]}[{key[1]}]: machines disagree: {sides} (they differ: {facts})")


def _others(known: Mapping[str, Any], host: str) -> Iterable[tuple[str, tuple[Machine, dict[str, str], _Answers]]]:
    for name, data in known.items():
        if name == host:
            continue
        outcomes = [(cell["script"], Outcome.from_json(cell["outcome"])) for cell in data["cells"]]
        answers = {outcome.key: (script, outcome) for script, outcome in outcomes}
        yield name, (Machine.from_json(data["machine"]), data["packages"], answers)


def _read(files: RunFiles) -> dict[str, Any]:
    """What is kept so far; empty where it is of another version."""
    try:
        known = json.loads(files.machines.read_text(encoding="utf-8"))
        list(_others(known, ""))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return dict(known)
