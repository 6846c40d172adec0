"""Inside a cell's process: the script runs stage by stage, and what happens is reported line by line.

Run as a program it is the reference isolation, a fresh interpreter for one cell:
`python -m harness.runner.cell REPORT_FD TOKEN_FD SCRIPT PATH_ID FORM PACKAGE [ARGUMENT OF THE SCRIPT ...]`.
"""

from __future__ import annotations
import __future__

import ast
import atexit
import builtins
import contextlib
import gc
import linecache
import os
import sys
import tempfile
import threading
import time
import traceback
import types
import warnings
from collections import deque
from functools import lru_cache, partial
from typing import Any, Callable, Iterator

from harness.contract.plan import PathSpec
from harness.contract.processes import die_with_parent
from harness.contract.statuses import STAGE_LINE, Stage
from harness.runner.path_probe import probe
from harness.runner.report import Report, reporter

_KEPT_WARNINGS = (DeprecationWarning, FutureWarning)
_IMPORTS = (Stage.PATH.value, Stage.IMPORT.value)
_FUTURE = [getattr(__future__, name).compiler_flag for name in __future__.all_feature_names]
_LONGEST = 100_000  # characters of a text that goes into the report
_LONGEST_NAME = 200  # and of the name of an error's type
_LONGEST_WARNINGS = 400_000  # and of all warnings together

_NOT_FLUSHED = 120  # Python's own, where standard output cannot be flushed at the end


def hide_harness() -> None:
    """Leave on `sys.path` what a plain interpreter of this environment has: cells must not see the harness."""
    shipped = os.environ.pop("PYTHONPATH", "").split(os.pathsep)
    sys.path[:] = [entry for entry in sys.path if entry not in ("", os.getcwd(), *shipped)]


@lru_cache(maxsize=None)
def own_modules() -> tuple[str, ...]:
    """The modules of the harness, found once: in a fork the kernel copies the memory of each name that is looked at."""
    return tuple(name for name in sys.modules if name.split(".")[0] == "harness")


def run_script(
    file: str,
    path: PathSpec,
    arguments: list[str],
    descriptor: int,
    token: list[str],
    after_script: Callable[[], str] = str,
) -> None:
    """Run the script as `python FILE ARGUMENTS` would, in a module `__main__` of its own, and report every stage.

    The list holds the report's token and is emptied. The lines reported: `harness.runner.report`. What `after_script`
    returns is reported too, unless it is empty or raises.
    """
    with open(file, encoding="utf-8") as handle:
        text = handle.read()
    names = _prepare(file, arguments)
    results: list[Any] = []
    # The generator holds the reporter, and `map` the generator. So no frame that called the script's leads to it.
    run = partial(_run_step, results)
    deque(map(run, _steps(text, file, path, names, after_script, results, reporter(descriptor, token.pop()))), maxlen=0)


def _prepare(file: str, arguments: list[str]) -> dict[str, Any]:
    """Let the process look like a plain interpreter that runs the file; the names of its module `__main__`."""
    for name in own_modules():
        sys.modules.pop(name, None)
    tempfile.tempdir = None  # that of the parent
    sys.argv = [file, *arguments]
    sys.path.insert(0, os.path.dirname(file))
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=file, __builtins__=builtins)
    sys.modules["__main__"] = main
    return main.__dict__


def _steps(
    text: str,
    file: str,
    path: PathSpec,
    names: dict[str, Any],
    after_script: Callable[[], str],
    results: list[Any],
    report: Report,
) -> Iterator[Callable[[], object]]:
    """Yield a call for each stage, to be made before the next one is asked for, and report how it ended.

    `results` gets what each call returned or raised. The last is `after_script`.
    """
    warned = _Warnings()
    end: list[dict[str, Any]] = []  # empty until the last stage has ended, whatever calls the functions of `atexit`

    @atexit.register
    def _report_end() -> None:
        for line in end:
            report({**line, **warned.to_report()})

    try:
        parts = stages(text, file)
    except SyntaxError as error:
        report({"stage": Stage.IMPORT.value})
        report(_stopped(error, None))
        end.append({"end": True})
        return
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for stage, code in parts:
            report({"stage": stage})
            begin = time.perf_counter()
            yield partial(exec, code, names)
            stopped = results.pop()
            report({"done": stage, "seconds": time.perf_counter() - begin})
            if stage not in _IMPORTS:
                for warning in caught:
                    if issubclass(warning.category, _KEPT_WARNINGS):
                        warned.add(f"{warning.category.__name__}: {_text(warning.message)}")
            caught.clear()
            if stopped is not None:
                report(_explain(stopped, stage, file, path))
                break
    yield after_script
    noticed = results.pop()
    if type(noticed) is str and noticed:
        report({"noticed": noticed})
    end.append({"end": True})


