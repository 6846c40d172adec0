"""The range of releases that a project declares, in each of the ways in which that is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.controller.api.environments import ApiEnvironment, Environments
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from harness.controller.scan.releases import chosen_range

# The name of a file, its text, and the bounds that it sets; "" for none.
DECLARED: list[tuple[str, str, str]] = [
    ("pyproject.toml", """[project]\ndependencies = ["tensorflow-cpu >=2.5; python_version < '3.12'"]""", ">=2.5"),
    (
        "pyproject.toml",
        """
        [project]
        dependencies = ["numpy"]
        description = "as 'tensorflow==2.4'"  # "tensorflow<2"
        [project.optional-dependencies]
        tf = ["tensorflow[and-cuda]~=2.15.0"]
        [tool.mine]
        note = "tensorflow==2.4"
        """,
        "~=2.15.0",
    ),
    ("pyproject.toml", """[dependency-groups]\ntest = [{include-group = "x"}, "tensorflow==2.12.*"]""", "==2.12.*"),
    ("pyproject.toml", """[tool.poetry.dependencies]\ntensorflow = "~2.5" """, "<2.6,>=2.5"),
    (
        "pyproject.toml",
        """[tool.poetry.group.dev.dependencies]\ntensorflow = {version = "^2.12,!=2.14", extras = ["x"]}""",
        "!=2.14,<3,>=2.12",
    ),
    (
        "pyproject.toml",
        """[tool.poetry.dependencies]\ntensorflow = [{version = "2.4.*"}, {version = ">=2.12,<2.14"}]""",
        "<2.14,>=2.12 or ==2.4.*",
    ),
    ("pyproject.toml", """[tool.poetry.dependencies.tensorflow]\nversion = "2.12.1" """, "==2.12.1"),
    ("pyproject.toml", """[tool.pdm.dev-dependencies]\ntest = ["tensorflow<2.6"]""", "<2.6"),
    ("Pipfile", """[packages]\ntensorflow = "==2.5.0" """, "==2.5.0"),
    ("requirements.txt", "-r base.txt\n-e .\ntensorflow==2.5 \\\n    --hash=sha256:1\n", "==2.5"),
    ("requirements.txt", "# tensorflow<2\nTensorFlow >= 2.5 , < 2.13  # not newer\n", "<2.13,>=2.5"),
    ("requirements/base.txt", "tensorflow<2.6", "<2.6"),
    ("requirements.in", "tensorflow<2.6", "<2.6"),
    ("setup.cfg", "[options]\ninstall_requires =\n    numpy\n    tensorflow<2.6", "<2.6"),
    ("setup.cfg", "[options]\ninstall_requires = numpy; tensorflow<2.6", "<2.6"),
    ("setup.cfg", "[options.extras_require]\nold = tensorflow<2.6", "<2.6"),
    ("setup.py", "setup(install_requires=['tensorflow<2.6'], extras_require={'gpu': ['tensorflow-gpu']})", "<2.6"),
    ("setup.py", "NEEDED = ['tensorflow<2.6']\nsetup(install_requires=NEEDED)", "<2.6"),
    ("environment.yml", "dependencies: [python=3.9, conda-forge::tensorflow=2.5, {pip: [numpy]}]", "==2.5.*"),
    ("environment.yml", "dependencies: [tensorflow-gpu 2.5.*]", "==2.5.*"),
    ("environment.yml", "dependencies: [tensorflow==2.5.0=mkl_py39]", "==2.5.0"),
    ("environment.yaml", "dependencies:\n- pip:\n  - tensorflow==2.5.3\n", "==2.5.3"),
    ("requirements.txt", "tensorflow=2.5", ""),
    ("pyproject.toml", "not = [toml", ""),
]


def declared(names: Layout, folder: Path) -> str:
    """The source of the range, without the name of the file."""
    matrix = load_matrix(names.root)
    environments = Environments(tuple(map(ApiEnvironment.of, matrix.environments.values())))
    return chosen_range(matrix, environments, None, [folder]).source


@pytest.mark.parametrize(("name", "text", "bounds"), DECLARED)
def test_the_project_declares_the_range(
    measured_names: Layout, tmp_path: Path, name: str, text: str, bounds: str
) -> None:
    (tmp_path / ".git").mkdir()
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("\n".join(line.strip() if ".toml" in name else line for line in text.split("\n")), encoding="utf-8")
    found = declared(measured_names, tmp_path)
    assert found == (f"{file.name}: {bounds}" if bounds else "all measured releases")


def test_files_that_others_include_count(measured_names: Layout, tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "all.txt").write_text("-r more.txt\n-r ../requirements.txt\n", encoding="utf-8")
    (tmp_path / "base" / "more.txt").write_bytes("tensorflow==2.5\n".encode("utf-16"))
    (tmp_path / "requirements.txt").write_text("--requirement=base/all.txt\n", encoding="utf-8")
    (tmp_path / "requirements-dev.txt").write_text("tensorflow==2.4\n", encoding="utf-8")
    assert declared(measured_names, tmp_path) == "requirements.txt: ==2.5"
