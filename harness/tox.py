"""The stable entry of a project's toxfile.py: the tox environments of its matrix.yaml.

    from harness import tox as matrix

    @impl
    def tox_extend_envs():
        return matrix.names(ROOT)

    @impl
    def tox_add_core_config(core_conf, state):
        matrix.configure(ROOT, core_conf, state)

    @impl
    def tox_on_install(tox_env, arguments, section, of_type):
        matrix.resolve(ROOT, tox_env.conf.name)

`ROOT` is the folder of matrix.yaml, a `Path`. docs/stability.md lists these names among what stays.
"""

from __future__ import annotations

from harness.controller.environments.tox_plugin import configure, names, prefer_interpreter, resolve

__all__ = ["configure", "names", "prefer_interpreter", "resolve"]
