"""One-line Python expressions in a document.

Names of the subject come from the cell's import path (`backend.dot(x, w)`) or from a fixed one
(`tf.keras::backend.dot(x, w)`); some other names stand for attributes of `self`.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any

from harness.cases.document.fields import FIXED_REFERENCE
from harness.cases.document.suggestions import suggest
from harness.cases.subject import Subject

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_QUOTED = r"""\"\"\".*?\"\"\"|'''.*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'"""
_FIXED = re.compile(rf"(?P<text>{_QUOTED})|(?P<fixed>{FIXED_REFERENCE})")
_CHAIN = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
_STAND_IN = "_fixed{}_"
_NAMED = re.compile(r"(?!lambda)(?P<name>\w+:) .+")  # a step whose quotes are around the name too
_once = lru_cache(maxsize=4096)  # an expression is parsed once, and written under each of the import paths
MAX_BRACKETS = 30  # brackets in one another: Python 3.7 reads some 90 in a whole script
_VAGUE = ("get", "serialize", "deserialize")  # unclear without the module before it

# fmt: off
BUILT_IN = frozenset((
    "abs", "all", "any", "bool", "bytes", "callable", "classmethod", "dict", "enumerate", "float", "getattr", "hasattr",
    "int", "isinstance", "issubclass", "iter", "len", "list", "map", "max", "min", "next", "property", "range", "repr",
    "reversed", "round", "set", "sorted", "staticmethod", "str", "sum", "super", "tuple", "type", "vars", "zip",
))
# fmt: on


@_once
def expression_fault(text: str) -> str | None:
    """Why `text` is not an expression of one line, or None."""
    if not all(" " <= character <= "~" for character in text):
        return "must be one line of ASCII"
    plain, fixed = _without_fixed(text.strip())
    try:
        tree = parse_python(plain, "eval")
        whole = _is_whole(plain)
    except SyntaxError as error:
        named = _NAMED.fullmatch(plain)
        reason = f"quote what follows {named['name']!r} alone" if named else error.msg
        return f"is not a Python expression: {reason}"
    except (MemoryError, RecursionError):
        return "is not a Python expression: nested too deeply"
    if _depth(plain) > MAX_BRACKETS:
        return "is not a Python expression: nested too deeply"
    if any(isinstance(node, ast.JoinedStr) for node in ast.walk(tree)):
        return "must not contain an f-string"
    if not whole:
        return "must not contain a comment"
    stand_ins = sum(isinstance(node, ast.Name) and _stand_in(node.id) is not None for node in ast.walk(tree))
    return None if stand_ins == len(fixed) else "must not contain '::' anywhere but in the name of a fixed path"


