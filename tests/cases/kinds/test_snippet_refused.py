"""The kind `snippet`: what pasted code must hold to be a case, and the exact sentence where it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.cases.case import Case
from harness.cases.generate import script_of
from harness.cases.loader import read_case
from harness.contract.plan import PathSpec
from harness.contract.statuses import Stage
from tests.support.languages import LANGUAGE

FILE = "cases/snippet/pasted.yaml"
PATHS = [PathSpec("tensorflow.keras", "from", "tensorflow"), PathSpec("tf.keras", "attribute", "tensorflow")]
NO_IMPORT = "4: does not import the import path: write it as KERAS"
NO_STAGE = "4: no stage after the imports: start one with a comment line such as `# call`"
NO_CHECK = "4: no check: add an assert"
PLAIN = (
    "4: import the path in one plain line such as `from KERAS.layers import Dense, Flatten as F` "
    "or `import KERAS.backend as K` (line {} of the code)"
)


def _read(root: Path, code: Any) -> tuple[Case | None, list[str]]:
    (root / FILE).parent.mkdir(parents=True, exist_ok=True)
    data = {"id": "pasted", "kind": "snippet", "title": "Pasted", "code": code}
    (root / FILE).write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    case, faults = read_case(str(root), FILE, LANGUAGE)
    return case, [f"{fault.line}: {fault.message}" for fault in faults]


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("from KERAS.layers import *", 2),
        ("from KERAS.layers import (Dense, Flatten)", 2),
        ("from KERAS.layers import (\n    Dense,\n    Flatten as F,\n)", 2),
        ("from KERAS.layers import Dense, \\\n    Flatten", 2),
        ("from KERAS.layers \\\n    import Dense", 2),
        ("import KERAS.backend \\\n    as K", 2),
        ("from KERAS.layers import Dense; x = 1", 2),
        ("x = 1; from KERAS.layers import Dense", 2),
        ("import KERAS.backend as K; x = 1", 2),
        ("if x: import KERAS", 2),
        ("import KERAS.backend as K, os", 2),
        ("import os, KERAS.backend as K", 2),
        ("import KERAS.backend as K, KERAS.layers as L", 2),
        ("from KERAS.layers import Dense  as  D", 2),
        ("from KERAS.layers import Dense , Flatten", 2),
        ("from KERAS.layers import Dense,Flatten", 2),
        ("from  KERAS.layers import Dense", 2),
        ("from KERAS . layers import Dense", 2),
        ("from .KERAS import layers", 2),
        ("x = 1\nif x:\n    from KERAS.layers import (Dense)", 4),
    ],
)
def test_snippet_import_must_be_plain_line(tmp_path: Path, statement: str, number: int) -> None:
    fault = PLAIN.format(number)
    assert _read(tmp_path, f"import os\n{statement}\n# call\nassert 1") == (None, [fault])
    both = f"import os\n{statement}\nimport KERAS\n# call\nassert 1"
    assert _read(tmp_path, both) == (None, [fault])


def test_every_bad_snippet_import_is_reported(tmp_path: Path) -> None:
    code = "from KERAS import *\nimport KERAS\nfrom KERAS import (\n    layers)\n# call\nassert 1"
    assert _read(tmp_path, code) == (None, [PLAIN.format(1), PLAIN.format(3)])


@pytest.mark.parametrize(
    "code",
    [
        "import KERASS",
        "from MY_KERAS import layers",
        "from keras.KERAS import layers",
        "from KERAS_2 import layers",
        "x = KERAS.layers",
        "# import KERAS",
        "'''\nimport KERAS\n'''",
        "from os import path as KERAS",
        "from . import KERAS",
        "x = __import__('KERAS')",
    ],
)
def test_snippet_must_import_the_path(tmp_path: Path, code: str) -> None:
    assert _read(tmp_path, f"{code}\n# call\nassert 1") == (None, [NO_IMPORT])


@pytest.mark.parametrize(
    "code",
    [
        "import KERAS\nassert KERAS",
        "# import\nimport KERAS\nassert KERAS",
        "import KERAS\n#call\nassert KERAS",
        "import KERAS\n# call it\nassert KERAS",
        "import KERAS\n# Call\nassert KERAS",
        "import KERAS\nif KERAS:\n    # call\n    assert KERAS",
        "import KERAS\nassert KERAS  # call",
        "import KERAS\n# train\nassert KERAS",
    ],
)
def test_snippet_needs_stage_after_imports(tmp_path: Path, code: str) -> None:
    assert _read(tmp_path, code) == (None, [NO_STAGE])


@pytest.mark.parametrize("stage", [stage.value for stage in Stage if stage not in (Stage.PATH, Stage.IMPORT)])
def test_any_later_stage_is_enough(tmp_path: Path, stage: str) -> None:
    case, faults = _read(tmp_path, f"import KERAS\n# {stage}\nassert KERAS")
    assert case is not None, faults


@pytest.mark.parametrize(
    ("code", "faults"),
    [
        ("assert 1 +", ["4: is not Python: invalid syntax (line 1 of the code)"]),
        ("import KERAS\nassert = 1", ["4: is not Python: invalid syntax (line 2 of the code)"]),
        ("import KERAS\n# call\nprint(KERAS)", [NO_CHECK]),
        ("import KERAS\n# call\nprint('assert', KERAS)  # assert", [NO_CHECK]),
        ("from KERAS import *\nprint(1)", [PLAIN.format(1), NO_STAGE, NO_CHECK]),
        ("print(1)", [NO_IMPORT, NO_STAGE, NO_CHECK]),
        ("", ["4: must be text, not ''"]),
        ("# \ud800", [r"4: must be text, not '# \ud800'"]),
        (["import KERAS"], ["4: must be text, not a list"]),
    ],
)
def test_bad_snippet_is_refused(tmp_path: Path, code: Any, faults: list[str]) -> None:
    assert _read(tmp_path, code) == (None, faults)


@pytest.mark.parametrize(
    "code",
    ["import KERAS\n# call\nassert '\0'", "x = " + "-" * 9000 + "1"],
    ids=["null", "deep"],
)
def test_snippet_too_deep_for_parser(tmp_path: Path, code: str) -> None:
    case, (fault,) = _read(tmp_path, code)
    assert case is None
    assert fault.startswith("4: is not Python: ")
    assert "None" not in fault


@pytest.mark.parametrize(
    "code",
    [
        "import os\rfrom KERAS import layers\r# call\rassert 1",
        "import os\n# call\nx = '''\r\r'''\nimport KERAS\nassert x",
        "# call\rimport KERAS\nassert 1",
    ],
)
def test_carriage_return_hides_no_import(tmp_path: Path, code: str) -> None:
    """Python counts it as the end of a line. The code is refused, or has the path's form like any other."""
    case, faults = _read(tmp_path, code)
    assert (case is None) is bool(faults)
    scripts = [script_of(case, path) for path in PATHS] if case else []
    assert not [script for script in scripts if "import tf.keras" in script or "KERAS" in script]


@pytest.mark.parametrize(
    "check", ["assert KERAS", "np.testing.assert_allclose(KERAS, 1)", "if KERAS:\n    raise ValueError"]
)
def test_snippet_needs_an_assertion(tmp_path: Path, check: str) -> None:
    code = f"import KERAS\n# check\n{check}"
    case, faults = _read(tmp_path, code)
    assert faults == []
    assert case is not None
    assert case.body == {"code": code}


def test_path_is_imported_before_later_stages(tmp_path: Path) -> None:
    fault = "imports the path after the first stage (line 2 of the code): move the import up"
    assert _read(tmp_path, "# build\nimport KERAS\n# check\nassert KERAS") == (None, [f"4: {fault}"])


@pytest.mark.parametrize("newer", ["(x := 1)", "def f(a, /): pass"])
def test_syntax_after_python_37_is_refused(tmp_path: Path, newer: str) -> None:
    case, faults = _read(tmp_path, f"import KERAS\n# call\n{newer}\nassert KERAS")
    assert case is None
    assert faults[0].startswith("4: is not Python: ")
