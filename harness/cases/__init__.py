"""What both sides know of a case: reading it, its kinds, and the plain Python script that it becomes.

May import PyYAML and `harness.contract`, nothing else, in the grammar of Python 3.7.
"""
