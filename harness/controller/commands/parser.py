"""The parser of the command line: errors are one sentence, and only the command that is called is imported."""

from __future__ import annotations

import argparse
import importlib
import re
import sys
from collections.abc import Iterable
from itertools import takewhile
from typing import Any, NoReturn

from harness.controller.errors import UsageError

_NEGATIVE_NUMBER = re.compile(r"-\d+$|-\d*\.\d+$")  # for argparse a value, not an option


class CommandParser(argparse.ArgumentParser):
    """The parser of `harness`, or of one of its commands.

    `module` is the dotted name of the command's module. It is imported when the parser is first used, and is
    `options.command` then. A command sets `passes_on` if all that follows `--` is for another program: it is the
    option of that name.
    """

    passes_on: str | None = None

    def __init__(self, *, module: str | None = None, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)
        self._module = module

    def parse_known_args(  # type: ignore[override] # whose overloads say no more than this
        self, args: Iterable[str] | None = None, namespace: Any = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """As argparse does, except for what follows `--` and for unknown options, which are looked for first."""
        self.load()
        words = list(sys.argv[1:] if args is None else args)
        own = words[: words.index("--")] if "--" in words else words
        # What follows the command is for the command's own parser.
        unknown = self._unknown_option(own if self._module else takewhile(lambda word: word.startswith("-"), own))
        if unknown is not None:
            self.error(self._describe(unknown))
        if self.passes_on is None:
            return super().parse_known_args(words, namespace)
        options, unexpected = super().parse_known_args(own, namespace)
        setattr(options, self.passes_on, words[len(own) + 1 :])
        return options, unexpected

    def error(self, message: str) -> NoReturn:
        """Raise UsageError: `main` prints it and chooses the exit code."""
        raise UsageError(f"{self.prog}: {message}")

    def load(self) -> None:
        """Import the command's module and add its arguments, unless that is done."""
        if self._module and self.get_default("command") is None:
            command = importlib.import_module(self._module)
            command.add_arguments(self)
            self.set_defaults(command=command)

    def _unknown_option(self, words: Iterable[str]) -> str | None:
        """The first word that argparse takes for an option and that is not one of ours.

        argparse itself complains first about whatever else is missing because of it.
        """
        for word in words:
            is_option = len(word) > 1 and word.startswith("-") and " " not in word and not _NEGATIVE_NUMBER.match(word)
            name = word.partition("=")[0] if word.startswith("--") else word[:2]
            if is_option and name not in self._option_string_actions:
                return word
        return None

    def _describe(self, unknown: str) -> str:
        name = unknown.partition("=")[0]
        hint = _suggest(name, [option for option in self._option_string_actions if option.startswith("--")])
        if self.passes_on and "did you mean" not in hint:
            hint = f" (pass {self.passes_on} arguments after --)"
        return f"unknown option {name!r}{hint}"

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """As argparse does, with the nearest choice."""
        choices: Iterable[Any] | None = action.choices
        if choices is not None and value not in choices:
            if isinstance(action, argparse._SubParsersAction):
                self.error(f"unknown command {value!r}{_suggest(value, choices)}")
            raise argparse.ArgumentError(action, f"unknown value {value!r}{_suggest(value, choices)}")


def _suggest(word: object, known: Iterable[str]) -> str:
    from harness.cases.document.suggestions import suggest  # late: only errors need it

    return suggest(word, known)
