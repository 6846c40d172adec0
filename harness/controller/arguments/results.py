"""What the commands take that read what runs gave, take it as the baseline, and tell it."""

from __future__ import annotations

import argparse
from pathlib import Path

from harness.controller.arguments.options import selection, selects, within
from harness.controller.errors import Exit


def collect(parser: argparse.ArgumentParser) -> object:
    """`harness collect`."""
    selects(parser)
    parser.add_argument(
        "--shards", type=Path, metavar="DIR", help="make the last run of what the jobs of one left in folders of DIR"
    )

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller.commands import collect

        return collect.collect(options.root, selection(options), options.shards)

    return run


def show(parser: argparse.ArgumentParser) -> object:
    """`harness show`."""
    selects(parser)
    parser.add_argument("--run", action="store_true", help="the last run instead of the accepted results")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--cell", metavar="CASE[PATH]", help="one cell's full story; -e says where (default: everywhere)")
    what.add_argument("--totals", action="store_true", help="only how many cells gave what, and how much is explained")

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller.commands import show as showing

        return showing.show(options.root, selection(options), options.run, options.cell, options.totals)

    return run


def diff(parser: argparse.ArgumentParser) -> object:
    """`harness diff`."""
    selects(parser)
    what = "results, run, a folder or a git revision"
    parser.add_argument("old", nargs="?", default="results", metavar="OLD", help=f"{what} (default: results)")
    parser.add_argument("new", nargs="?", default="run", metavar="NEW", help=f"{what} (default: run)")
    parser.add_argument("--format", choices=["text", "markdown", "json"], default="text", help="default: text")

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller.commands import diff

        return diff.diff(options.root, selection(options), options.old, options.new, options.format)

    return run


def accept(parser: argparse.ArgumentParser) -> object:
    """`harness accept`."""
    selects(parser)
    parser.add_argument("--dry-run", action="store_true", help="only say what would change")
    parser.add_argument("--complete", action="store_true", help="only environments that were run to the end")

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller.commands import accept as accepting

        return accepting.accept(options.root, selection(options), options.dry_run, options.complete)

    return run


def publish(parser: argparse.ArgumentParser) -> object:
    """`harness publish`."""
    selects(parser)
    parser.add_argument("--run", action="store_true", help="the last run instead of the accepted results")
    parser.add_argument("--out", type=Path, metavar="DIR", help="the site's folder (default: site)")
    parser.add_argument("--serve", action="store_true", help="show the site on this machine until Ctrl-C")
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="of --serve (default: 8000; 0: any)")

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller.commands import publish
        from harness.controller.commands.common import open_root

        out = options.out or open_root(options.root) / "site"
        return publish.publish(
            options.root, selection(options), options.run, out, options.port if options.serve else None
        )

    return run


def report(parser: argparse.ArgumentParser) -> object:
    """`harness report`."""
    parser.add_argument("--most", type=within(1), metavar="N", help="characters, where only so many fit")

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller.commands import report as reporting

        return reporting.report(options.root, options.most)

    return run


def tell(parser: argparse.ArgumentParser) -> object:
    """`harness tell`."""
    parser.add_argument("report", type=Path, metavar="FILE", help="what to tell, in Markdown")
    parser.add_argument("--title", required=True, help="of the one issue that tells it")
    parser.add_argument("--done", action="store_true", help="there is nothing to tell any more: close the issue")

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller.ci import github as telling

        return telling.update_issue(options.report, options.title, options.done)

    return run


def propose(parser: argparse.ArgumentParser) -> object:
    """`harness propose`."""
    parser.add_argument("branch", metavar="BRANCH", help="which holds the changes, and nothing else")
    parser.add_argument("report", type=Path, metavar="FILE", help="what the pull request says, in Markdown")
    parser.add_argument("--title", required=True, help="of the pull request, and of its commit")

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller.ci import github as telling
        from harness.controller.commands import common as commands

        return telling.update_pull_request(
            commands.open_root(options.root), options.branch, options.report, options.title
        )

    return run
