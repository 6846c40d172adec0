"""The lines by which anyone repeats a cell. They are templates: the published page fills them in for each cell."""

from __future__ import annotations

import shlex

from harness.controller.project.matrix import Environment

AGAIN = "tox -e {environment} -- --case {case} --path {path} --fresh"
BY_HAND = "harness script {case} -p {path} > cell.py; {variables}.tox/{environment}/bin/python cell.py"


def env_assignments(environment: Environment) -> str:
    """The environment's variables as a shell takes them before a command."""
    return "".join(f"{name}={shlex.quote(value)} " for name, value in environment.set_env)


def fill_template(template: str, environment: Environment, case: str, path: str) -> str:
    """One of the lines above, of one cell."""
    return template.format(environment=environment.id, case=case, path=path, variables=env_assignments(environment))
