"""Code that somebody asks about, run alone by plain Python in each environment that exists."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing

from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.api.environments import ApiEnvironment, Environments, in_words
from harness.controller.audit.script_process import ScriptProcess, run_side_by_side
from harness.controller.audit.traceback_match import as_outcome, read_traceback
from harness.controller.environments.prerequisites import cells_path
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import Environment, Matrix
from harness.controller.text import one_line

_NAME = "tried"  # of the script


def try_code(
    layout: Layout, matrix: Matrix, environments: Sequence[Environment], code: str, jobs: int
) -> Generator[tuple[Environment, Outcome], None, None]:
    """Each environment with the outcome of the code, as it ends. Closing the generator ends what still runs."""

    def start(environment: Environment) -> ScriptProcess:
        prefix, path = layout.environments / environment.id, cells_path(layout.state)
        return ScriptProcess(environment, prefix, path, _NAME, code, matrix.timeout, matrix.output_limit)

    with closing(run_side_by_side(environments, start, jobs)) as ending:
        for environment, process, ended in ending:
            raised = read_traceback(ended.errors, str(process.file), code)
            yield environment, as_outcome((_NAME, ""), ended, raised)


def outcomes_as_ranges(matrix: Matrix, outcomes: dict[str, Outcome]) -> str:
    """A line for each outcome with the releases that gave it, the first release first."""
    environments = Environments(tuple(map(ApiEnvironment.of, matrix.environments.values())))
    masks: dict[str, int] = {}
    for item in environments.items:
        if item.id in outcomes:
            sentence = outcome_sentence(outcomes[item.id])
            masks[sentence] = masks.get(sentence, 0) | environments.bits[item.id]
    lines = []
    for sentence, mask in masks.items():
        releases = in_words(environments.ranges(mask), environments.newest)
        lines.append((", ".join(filter(None, [releases, *environments.variants(mask)])), sentence))
    width = max((len(where) for where, _ in lines), default=0)
    return "".join(f"{where:<{width}}  {sentence}\n" for where, sentence in lines)


def outcome_sentence(outcome: Outcome) -> str:
    """`pass`, or the error with the last line of its message."""
    if outcome.status is Status.PASS:
        return str(outcome.status.value)
    last = (outcome.message or "").strip().rpartition("\n")[2]
    if outcome.error is None:
        return one_line(f"{outcome.status.value}: {last}")
    return one_line(f"{outcome.error}: {last}" if last else outcome.error)
