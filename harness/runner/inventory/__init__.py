"""The inventory's measuring code: every name below the asked roots, found by asking the interpreter it runs in.

`python -m harness.runner.inventory REQUEST RESULT` (see `harness.contract.inventory`). Standard library alone.
"""
