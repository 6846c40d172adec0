"""What scripts set before their imports: read from their text, and set in a process before its imports."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from harness.contract.statuses import Status
from harness.runner.preparation import Preparation, preparation_of
from tests.support.runner_projects import Both, run_both, snippet

WARM = {"subject", "keras"}
LEGACY = "import os\nos.environ['MODE'] = 'legacy'\n"
HIDDEN = "import sys\nsys.modules['extra'] = None\n"
TRIES = "error = None\ntry:\n    import keras\nexcept ImportError as raised:\n    error = raised"


@pytest.mark.parametrize(
    ("text", "preparation"),
    [
        (LEGACY + "import subject", Preparation((("MODE", "legacy"),))),
        (HIDDEN + "from keras.layers import Dense", Preparation((), ("extra",))),
        (LEGACY + HIDDEN + "import re\nimport keras", Preparation((("MODE", "legacy"),), ("extra",))),
        (LEGACY + TRIES, Preparation((("MODE", "legacy"),))),
        ("import os\nos.environ['A'] = 'b'\nos.environ['A'] = 'c'\nimport keras", Preparation((("A", "c"),))),
    ],
)
def test_what_is_set_first_is_read(text: str, preparation: Preparation) -> None:
    assert preparation_of(ast.parse(text), WARM) == preparation


@pytest.mark.parametrize(
    "text",
    [
        "import keras",
        "import keras\n" + LEGACY,
        "import subject\n" + LEGACY + "import keras",
        LEGACY + "import subject\nsubject.start()\nimport keras",
        LEGACY + "os.remove('a')\nimport keras",
        "import os as o\no.environ['A'] = 'b'\nimport keras",
        "import os\nos.environ['A'] = str(1)\nimport keras",
        "import os\nos.environ['A'] = os.environ['B'] = 'c'\nimport keras",
        "import os\nos.environ['A' + 'B'] = 'c'\nimport keras",
        "import sys\nsys.modules['extra'] = sys\nimport keras",
        "import sys\nsys.path[0] = 'extra'\nimport keras",
        "from evil import os\nos.environ['A'] = 'b'\nimport keras",
    ],
)
def test_scripts_that_do_other_things_have_none(text: str) -> None:
    assert preparation_of(ast.parse(text), WARM) is None


SUBJECT = """\
import os

with open({imports!r}, "a") as file:
    file.write("imported ")
MODE = os.environ.get("MODE")
if MODE == "broken":
    raise RuntimeError("no such mode")
try:
    import extra
except ImportError:
    extra = None
"""
LOOKS = "# check\nassert (subject.MODE, subject.extra is None) == {}, (subject.MODE, subject.extra)"
SCRIPTS = {
    "a-legacy": LEGACY + "import KERAS\n" + LOOKS.format("('legacy', False)"),
    "b-legacy": LEGACY + "import KERAS\n" + LOOKS.format("('legacy', False)"),
    "c-hidden": HIDDEN + "import KERAS\n" + LOOKS.format("(None, True)"),
    "d-plain": "import KERAS\n" + LOOKS.format("(None, False)") + "\nimport os\nassert 'MODE' not in os.environ",
    "e-broken": "import os\nos.environ['MODE'] = 'broken'\nimport KERAS\n",
    "f-broken": "import os\nos.environ['MODE'] = 'broken'\nimport KERAS\n",
    "g-hides-what-we-use": "import sys\nsys.modules['json'] = None\nimport KERAS\n# check\nimport json\n",
}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    folder = tmp_path_factory.mktemp("preparation")
    packages = {"subject.py": SUBJECT.format(imports=str(folder / "imports")), "extra.py": ""}
    cases = {name: snippet(code, "subject") for name, code in SCRIPTS.items()}
    return run_both(folder, cases, packages=packages, preload=["subject"])


def test_each_cell_has_what_it_set_itself(both: Both) -> None:
    outcomes = both.ran["fork"].outcomes
    failing = {case: outcome.error for (case, _), outcome in outcomes.items() if outcome.status is not Status.PASS}
    broken = {"e-broken": "RuntimeError", "f-broken": "RuntimeError"}
    assert failing == {**broken, "g-hides-what-we-use": "ModuleNotFoundError"}
    assert both.agree


def test_equal_preparations_import_the_subject_once(tmp_path: Path) -> None:
    code = LEGACY + "import KERAS\n# check\nassert KERAS"
    packages = {"subject.py": SUBJECT.format(imports=str(tmp_path / "imports")), "extra.py": ""}
    both = run_both(
        tmp_path, {name: snippet(code, "subject") for name in "abc"}, packages=packages, preload=["subject"]
    )
    assert both.agree
    imported = (tmp_path / "imports").read_text(encoding="ascii").split()
    assert len(imported) == 1 + (1 + 3)  # forked: the prepared process; fresh: one to try it, one for each cell
