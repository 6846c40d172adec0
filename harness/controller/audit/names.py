"""`harness audit --names`: compare answers of the API with one line of plain Python in a fresh interpreter."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from harness.controller.api.document import ApiDocument, read_documents
from harness.controller.audit.sampling import any_seed
from harness.controller.audit.script_process import ScriptProcess, run_side_by_side
from harness.controller.environments.installed import missing_environments
from harness.controller.environments.prerequisites import cells_path
from harness.controller.errors import Exit, HarnessError, UsageError
from harness.controller.project.layout import Layout
from harness.controller.project.loader import Project
from harness.controller.project.matrix import Environment
from harness.controller.project.selection import Selection
from harness.controller.run.signals import signals_as_interrupt

_IMPORTING = 120.0  # seconds in addition to a cell's: a fresh interpreter has imported nothing


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


def audit_names(project: Project, selection: Selection, size: int, seed: int | None, jobs: int | None) -> Exit:
    """Ask a sample of all answers again, and print each disagreement, and what took too long to say anything.

    Raises UsageError if there is no answer.
    """
    documents = read_documents(project.layout.results)
    environments = selection.choose_environments(project.matrix)
    seed = any_seed() if seed is None else seed
    sample = draw_answers(documents, environments, size, random.Random(seed))
    if not sample:
        raise UsageError("nothing to audit: no environment of this selection was measured")
    _check_made(project.layout, sample)
    counts = Counter((answer.form, answer.recorded) for answer in sample)
    words = ", ".join(f"{counts[form, yes]} {form} {'yes' if yes else 'no'}" for form, yes in sorted(counts))
    title = f"{len(sample)} answers sampled (seed {seed}): {words}"
    print(title, flush=True)
    wrong = done = late = 0
    answers = _asked_again(project, sample, jobs or len(os.sched_getaffinity(0)))
    try:
        with signals_as_interrupt(), closing(answers):
            for answer, found in answers:
                done += found is not None
                if found is None:
                    late += 1
                    print(f"{answer}: plain Python did not answer in time", flush=True)
                elif found != answer.recorded:
                    wrong += 1
                    says = {True: "yes", False: "no"}
                    print(f"{answer}: recorded {says[answer.recorded]}, plain Python says {says[found]}", flush=True)
    except KeyboardInterrupt:
        print(f"interrupted after {done} answers: {f'{wrong} disagree' if wrong else 'all agree'}")
        return Exit.INTERRUPTED
    print(f"{done} answers: {f'{wrong} disagree' if wrong else 'all agree'}{f'; {late} not in time' if late else ''}")
    if wrong:
        return Exit.DIFFERS
    return Exit.BROKEN if late else Exit.AGREES


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


def _check_made(layout: Layout, sample: Sequence[NameAnswer]) -> None:
    missing = missing_environments(layout, (answer.environment.id for answer in sample))
    if missing:
        raise HarnessError(f"not installed: {', '.join(missing)}; select others with -e, or `harness inventory` them")


def _asked_again(
    project: Project, sample: Sequence[NameAnswer], jobs: int
) -> Generator[tuple[NameAnswer, bool | None], None, None]:
    """Each answer with that of plain Python, None where it took too long, as it ends. `jobs` run at a time."""
    with closing(run_side_by_side(sample, partial(_start, project), jobs)) as ending:
        for answer, _, ended in ending:
            yield answer, None if ended.killed == "timeout" else ended.code == 0 and ended.killed is None


def _start(project: Project, answer: NameAnswer) -> ScriptProcess:
    prefix = project.layout.environments / answer.environment.id
    seconds = project.matrix.timeout + _IMPORTING
    path = cells_path(project.layout.state)
    return ScriptProcess(
        answer.environment, prefix, path, "name", answer.script(), seconds, project.matrix.output_limit
    )
