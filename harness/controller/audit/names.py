"""`harness audit --names`: compare answers of the API with one line of plain Python in a fresh interpreter."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from functools import partial

from harness.controller.api.document import read_documents
from harness.controller.audit.elsewhere import AskedAgain, ask_elsewhere, write_asked
from harness.controller.audit.name_answers import NameAnswer, draw_answers, sampled_answers
from harness.controller.audit.sampling import SampleRequest
from harness.controller.audit.script_process import ScriptProcess, run_side_by_side
from harness.controller.environments.installed import missing_environments
from harness.controller.environments.prerequisites import cells_path
from harness.controller.errors import Exit, HarnessError, UsageError
from harness.controller.project.layout import Layout
from harness.controller.project.loader import Project
from harness.controller.project.selection import Selection
from harness.controller.run.signals import signals_as_interrupt

_IMPORTING = 120.0  # seconds in addition to a cell's: a fresh interpreter has imported nothing


def audit_names(project: Project, selection: Selection, request: SampleRequest) -> Exit:
    """Ask a sample of all answers again, and print each disagreement, and what took too long to say anything.

    Raises UsageError if there is no answer.
    """
    environments = selection.choose_environments(project.matrix)
    if request.sampled is None:
        documents = read_documents(project.layout.results)
        sample = draw_answers(documents, environments, request.size, random.Random(request.seed))
    else:
        sample = sampled_answers(request.sampled, environments)
    if not sample:
        raise UsageError("nothing to audit: no environment of this selection was measured")
    counts = Counter((answer.form, answer.recorded) for answer in sample)
    words = ", ".join(f"{counts[form, yes]} {form} {'yes' if yes else 'no'}" for form, yes in sorted(counts))
    if request.engine is None:
        _check_made(project.layout, sample)
        answers = _asked_again(project, sample, request.jobs_here)
    else:
        answers = ask_elsewhere(request.engine, project.layout, sample, request.jobs)
    print(f"{len(sample)} answers sampled (seed {request.seed}): {words}", flush=True)
    asked: list[AskedAgain] = []
    code = _compare(answers, asked)
    if request.sampled is None or code is Exit.INTERRUPTED:
        return code
    for name in {answer.environment.id for answer in sample}:
        write_asked(project.layout, name, [each for each in asked if each[0].environment.id == name])
    return Exit.AGREES  # which is that all were asked: who sampled compares


def _compare(answers: Generator[AskedAgain, None, None], asked: list[AskedAgain]) -> Exit:
    """Print what differs as it is found, then the totals. `asked` gets all answers."""
    wrong = 0
    try:
        with signals_as_interrupt(), closing(answers):
            for answer, found in answers:
                asked.append((answer, found))
                if found is None:
                    print(f"{answer}: plain Python did not answer in time", flush=True)
                elif found != answer.recorded:
                    wrong += 1
                    says = {True: "yes", False: "no"}
                    print(f"{answer}: recorded {says[answer.recorded]}, plain Python says {says[found]}", flush=True)
    except KeyboardInterrupt:
        print(f"interrupted after {_verdict(asked, wrong)}")
        return Exit.INTERRUPTED
    late = sum(found is None for _, found in asked)
    print(_verdict(asked, wrong) + (f"; {late} not in time" if late else ""))
    if wrong:
        return Exit.DIFFERS
    return Exit.BROKEN if late else Exit.AGREES


def _verdict(asked: Iterable[AskedAgain], wrong: int) -> str:
    done = sum(found is not None for _, found in asked)
    return f"{done} answers: {f'{wrong} disagree' if wrong else 'all agree'}"


def _check_made(layout: Layout, sample: Sequence[NameAnswer]) -> None:
    missing = missing_environments(layout, (answer.environment.id for answer in sample))
    if missing:
        raise HarnessError(f"not installed: {', '.join(missing)}; select others with -e, or `harness inventory` them")


def _asked_again(project: Project, sample: Sequence[NameAnswer], jobs: int) -> Generator[AskedAgain, None, None]:
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
