"""The language of cases: reading a case file, its kinds, and the plain Python script it becomes.

May import PyYAML and `harness.contract`, nothing else. Scripts, not this package, are in the grammar of Python 3.7.
"""
