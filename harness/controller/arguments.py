"""What each command takes, and which function it calls: imported only when it is called, so that help is quick."""

from __future__ import annotations

import argparse
from pathlib import Path

from harness.controller.errors import Exit
from harness.controller.options import isolation, runs_cells, selection, selects, selects_environments, within


def _validate(parser: argparse.ArgumentParser) -> object:
    def run(options: argparse.Namespace) -> Exit:
        from harness.controller import commands

        return commands.validate(options.root)

    return run


def _plan(parser: argparse.ArgumentParser) -> object:
    selects(parser)
    forms = ["table", "json", "github", "pythons"]
    parser.add_argument("--format", choices=forms, default="table", help="default: table")
    parser.add_argument("--jobs", type=within(1, 256), metavar="N", help="of github: at most so many (default: 255)")
    parser.add_argument("--since", metavar="REV", help="only what may have changed since that revision of git")

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller import listing

        return listing.plan(options.root, selection(options), options.format, options.jobs, options.since)

    return run


def _run(parser: argparse.ArgumentParser) -> object:
    runs_cells(parser)
    parser.add_argument("--fresh", action="store_true", help="run all cells, also where nothing has changed since")
    parser.add_argument(
        "--retries",
        type=within(0),
        metavar="N",
        help="how often a cell is run again before a change is told (default: 2)",
    )
    parser.epilog = "What follows -- goes to pytest: harness run -e tf215 -- -k plot_model -x"

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller import commands, running

        if options.unknown:
            raise commands.misplaced(options.root, options.unknown[0])
        how = isolation(options)
        how += ["--fresh"] if options.fresh else []
        how += ["--retries", str(options.retries)] if options.retries is not None else []
        how += options.pytest
        return running.run(options.root, selection(options), options.jobs, how)

    return run


def _flaky(parser: argparse.ArgumentParser) -> object:
    runs_cells(parser)
    parser.add_argument(
        "--runs", type=within(2), default=3, metavar="N", help="how often each cell is run (default: 3)"
    )

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller import flakiness

        return flakiness.flaky(options.root, selection(options), options.runs, options.jobs, isolation(options))

    return run


def _collect(parser: argparse.ArgumentParser) -> object:
    selects(parser)
    parser.add_argument(
        "--shards", type=Path, metavar="DIR", help="make the last run of what the jobs of one left in folders of DIR"
    )

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller import showing

        return showing.collect(options.root, selection(options), options.shards)

    return run


def _report(parser: argparse.ArgumentParser) -> object:
    parser.add_argument("--most", type=within(1), metavar="N", help="characters, where only so many fit")

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller import reporting

        return reporting.report(options.root, options.most)

    return run


def _tell(parser: argparse.ArgumentParser) -> object:
    parser.add_argument("report", type=Path, metavar="FILE", help="what to tell, in Markdown")
    parser.add_argument("--title", required=True, help="of the one issue that tells it")
    parser.add_argument("--done", action="store_true", help="there is nothing to tell any more: close the issue")

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller import telling

        return telling.tell(options.report, options.title, options.done)

    return run


def _propose(parser: argparse.ArgumentParser) -> object:
    parser.add_argument("branch", metavar="BRANCH", help="which holds the changes, and nothing else")
    parser.add_argument("report", type=Path, metavar="FILE", help="what the pull request says, in Markdown")
    parser.add_argument("--title", required=True, help="of the pull request, and of its commit")

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller import commands, telling

        return telling.propose(commands.open_root(options.root), options.branch, options.report, options.title)

    return run


def _show(parser: argparse.ArgumentParser) -> object:
    selects(parser)
    parser.add_argument("--run", action="store_true", help="the last run instead of the accepted results")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--cell", metavar="CASE[PATH]", help="one cell's full story; -e says where (default: everywhere)")
    what.add_argument("--totals", action="store_true", help="only how many cells gave what, and how much is explained")

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller import showing

        return showing.show(options.root, selection(options), options.run, options.cell, options.totals)

    return run


def _script(parser: argparse.ArgumentParser) -> object:
    parser.add_argument("case", metavar="CASE")
    parser.add_argument("-p", "--path", required=True, metavar="PATH", help="the import path")

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller import commands

        return commands.script(options.root, options.case, options.path)

    return run


def _audit(parser: argparse.ArgumentParser) -> object:
    selects(parser)
    parser.add_argument("--run", action="store_true", help="the last run instead of the accepted results")
    parser.add_argument("--sample", type=within(1), default=300, metavar="N", help="how many cells (default: 300)")
    parser.add_argument("--seed", type=int, metavar="S", help="draw the cells of an earlier audit, which printed it")
    parser.add_argument("-j", "--jobs", type=within(1), metavar="N", help="scripts side by side (default: cores)")

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller import auditing

        return auditing.audit(options.root, selection(options), options.run, options.sample, options.seed, options.jobs)

    return run


