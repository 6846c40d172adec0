"""Columns as Hypothesis draws them, for the tests of what holds for all of them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st

from harness.contract.records import CellKey, Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.results.documents import Column, EnvironmentFacts

# The same examples each time: a test that fails does so for everyone. Nothing is kept between runs.
settings.register_profile("drawn", derandomize=True, database=None, deadline=None, max_examples=60)
settings.load_profile("drawn")

NAMES = ("tf20", "tf21", "tf216-legacy")
KEYS: list[CellKey] = [(case, path) for case in ("a", "b-b") for path in ("keras", "tf.keras")]
HOSTILE = "<script>=1+1|../\x1b[2J\x07\x9b\u202e\u2028\ud800\n\r\tx"

texts = st.text(st.sampled_from(HOSTILE) | st.characters(), max_size=8)
maybe = st.none() | texts
packages = st.dictionaries(st.sampled_from(["keras", "numpy", HOSTILE]), st.sampled_from(["1.26.4", "2.0.2", HOSTILE]))


def outcomes(key: CellKey) -> st.SearchStrategy[Outcome]:
    """Any outcome of the cell in an environment that could be made."""
    warnings = st.lists(texts, max_size=2).map(tuple)
    stages = st.none() | st.sampled_from(Stage)
    statuses = st.sampled_from([status for status in Status if status is not Status.ENV_FAIL])
    built = st.builds(Outcome, st.just(key[0]), st.just(key[1]), statuses, stages, maybe, maybe, warnings)
    return built.map(_without_contradiction)


def _without_contradiction(outcome: Outcome) -> Outcome:
    """The outcome without what its status rules out."""
    bare = Outcome(*outcome.key, status=outcome.status)
    if outcome.status is Status.NOT_RUN:
        return bare
    if outcome.status in (Status.UNMET, Status.SKIP):
        return replace(bare, message=outcome.message)
    if outcome.status is Status.PASS:
        return replace(bare, warnings=outcome.warnings)
    if outcome.status is Status.TIMEOUT:
        return replace(outcome, error=None)
    return replace(outcome, stage=Stage.PATH) if outcome.status is Status.ABSENT else outcome


def cells() -> st.SearchStrategy[dict[CellKey, Outcome]]:
    return st.fixed_dictionaries({}, optional={key: outcomes(key) for key in KEYS})


@st.composite
def columns(draw: st.DrawFn, name: str = "tf20") -> Column:
    """A column as a run leaves it: of an environment that could not be made every cell says just that."""
    python = draw(st.sampled_from(["3.7", "3.8"]))
    facts = EnvironmentFacts(name, "2.0.0", python, "tensorflow", packages=draw(packages))
    found = draw(cells())
    if draw(st.integers(0, 4)):
        return Column(facts, found)
    failed = replace(facts, status="env-fail", reason=draw(texts), packages={})
    return Column(failed, {key: Outcome(*key, status=Status.ENV_FAIL) for key in found})


def sets() -> st.SearchStrategy[dict[str, Column]]:
    """Columns of some environments."""
    return st.fixed_dictionaries({}, optional={name: columns(name) for name in NAMES})
