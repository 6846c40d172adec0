"""The data between the controller and the runner: statuses, outcomes, records, plans.

Standard library only, in the grammar of Python 3.7.
"""
