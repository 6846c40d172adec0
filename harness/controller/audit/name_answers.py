"""The recorded answers of the API that plain Python can give again, and a sample of them."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.controller.api.document import ApiDocument
from harness.controller.files import read_text
from harness.controller.project.matrix import Environment


@dataclass(frozen=True)
class NameAnswer:
    """The recorded answer for a name in an environment, by import or as an attribute."""

    environment: Environment
    name: str
    is_root: bool
    form: str
    recorded: bool

    def script(self) -> str:
        """The line of plain Python that ends in order exactly if the answer is yes."""
        module, _, last = self.name.rpartition(".")
        if self.form == "attribute":
            return f"import {self.name.partition('.')[0]}; {self.name}\n"
        return f"import {self.name}\n" if self.is_root or not module else f"from {module} import {last}\n"

    def __str__(self) -> str:
        return f"{self.environment.id} {self.form} {self.name}"


def draw_answers(
    documents: Mapping[str, ApiDocument], environments: Sequence[Environment], size: int, chance: random.Random
) -> list[NameAnswer]:
    """Names and measured environments, all with the same chance, and one of the two forms of each."""
    rows = [(document, name) for document in documents.values() for name in sorted(document.rows)]
    places = [(row, environment) for row in range(len(rows)) for environment in range(len(environments))]
    chance.shuffle(places)
    drawn: list[NameAnswer] = []
    for row, index in places:
        if len(drawn) == size:
            break
        document, name = rows[row]
        environment = environments[index]
        bit = document.environments.bits.get(environment.id, 0) & document.environments.measured
        if not bit or document.rows[name].unasked & bit:
            continue
        form = chance.choice(["import", "attribute"])
        reached = document.rows[name].imports if form == "import" else document.rows[name].attributes
        drawn.append(NameAnswer(environment, document.full(name), not name, form, bool(reached & bit)))
    return sorted(drawn, key=str)


def answers_as_json(sample: Sequence[NameAnswer]) -> str:
    """A sample for other machines, which need not have what it was drawn from."""
    return json.dumps([[each.environment.id, each.name, each.is_root, each.form, each.recorded] for each in sample])


def sampled_answers(file: Path, environments: Sequence[Environment]) -> list[NameAnswer]:
    """Those of another machine's sample that are of these environments."""
    named = {environment.id: environment for environment in environments}
    return [NameAnswer(named[first], *rest) for first, *rest in json.loads(read_text(file)) if first in named]
