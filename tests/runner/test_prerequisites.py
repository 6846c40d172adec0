from __future__ import annotations

import pytest

from harness.runner.prerequisites import script_before

IMPORT = "import json\n\n"


def test_script_ends_before_the_stage() -> None:
    script = f"{IMPORT}# build\nmodel = 1\n\n# plot\ndraw(model)\n\n# plot\ndraw(model)\n"
    assert script_before(script, "plot") == f"{IMPORT}# build\nmodel = 1\n\n"


@pytest.mark.parametrize(
    "rest",
    [
        "# call\ndraw()\n",  # no such stage
        'text = """\n# plot\n"""\n',
        "draw(\n# plot\n    1,\n)\n",
        "for model in (1, 2):\n    build(model)\n# plot\n    draw(model)\n",
        "if 1:\n    pass\n# plot\nelse:\n    draw()\n",
        "@drawn\n# plot\ndef model(): pass\n",
        "# plot\nprint 'Python 2'\n",
    ],
)
def test_script_cut_only_between_statements(rest: str) -> None:
    assert script_before(IMPORT + rest, "plot") is None
