"""Hooks around forks that have AutoGraph convert a function once for all cells of a path.

AutoGraph rewrites the source of functions before TensorFlow traces them, and keeps what it has converted by code
object. It leaves TensorFlow's own Keras alone, but not the separate packages `keras` of 2.5 and `tf_keras`: every
process that trains converts the same hundred functions of theirs, for 5 to 8 seconds.

So a cell reports what was converted in it (`after_script`), and the process that it was forked from converts the same
functions (`before_forking`): from source to source, no operation is run. A conversion depends on the function's code
alone, not on the values of its closure (AutoGraph asks of these only whether one is a directive of its own, which
Keras never encloses). One that a cell does not find is made by that cell, so no outcome depends on which cells were
first. A cell still makes those of its own functions, and those that fail or warn, as the warning is its own.

Both act on the TensorFlow that is imported, and do nothing where a release has other internals.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import inspect
import os
import sys
import tempfile
import types
import warnings
from typing import Any, Callable, Iterable, Iterator, Tuple

Function = Tuple[str, int, str]  # the file, first line and name of its code
Conversion = Tuple[str, int, str, bool, bool, bool]  # a function, and the options (`_FLAGS`) it was converted with

_PACKAGE = "tensorflow.python.autograph."
_FLAGS = ("recursive", "user_requested", "internal_convert_user_code")
_MOST = 5000  # conversions that a cell reports

# Of the process, and of what is forked from it.
_seen: set[Conversion] = set()
_pending: list[Conversion] = []


def after_script() -> str:
    """In a cell: the conversions made in it, as a Python literal; empty where there are none."""
    made: list[Conversion] = []
    for code, by_options in list(_transpiler()._cache._cache.items())[:_MOST]:
        for options in by_options:
            if not options.optional_features:
                flags = [bool(getattr(options, flag)) for flag in _FLAGS]
                made.append((code.co_filename, code.co_firstlineno, code.co_name, *flags))
    new = [conversion for conversion in made if conversion not in _seen]
    return repr(new) if new else ""


def before_forking(reports: Iterable[str], stop: Callable[[], bool]) -> None:
    """In the process that cells are forked from: make the reported conversions until `stop()` is true.

    Those that are left are made at the next call.
    """
    for report in reports:
        for conversion in ast.literal_eval(report):
            if conversion not in _seen:
                _seen.add(conversion)
                _pending.append(conversion)
    if _pending and _is_known():
        functions = _functions({conversion[0] for conversion in _pending})
        with _sources_kept():
            while _pending and not stop():
                file, line, name, *flags = _pending.pop(0)
                function = functions.get((file, line, name))
                if function is not None:
                    _convert(function, dict(zip(_FLAGS, flags)))
        gc.freeze()  # as for all else that was there before the forks


def _transpiler() -> Any:
    """What converts and keeps. Raises LookupError or AttributeError where TensorFlow has none, or is not imported."""
    return sys.modules[_PACKAGE + "impl.api"]._TRANSPILER


def _is_known() -> bool:
    """Whether AutoGraph has the internals that are used here, and logs nothing about conversions."""
    try:
        has_cache = hasattr(_transpiler()._cache, "_cache")
        loading = inspect.signature(sys.modules[_PACKAGE + "pyct.loader"].load_source)
        verbosity = sys.modules[_PACKAGE + "utils.ag_logging"].get_verbosity()
    except (LookupError, AttributeError):
        return False
    return has_cache and verbosity == 0 and list(loading.parameters) == ["source", "delete_on_exit"]


def _convert(function: types.FunctionType, flags: dict[str, bool]) -> None:
    """Convert a function; nothing is kept where that fails or warns."""
    converter: Any = sys.modules[_PACKAGE + "core.converter"]
    transpiler = _transpiler()
    try:
        context = converter.ProgramContext(options=converter.ConversionOptions(optional_features=None, **flags))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            transpiler.transform_function(function, context)
        if caught:
            del transpiler._cache[function][transpiler.get_caching_key(context)]
    except Exception:  # each cell finds out for itself
        return


@contextlib.contextmanager
def _sources_kept() -> Iterator[None]:
    """Let the sources of conversions stay until this process ends: a forked one would remove them at its own end.

    AutoGraph writes them into the folder for temporary files, and errors may name them: `tmp` below our working
    directory is called the same as a cell's own after messages are normalised.
    """
    loader: Any = sys.modules[_PACKAGE + "pyct.loader"]
    load, folder = loader.load_source, tempfile.tempdir
    loader.load_source = lambda source, delete_on_exit: load(source, False)
    tempfile.tempdir = os.path.join(os.getcwd(), "tmp")
    os.makedirs(tempfile.tempdir, exist_ok=True)
    try:
        yield
    finally:
        loader.load_source, tempfile.tempdir = load, folder


def _functions(files: set[str]) -> dict[Function, types.FunctionType]:
    """The functions in the modules of these files, in the classes of these modules, and inside of functions."""
    found: dict[Function, types.FunctionType] = {}
    for module in list(sys.modules.values()):
        if isinstance(module, types.ModuleType) and vars(module).get("__file__") in files:
            for outer in _functions_of(module, module.__name__, set()):
                for function in _with_inner(outer):
                    code = function.__code__
                    found.setdefault((code.co_filename, code.co_firstlineno, code.co_name), function)
    return found


def _with_inner(function: types.FunctionType) -> Iterator[types.FunctionType]:
    """A function and those that are defined inside of it, whose closures hold nothing here."""
    yield function
    for code in function.__code__.co_consts:
        if isinstance(code, types.CodeType) and not code.co_name.startswith("<"):  # as a comprehension's is
            cells = tuple(_empty_cell() for _ in code.co_freevars)
            yield from _with_inner(types.FunctionType(code, function.__globals__, code.co_name, None, cells))


def _empty_cell(value: None = None) -> Any:
    """A cell that holds None, as Python 3.7 has no name for its type."""
    return (lambda: value).__closure__[0]  # type: ignore[index]


def _functions_of(owner: Any, module: str, classes: set[type]) -> Iterator[types.FunctionType]:
    for value in list(vars(owner).values()):
        if isinstance(value, type) and value.__module__ == module and value not in classes:
            classes.add(value)
            yield from _functions_of(value, module, classes)
        else:
            yield from _unwrapped(value)


def _unwrapped(value: Any) -> list[types.FunctionType]:
    """A function, method or property, with the functions that its decorators wrap."""
    if isinstance(value, (staticmethod, classmethod)):
        value = value.__func__
    elif isinstance(value, property):
        value = value.fget
    layers: list[types.FunctionType] = []
    while isinstance(value, types.FunctionType) and value not in layers:
        layers.append(value)
        value = vars(value).get("__wrapped__")
    return layers
