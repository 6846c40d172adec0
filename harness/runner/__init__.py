"""The side that runs inside an environment: a pytest plugin that gives every cell a process of its own.

May import pytest and `harness.contract`, in the grammar of Python 3.7. What runs in the processes that cells see
(`forkserver`, `cell`, `path_probe`, `supervisor`) needs the standard library and the contract only.
"""
