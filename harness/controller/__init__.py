"""The side that runs outside the environments, on a current Python: plans, drives tox, collects, compares, shows.

May import `harness.cases` and `harness.contract`, never the runner: only a plan goes in, and only records come out.
"""
