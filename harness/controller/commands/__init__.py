"""The subcommands, a module each: `add_arguments(parser)` and `run(options, project)`.

Only the module of the command that is called is imported. A command that needs less than an open project names what it
needs: `OPENER = open_layout`, for instance.
"""

from __future__ import annotations

# The help line of each command, in the order of `harness --help`. It is here and not in the modules, because importing
# them all would take a second.
COMMANDS = {
    "validate": "check matrix.yaml and all cases without running anything",
    "plan": "list the environments and cells of a selection",
    "run": "run a selection in its environments (default: the matrix's default group)",
    "flaky": "run a selection several times and list the cells with more than one outcome",
    "collect": "write results/grid.{json,csv,md,svg} from results/*.json, or merge the shards of a run",
    "show": "print the grid, one case (-k CASE) or one cell (--cell)",
    "script": "print the Python script of a case under an import path",
    "write": "write the files that cases read in all environments, each once by its writer",
    "inventory": "measure every name of the import paths in the environments of a selection",
    "api": "print in which releases a name can be reached, or what changed between two of them",
    "scan": "find the lines of your code that break in some release",
    "floor": "print the lowest release in which your code, or chosen cases, all work",
    "try": "run a line or a file of Python in every environment that exists",
    "bisect": "find the package and the version that change an outcome between two environments",
    "remedy": "print what to install so that a release works again, or verify it",
    "audit": "compare recorded outcomes with plain Python, or the two isolations with each other",
    "diff": "compare two sets of results: outcomes and packages",
    "accept": "make the last run, or a part of it, the baseline in results/",
    "report": "print the last run as Markdown: failed environments, changes, a short grid",
    "tell": "open, update or close the GitHub issue with a report",
    "propose": "open, update or close the GitHub pull request with the changes in the work tree",
    "init": "create a small project: matrix.yaml, one case, and the files that tox needs",
    "publish": "write the compatibility table as a static site",
    "new": "create a small case of a kind",
    "schema": "write the JSON Schemas with which an editor checks cases and matrix.yaml",
    "migrate": "write a matrix.yaml of an older schema in the current one",
    "discover": "add new releases from the package index to matrix.yaml",
    "lock": "resolve the exact packages of environments into locks/",
}
