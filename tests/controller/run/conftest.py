from __future__ import annotations

import pytest

from harness.controller.engine.environment_run import EnvironmentRun
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from tests.support.tiny_project import TinyProject


@pytest.fixture
def runs(project: TinyProject, layout: Layout) -> list[EnvironmentRun]:
    """The two environments of the group `quick`, in the folder of `layout`."""
    environments = load_matrix(project.root).environments
    return [EnvironmentRun(environments[name], layout.files(name)) for name in ("tf215", "tf216")]