def parse_python(text: str, mode: str) -> Any:
    """The tree of text in the grammar of Python 3.7, the oldest that cases run on. Raises SyntaxError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree: Any = ast.parse(text, mode=mode, feature_version=(3, 7))
        compile(tree, "case", mode, dont_inherit=True)
    return tree


def _depth(text: str) -> int:
    """The depth of nested brackets."""
    deepest = depth = 0
    for character in re.sub(_QUOTED, "", text):
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    return deepest


def _is_whole(text: str) -> bool:
    """Whether the expression can stand in brackets: a comment would swallow the closing one."""
    try:
        parse_python(f"({text})", "eval")
    except SyntaxError:
        return False
    return True


def unknown_names(text: str, known: Collection[str], subject: Subject) -> list[str]:
    """A fault for each name that is neither known, nor of the subject, nor of a library."""
    if not subject.names:  # any name may be one of the import path
        return []
    everything = {*known, *subject.libraries}
    found = [name for name in names_read(text) if name not in everything | subject.names | BUILT_IN]
    return [f"unknown name {name!r}{suggest(name, everything)}" for name in dict.fromkeys(found)]


def names_read(text: str) -> list[str]:
    """The names that an expression reads, in order, without fixed paths and those that it binds itself."""
    found = _free(_without_fixed(text.strip())[0])
    return [node.id for node in found if _stand_in(node.id) is None]


@_once
def _free(text: str) -> list[ast.Name]:
    """The names in an expression that no lambda or comprehension around them binds, in order."""
    found: list[ast.Name] = []
    rest: list[tuple[ast.AST, frozenset[str]]] = [(parse_python(text, "eval"), frozenset())]
    while rest:
        node, bound = rest.pop()
        if isinstance(node, ast.Lambda):
            own = {argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)}
            rest += [(node.args, bound), (node.body, bound | own)]
            continue
        if isinstance(node, _COMPREHENSIONS):
            rest += _of_comprehension(node, bound)
            continue
        if isinstance(node, ast.Name) and node.id not in bound:
            found.append(node)
        rest += [(child, bound) for child in ast.iter_child_nodes(node)]
    return sorted(found, key=lambda name: name.col_offset)


def _of_comprehension(node: Any, bound: frozenset[str]) -> list[tuple[ast.AST, frozenset[str]]]:
    """The parts of a comprehension, each with the names bound in it: the first iterable is outside of its scope."""
    targets = [name for generator in node.generators for name in ast.walk(generator.target)]
    own = {name.id for name in targets if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)}
    first = node.generators[0].iter
    parts = [child for part in (node, *node.generators) for child in ast.iter_child_nodes(part)]
    inner = [part for part in parts if part is not first and not isinstance(part, ast.comprehension)]
    return [(first, bound), *((part, bound | own) for part in inner)]


def write_expression(
    text: str,
    subject: Subject,
    use: Callable[[str], str],
    plain: Callable[[str], None],
    own: Collection[str] = (),
    given: Collection[str] = (),
) -> str:
    """The expression as Python text for a script.

    `use` imports a name of the subject and returns its local name; `plain` adds the import of a library. The names in
    `own` are attributes of `self`, those in `given` are variables.
    """
    text, fixed = _without_fixed(text.strip())
    libraries = subject.libraries
    for name in names_read(text):
        if name in libraries and name not in {*own, *given}:
            plain(libraries[name])
    others = {*given, *libraries, *BUILT_IN}
    bare = _is_bare_tuple(text)
    written, end = "", 0
    for node in _free(text):
        start, word, number = node.col_offset, node.id, _stand_in(node.id)
        if number is not None:
            path, _, chain = fixed[number].partition("::")
            name = _imported(chain)
            new = use(f"{path}::{name}") + chain[len(name) :]
        elif word in own:
            new = f"self.{word}"
        elif word not in given and (word in subject.names if subject.names else word not in others):
            match = _CHAIN.match(text, start)
            assert match, "a Name is where its node says"
            word = _imported(match.group())
            new = use(word)
        else:
            new = word
        written += text[end:start] + new
        end = start + len(word)
    written += text[end:]
    return f"({written})" if bare else written


def is_tuple(text: str) -> bool:
    """Whether a checked expression is a tuple, and so always true as a condition."""
    return isinstance(parse_python(_without_fixed(text.strip())[0], "eval").body, ast.Tuple)


def called_name(text: str) -> str:
    """The last word of the function in the outermost call of a checked expression; empty without a call."""
    text, fixed = _without_fixed(text.strip())
    tree = parse_python(text, "eval").body
    function = tree.func if isinstance(tree, ast.Call) else None
    if isinstance(function, ast.Attribute):
        return function.attr
    name = function.id if isinstance(function, ast.Name) else ""
    number = _stand_in(name)
    return name if number is None else re.split("[.:]", fixed[number])[-1]


@_once
def _is_bare_tuple(text: str) -> bool:
    """Whether the expression is a tuple without brackets, which would become several arguments."""
    arguments = parse_python(f"f({text})", "eval").body.args
    return isinstance(parse_python(text, "eval").body, ast.Tuple) and not (
        len(arguments) == 1 and isinstance(arguments[0], ast.Tuple)
    )


def _without_fixed(text: str) -> tuple[str, list[str]]:
    """The text with a plain stand-in for each name of a fixed path, and those names."""
    fixed: list[str] = []

    def replaced(match: Any) -> str:
        if match.group("text"):
            return str(match.group())
        fixed.append(match.group())
        return _STAND_IN.format(len(fixed) - 1)

    return _FIXED.sub(replaced, text), fixed


def _stand_in(name: str) -> int | None:
    match = re.fullmatch(_STAND_IN.format(r"(\d+)"), name)
    return int(match.group(1)) if match else None


def _imported(chain: str) -> str:
    """The part of a dotted name to import: up to the first class or `__version__`; the rest are attributes."""
    words = chain.split(".")
    end = next((index + 1 for index, word in enumerate(words) if word[0].isupper()), len(words))
    special = next((max(index, 1) for index, word in enumerate(words) if word.startswith("__")), end)
    vague = len(words) - 1 if words[-1] in _VAGUE and len(words) > 1 else end
    return ".".join(words[: min(end, special, vague)])