def _accept(parser: argparse.ArgumentParser) -> object:
    selects(parser)
    parser.add_argument("--dry-run", action="store_true", help="only say what would change")
    parser.add_argument("--complete", action="store_true", help="only environments that were run to the end")

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller import accepting

        return accepting.accept(options.root, selection(options), options.dry_run, options.complete)

    return run


def _diff(parser: argparse.ArgumentParser) -> object:
    selects(parser)
    what = "results, run, a folder or a git revision"
    parser.add_argument("old", nargs="?", default="results", metavar="OLD", help=f"{what} (default: results)")
    parser.add_argument("new", nargs="?", default="run", metavar="NEW", help=f"{what} (default: run)")
    parser.add_argument("--format", choices=["text", "markdown", "json"], default="text", help="default: text")

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller import showing

        return showing.diff(options.root, selection(options), options.old, options.new, options.format)

    return run


def _publish(parser: argparse.ArgumentParser) -> object:
    selects(parser)
    parser.add_argument("--run", action="store_true", help="the last run instead of the accepted results")
    parser.add_argument("--out", type=Path, metavar="DIR", help="the site's folder (default: site)")
    parser.add_argument("--serve", action="store_true", help="show the site on this machine until Ctrl-C")
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="of --serve (default: 8000; 0: any)")

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller import showing
        from harness.controller.commands import open_root

        out = options.out or open_root(options.root) / "site"
        return showing.publish(
            options.root, selection(options), options.run, out, options.port if options.serve else None
        )

    return run


def _lock(parser: argparse.ArgumentParser) -> object:
    selects_environments(parser)

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller import commands

        return commands.lock(options.root, selection(options))

    return run


def _discover(parser: argparse.ArgumentParser) -> object:
    parser.add_argument("--check", action="store_true", help="write nothing, and end with 1 if there is something new")
    parser.add_argument("--pre", action="store_true", help="take pre-releases too")
    parser.add_argument(
        "--cool-down", type=within(0, 3650), default=1, metavar="DAYS", help="how old a release must be (default: 1)"
    )

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller import discovering

        return discovering.discover(options.root, options.check, options.pre, options.cool_down)

    return run


def _init(parser: argparse.ArgumentParser) -> object:
    def run(options: argparse.Namespace) -> Exit:
        from harness.controller import founding

        return founding.init(options.root or Path.cwd())

    return run


def _new(parser: argparse.ArgumentParser) -> object:
    parser.add_argument("kind", metavar="KIND")
    parser.add_argument("id", metavar="ID", help="lower-case words joined by hyphens")

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller import commands, starting

        return starting.new(commands.open_root(options.root), options.kind, options.id)

    return run


def _schema(parser: argparse.ArgumentParser) -> object:
    def run(options: argparse.Namespace) -> Exit:
        from harness.controller import commands, starting

        written = starting.write_schemas(commands.open_root(options.root))
        print("\n".join(f"{name}: written" for name in written) or "unchanged")
        return Exit.AGREES

    return run


COMMANDS = {
    "validate": (_validate, "check matrix.yaml and all cases, and run nothing"),
    "plan": (_plan, "list the environments and cells of a selection"),
    "run": (_run, "run a selection in its environments (default: the matrix's default group)"),
    "flaky": (_flaky, "run a selection several times, and list what does not give the same each time"),
    "collect": (_collect, "make results/grid.{json,csv,md} from results/*.json, or a run from its shards"),
    "show": (_show, "print the grid, one case's story (-k CASE) or one cell's"),
    "script": (_script, "print the Python script that a case becomes under an import path"),
    "audit": (_audit, "run the scripts of some recorded cells by plain Python, and compare"),
    "diff": (_diff, "say what changed between two sets of results, outcomes and packages"),
    "accept": (_accept, "take the last run, or a part of it, as the baseline in results/"),
    "report": (_report, "print the last run in Markdown: what could not run, what changed, the grid in short"),
    "tell": (_tell, "open, update or close the one issue on GitHub that tells a report"),
    "propose": (_propose, "open or update the one pull request on GitHub that holds what has changed here"),
    "init": (_init, "write a small project of your own: matrix.yaml, one case, and what tox needs"),
    "publish": (_publish, "write the compatibility table as a static site"),
    "new": (_new, "write a small case of a kind to start from"),
    "schema": (_schema, "write the JSON Schemas by which an editor checks cases and matrix.yaml"),
    "discover": (_discover, "ask the package index for new releases, and take them into matrix.yaml"),
    "lock": (_lock, "resolve the exact packages of environments into locks/"),
}
