"""The command lines that reproduce a cell. They are templates that the published page fills in for each cell."""

from __future__ import annotations

import shlex

from harness.controller.project.matrix import Environment

AGAIN = "tox -e {environment} -- --case {case} --path {path} --fresh"
BY_HAND = "harness script {case} -p {path} > cell.py; {variables}.tox/{environment}/bin/python cell.py"


def env_assignments(environment: Environment) -> str:
    """The environment's variables as assignments before a shell command."""
    return "".join(f"{name}={shlex.quote(value)} " for name, value in environment.set_env)


def fill_template(template: str, environment: Environment, case: str, path: str) -> str:
    """A template above, filled in for a cell."""
    return template.format(environment=environment.id, case=case, path=path, variables=env_assignments(environment))
