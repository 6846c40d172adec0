"""Inside a cell's process: the script runs stage by stage, and what happens is reported line by line.

Run as a program it is the reference isolation, a fresh interpreter for one cell:
`python -m harness.runner.cell REPORT_FD SCRIPT PATH_ID FORM`.
"""

from __future__ import annotations

import ast
import contextlib
import json
import linecache
import os
import re
import sys
import threading
import time
import traceback
import types
import warnings
from typing import Any, Callable, Dict

from harness.contract.plan import PathSpec
from harness.contract.statuses import Stage
from harness.runner.locate import missing

Report = Callable[[Dict[str, Any]], None]

_STAGE_LINE = re.compile(r"^# ({})$".format("|".join(stage.value for stage in Stage)))
_KEPT_WARNINGS = (DeprecationWarning, FutureWarning)
_IMPORTS = (Stage.PATH.value, Stage.IMPORT.value)


def hide_harness() -> None:
    """Leave on `sys.path` what a plain interpreter of this environment has: cells must not see the harness."""
    shipped = os.environ.pop("PYTHONPATH", "").split(os.pathsep)
    sys.path[:] = [entry for entry in sys.path if entry not in ("", os.getcwd(), *shipped)]


def reporter(descriptor: int) -> Report:
    """A function that writes one line of JSON to the descriptor, whole."""

    def report(line: dict[str, Any]) -> None:
        data = (json.dumps(line) + "\n").encode("ascii")
        while data:
            data = data[os.write(descriptor, data) :]

    return report


def run(file: str, path: PathSpec, report: Report) -> None:
    """Run the script as `python FILE` would, in a module `__main__` of its own, and report every stage.

    Lines reported: `{"stage": name}` when one begins, `{"done": name, "seconds": s}` when it ends, `{"stopped": ...}`
    or `{"absent": ...}` where the script raised, and last `{"end": true, "warnings": [...]}`.
    """
    with open(file, encoding="utf-8") as handle:
        text = handle.read()
    sys.argv = [file]
    sys.path.insert(0, os.path.dirname(file))
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=file, __builtins__=__builtins__)
    sys.modules["__main__"] = main
    kept: list[str] = []
    for stage, code in stages(text, file):
        report({"stage": stage})
        begin = time.perf_counter()
        stopped = _run_stage(stage, code, main.__dict__, kept)
        report({"done": stage, "seconds": time.perf_counter() - begin})
        if stopped is not None:
            report(_explain(stopped, stage, file, path))
            break
    _join_threads()
    _flush()
    report({"end": True, "warnings": kept})


def stages(text: str, file: str) -> list[tuple[str, types.CodeType]]:
    """The script's stages with their code, in order. What stands above the first stage comment belongs to `import`."""
    marks = []
    for number, line in enumerate(text.splitlines(), start=1):
        match = _STAGE_LINE.match(line)
        if match:
            marks.append((number, match.group(1)))
    groups: list[tuple[str, list[ast.stmt]]] = []
    for statement in ast.parse(text, file).body:
        stage = next((name for line, name in reversed(marks) if line < statement.lineno), Stage.IMPORT.value)
        if not groups or groups[-1][0] != stage:
            groups.append((stage, []))
        groups[-1][1].append(statement)
    module = ast.parse("", file)
    result = []
    for stage, statements in groups:
        module.body = statements
        result.append((stage, compile(module, file, "exec", dont_inherit=True)))
    return result


def _run_stage(stage: str, code: types.CodeType, names: dict[str, Any], kept: list[str]) -> BaseException | None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            exec(code, names)
        except BaseException as error:
            return error
        finally:
            if stage not in _IMPORTS:
                kept += [f"{w.category.__name__}: {w.message}" for w in caught if _keeps(w)]
    return None


def _keeps(warning: warnings.WarningMessage) -> bool:
    return issubclass(warning.category, _KEPT_WARNINGS)


def _explain(error: BaseException, stage: str, file: str, path: PathSpec) -> dict[str, Any]:
    if stage in _IMPORTS:
        absent = _missing(path)
        if absent is not None:
            return {"absent": absent}
    linecache.checkcache(file)
    frames = error.__traceback__.tb_next if error.__traceback__ else None  # without our own frame
    text = "".join(traceback.format_exception(type(error), error, frames))
    return {"stopped": {"error": type(error).__name__, "message": _message(error), "traceback": text}}


def _missing(path: PathSpec) -> dict[str, str] | None:
    try:
        return missing(path)
    except BaseException:  # there, and broken: the script's own error tells that
        return None


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as second:
        return f"<no text: its __str__ raised {type(second).__name__}>"


def _join_threads() -> None:
    """As the end of an interpreter does: wait for the threads that are not daemons."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):  # the script closed or replaced it
            stream.flush()


def main(arguments: list[str]) -> None:
    """Run one cell in this interpreter."""
    descriptor, file, path_id, form = arguments
    hide_harness()
    run(file, PathSpec(path_id, form), reporter(int(descriptor)))


if __name__ == "__main__":
    main(sys.argv[1:])
