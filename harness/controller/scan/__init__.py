"""`harness scan`: the lines of somebody's code that break in some release, by the measured API.

Files (`sources`) are walked as Python would run them in every release at once (`walk`): each statement is reached in a
set of releases, which guards divide (`conditions`, try/except). A name that is used there (`uses`) gets its measured
answer (`answers`), and those that fail become findings, in one of several formats. Nothing is imported or executed.
"""
