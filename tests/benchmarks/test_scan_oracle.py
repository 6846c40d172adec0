"""LibCST's QualifiedNameProvider as an oracle: what it traces to an import, the scan sees, on the code of all traps."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from benchmarks.scan_oracle import TracedName, traced_names, unseen_names
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from harness.controller.scan.answers import ApiAnswers
from harness.controller.scan.reading.sources import Source, parse_source
from tests.controller.scan.test_traps import TRAPS
from tests.support.measured_names import write_measured_names

OWN = "a module of the code base itself"
UNREAD = "an annotation that Python does not evaluate"
# What LibCST sees and the scan does not, with the reason.
UNSEEN = {
    "a package of one's own called keras": [OWN, OWN],
    "replaced in sys.modules": [OWN],
    "annotation that is not evaluated": [UNREAD],
    "annotations in functions": [UNREAD, UNREAD],
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> ApiAnswers:
    layout: Layout = write_measured_names(tmp_path_factory.mktemp("oracle") / "project")
    return ApiAnswers(layout.results, load_matrix(layout.root))


def written(folder: Path, name: str, text: str, answers: ApiAnswers) -> tuple[Source, str]:
    text = textwrap.dedent(text).strip() + "\n"
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return parse_source(folder / name, answers.packages), text


def _unseen(source: Source, text: str, answers: ApiAnswers) -> list[tuple[TracedName, str]]:
    return list(unseen_names(source, traced_names(text, answers.is_about), answers))


@pytest.mark.parametrize("trap", TRAPS)
def test_the_scan_sees_what_the_oracle_traces(trap: str, answers: ApiAnswers, tmp_path: Path) -> None:
    files = TRAPS[trap][0]
    for name, text in files.items():
        written(tmp_path, name, text, answers)
    codes = [written(tmp_path, name, text, answers) for name, text in files.items() if name.endswith(".py")]
    unseen = [reason for source, text in codes for _, reason in _unseen(source, text, answers)]
    assert unseen == UNSEEN.get(trap, [])


def test_a_name_that_the_scan_does_not_see_has_no_reason(answers: ApiAnswers, tmp_path: Path) -> None:
    source, _ = written(tmp_path, "a.py", "import keras\n", answers)
    text = "import keras\nkeras.layers.Dense\n"
    assert [(one.line, one.name) for one in traced_names(text, answers.is_about)] == [
        (1, "keras"),
        (2, "keras.layers.Dense"),
    ]
    assert [(one.name, reason) for one, reason in _unseen(source, text, answers)] == [("keras.layers.Dense", "")]
