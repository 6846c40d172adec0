"""What each command takes, and which function it calls: imported only when it is called, so that help is quick."""

from __future__ import annotations

from harness.controller.arguments import project, results, running

COMMANDS = {
    "validate": (project.validate, "check matrix.yaml and all cases, and run nothing"),
    "plan": (running.plan, "list the environments and cells of a selection"),
    "run": (running.run, "run a selection in its environments (default: the matrix's default group)"),
    "flaky": (running.flaky, "run a selection several times, and list what does not give the same each time"),
    "collect": (results.collect, "make results/grid.{json,csv,md} from results/*.json, or a run from its shards"),
    "show": (results.show, "print the grid, one case's story (-k CASE) or one cell's"),
    "script": (running.script, "print the Python script that a case becomes under an import path"),
    "audit": (running.audit, "run some recorded cells by plain Python, or some cells in both isolations, and compare"),
    "diff": (results.diff, "say what changed between two sets of results, outcomes and packages"),
    "accept": (results.accept, "take the last run, or a part of it, as the baseline in results/"),
    "report": (results.report, "print the last run in Markdown: what could not run, what changed, the grid in short"),
    "tell": (results.tell, "open, update or close the one issue on GitHub that tells a report"),
    "propose": (results.propose, "open or update the one pull request on GitHub that holds what has changed here"),
    "init": (project.init, "write a small project of your own: matrix.yaml, one case, and what tox needs"),
    "publish": (results.publish, "write the compatibility table as a static site"),
    "new": (project.new, "write a small case of a kind to start from"),
    "schema": (project.schema, "write the JSON Schemas by which an editor checks cases and matrix.yaml"),
    "discover": (project.discover, "ask the package index for new releases, and take them into matrix.yaml"),
    "lock": (project.lock, "resolve the exact packages of environments into locks/"),
}