class _Warnings:
    """The distinct warnings of a cell: the first ones, as many as go into its report, and the number of the others."""

    def __init__(self) -> None:
        self.texts: dict[str, None] = {}
        self.size = 0
        self.beyond = 0

    def add(self, text: str) -> None:
        if text in self.texts:
            return
        self.size += len(text)
        if self.size > _LONGEST_WARNINGS:
            self.beyond += 1
        else:
            self.texts[text] = None

    def to_report(self) -> dict[str, Any]:
        found: dict[str, Any] = {"warnings": list(self.texts)}
        return dict(found, beyond=self.beyond) if self.beyond else found


def leave() -> None:
    """End this process as an interpreter ends, without tearing down the modules that it shares with its parent."""
    for last in (threading._shutdown, atexit._run_exitfuncs, _drop_globals):  # type: ignore[attr-defined]
        with contextlib.suppress(BaseException):
            last()
    os._exit(0 if _flush() else _NOT_FLUSHED)


def _drop_globals() -> None:
    """Let go of what the script holds, as an interpreter does: its objects may have last words, and use its names."""
    sys.modules.pop("__main__", None)
    gc.collect()


def stages(text: str, file: str) -> list[tuple[str, types.CodeType]]:
    """The script's stages with their code, in order. What stands above the first stage comment belongs to `import`."""
    marks = []
    for number, line in enumerate(text.split("\n"), start=1):
        match = STAGE_LINE.match(line)
        if match:
            marks.append((number, match.group(1)))
    groups: list[tuple[str, list[ast.stmt]]] = []
    for statement in ast.parse(text, file).body:
        stage = next((name for line, name in reversed(marks) if line < statement.lineno), Stage.IMPORT.value)
        if not groups or groups[-1][0] != stage:
            groups.append((stage, []))
        groups[-1][1].append(statement)
    module = ast.parse("", file)
    flags = 0
    result = []
    for stage, statements in groups:
        module.body = statements
        code = compile(module, file, "exec", flags, dont_inherit=True)
        flags |= sum(flag for flag in _FUTURE if code.co_flags & flag)
        result.append((stage, code))
    return result


def _run_step(results: list[Any], step: Callable[[], object]) -> None:
    try:
        results.append(step())
    except BaseException as error:
        results.append(error)


def _explain(error: BaseException, stage: str, file: str, path: PathSpec) -> dict[str, Any]:
    if stage in _IMPORTS:
        absent = _missing(path)
        if absent is not None:
            return {"absent": absent}
    linecache.checkcache(file)
    return _stopped(error, error.__traceback__.tb_next if error.__traceback__ else None)  # without our own frame


def _stopped(error: BaseException, frames: types.TracebackType | None) -> dict[str, Any]:
    story = "".join(traceback.format_exception(type(error), error, frames))[:_LONGEST]
    readable = story.encode("utf-8", "backslashreplace").decode("utf-8")
    return {"stopped": {"error": type(error).__name__[:_LONGEST_NAME], "message": _text(error), "traceback": readable}}


def _missing(path: PathSpec) -> dict[str, str] | None:
    try:
        return probe(path)
    except BaseException:  # there, and broken: the script's own error tells that
        return None


def _text(error: BaseException | str) -> str:
    try:
        return str(error)[:_LONGEST]
    except BaseException as second:
        return f"<no text: its __str__ raised {type(second).__name__}>"


def _flush() -> bool:
    """Flush as the end of an interpreter does, and say whether that worked."""
    flushed = True
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not getattr(stream, "closed", False):
                stream.flush()
        except BaseException:
            flushed = False
    return flushed


def main(arguments: list[str]) -> None:
    """Run one cell in this interpreter."""
    descriptor, token, file, name, form, package, *given = arguments
    die_with_parent()
    hide_harness()
    os.set_inheritable(int(descriptor), False)
    os.chdir(os.path.dirname(file))
    with open(int(token), encoding="ascii") as handle:
        secret = [handle.read()]
    run_script(file, PathSpec(name, form, package), given, int(descriptor), secret)


if __name__ == "__main__":
    main(sys.argv[1:])
