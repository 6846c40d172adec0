"""The script's stages in order, what comes before its imports, and the errors and warnings that must be there."""

from __future__ import annotations

import subprocess
import sys

import pytest

from harness.cases.codegen.script import Script
from harness.contract.plan import PathSpec
from harness.contract.statuses import Stage
from tests.support.languages import LANGUAGE

FROM = PathSpec("tensorflow.keras", "from", "tensorflow")
ATTRIBUTE = PathSpec("tf.keras", "attribute", "tensorflow")


def test_stages_stay_in_written_order() -> None:
    script = Script(FROM, LANGUAGE.subject)
    for stage in (Stage.BUILD, Stage.CALL, Stage.BUILD, Stage.CHECK):
        script.add(stage, f"print({stage.value!r})")
    script.add(Stage.CHECK, "print(2)", "print(3)")
    script.plain("from PIL import Image")
    script.plain("import numpy as np")
    script.plain("import numpy as np")
    assert script.stages == [Stage.BUILD, Stage.CALL, Stage.BUILD, Stage.CHECK]
    assert script.text() == (
        "import numpy as np\nfrom PIL import Image\n\n# import\n\n"
        "# build\nprint('build')\n\n# call\nprint('call')\n\n"
        "# build\nprint('build')\n\n# check\nprint('check')\nprint(2)\nprint(3)\n"
    )


def test_early_lines_precede_imports() -> None:
    script = Script(ATTRIBUTE, LANGUAGE.subject)
    script.plain("import numpy as np")
    script.plain("import sys")
    script.plain("import os")
    script.before_imports("os.x = 1", "sys.y = 2")
    script.use("Model")
    assert script.text() == (
        "import os\nimport sys\n\nos.x = 1\nsys.y = 2\n\n"
        "import numpy as np\nimport tensorflow as tf\n\n# import\nModel = tf.keras.Model\n"
    )


def _ran(script: Script) -> str:
    """What the script says when it runs: its output, or the last line of its error."""
    ran = subprocess.run([sys.executable, "-c", script.text()], capture_output=True, text=True, check=False)
    return (ran.stdout or ran.stderr).strip().split("\n")[-1]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("int('x')", "done"),
        ("int('1')", "AssertionError: nothing raised ValueError"),
        ("raise ValueError('other')", "AssertionError: other"),
        ("raise KeyError('literal')", "KeyError: 'literal'"),
    ],
)
def test_expected_error_must_be_raised(line: str, said: str) -> None:
    script = Script(FROM, LANGUAGE.subject)
    script.add(Stage.BUILD, "class X:", "    a = 1", "", "    b = 2")
    script.add(Stage.CALL, "x = 1", line)
    script.add(Stage.CHECK, "never_reached")
    script.expect_error(Stage.CALL, "ValueError", 'lit[e]ral|"\\d"')
    script.add(Stage.CHECK, "print('done')")
    assert _ran(script) == said


def test_expected_error_must_match_text() -> None:
    script = Script(FROM, LANGUAGE.subject)
    script.add(Stage.BUILD, "class X:", "    a = 1", "", "    b = 2")
    script.expect_error(Stage.BUILD, "ValueError", 'it\'s "so" \\d é😀')
    assert script.text() == (
        "import re\n\n# import\n\n# build\n"
        "try:\n    class X:\n        a = 1\n\n        b = 2\n    raised = None\n"
        "except ValueError as error:\n    raised = error\n\n"
        '# check\nassert raised is not None, "nothing raised ValueError"\n'
        'assert re.search("it\'s \\"so\\" \\\\d é😀", str(raised)), raised\n'
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("warnings.warn('it is old')", "done"),
        ("warnings.warn('it is old', DeprecationWarning)", "AssertionError: []"),
        ("warnings.warn('it is new')", "AssertionError: ['it is new']"),
        ("pass", "AssertionError: []"),
    ],
)
def test_expected_warning_must_be_given(line: str, said: str) -> None:
    script = Script(FROM, LANGUAGE.subject)
    script.add(Stage.CALL, line)
    script.expect_warning(Stage.CALL, "UserWarning", "old$")
    script.add(Stage.CHECK, "print('done')")
    assert _ran(script) == said


def test_warning_and_error_share_stage() -> None:
    script = Script(FROM, LANGUAGE.subject)
    script.add(Stage.CALL, "warnings.warn('old')", "int('x')")
    script.expect_error(Stage.CALL, "ValueError", "literal")
    script.expect_warning(Stage.CALL, "UserWarning", "old")
    script.add(Stage.CHECK, "print('done')")
    assert _ran(script) == "done"
