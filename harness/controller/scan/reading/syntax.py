"""Questions to pieces of code that need nothing but the code."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

_LEAVES: tuple[type[ast.AST], ...] = (ast.Constant, ast.expr_context, ast.operator, ast.cmpop)
_EXITS = ("exit", "_exit", "abort")
_TAKING = ("pop", "popitem", "clear")
_CHANGING = (*_TAKING, "update", "setdefault", "append", "insert", "extend", "remove", "sort", "reverse")
_SKIPS = ("skip", "xfail")  # of pytest
_BLOCKS = ("body", "orelse", "finalbody")
_DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class CodeVisitor(ast.NodeVisitor):
    """A NodeVisitor that is faster: it looks the method of a type up once, and leaves out what has no parts."""

    def __init__(self) -> None:
        self._methods: dict[type[ast.AST], Callable[[Any], None]] = {}

    def visit(self, node: ast.AST) -> None:
        kind = type(node)
        if kind not in self._methods:
            is_leaf = issubclass(kind, _LEAVES)
            method = _do_nothing if is_leaf else getattr(self, f"visit_{kind.__name__}", self.generic_visit)
            self._methods[kind] = method
        self._methods[kind](node)

    def generic_visit(self, node: ast.AST) -> None:
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                for item in value:
                    if isinstance(item, ast.AST):
                        self.visit(item)
            elif isinstance(value, ast.AST):
                self.visit(value)


def _do_nothing(node: ast.AST) -> None:
    """A node without parts."""


def all_statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of some code, and those inside them."""
    for statement in body:
        yield statement
        for name in _BLOCKS:
            yield from all_statements(getattr(statement, name, ()))
        for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
            yield from all_statements(part.body)


def imported_modules(statements: Iterable[ast.stmt]) -> Iterator[str]:
    """The full names of all modules that are imported anywhere in some code."""
    for node in statements:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def names_of_import(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """The names that an import binds, each with the full name that it stands for."""
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            yield alias.asname or alias.name, f"{'.' * node.level}{node.module or ''}.{alias.name}"
        else:
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            yield alias.asname or name, name


def changed_elsewhere(statements: Iterable[ast.stmt]) -> Iterator[str]:
    """The names that functions change outside of themselves."""
    for node in statements:
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            yield from node.names


def replaced_modules(statements: Iterable[ast.stmt]) -> frozenset[str]:
    """The packages that the code puts something else in the place of, in `sys.modules`."""
    return frozenset(name.partition(".")[0] for node in statements for name in _names_put(node))


def _names_put(node: ast.stmt) -> Iterator[str]:
    """`a` of `sys.modules["a"] = b`, `sys.modules.update({"a": b})` and `sys.modules.setdefault("a", b)`."""
    if isinstance(node, ast.Assign):
        items = (target for target in node.targets if isinstance(target, ast.Subscript))
        yield from (literal_text([item.slice]) for item in items if last_name(item.value) == "modules")
    call = node.value if isinstance(node, ast.Expr) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and last_name(call.func.value) == "modules":
        if call.func.attr == "update":
            yield from (name for given in call.args for name in text_keys(given))
        elif call.func.attr == "setdefault":
            yield literal_text(call.args[:1])


def has_lazy_annotations(tree: ast.Module) -> bool:
    """Whether annotations are not evaluated."""
    names = [alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    return "annotations" in names


def caught_types(node: ast.expr | None) -> list[str]:
    """The names of the types that a handler catches; a bare one catches all."""
    if node is None:
        return ["BaseException"]
    return [last_name(item) for item in (node.elts if isinstance(node, ast.Tuple) else [node])]


def defaults_of(given: ast.arguments) -> list[ast.expr]:
    """The expressions that stand for arguments which are not given."""
    return [*given.defaults, *filter(None, given.kw_defaults)]


def is_exit(function: ast.expr) -> bool:
    """Whether nothing follows a call of the function, as with an error."""
    return last_name(function) in _EXITS or (_is_of_pytest(function) and last_name(function) == "fail")


def is_skip(function: ast.expr) -> bool:
    """Whether nothing follows a call of the function, which ends a test in peace."""
    return last_name(function) == "skipTest" or (_is_of_pytest(function) and last_name(function) in _SKIPS)


def _is_of_pytest(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and last_name(function.value) == "pytest"


def stored_names(nodes: Iterable[ast.AST]) -> set[str]:
    """All names that are bound anywhere in some code."""
    found = set()
    for node in (inner for outer in nodes for inner in ast.walk(outer)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, (ast.MatchAs, ast.MatchStar, ast.ExceptHandler, *_DEFINED)) and node.name:
            found.add(node.name)
    return found


def pattern_test(subject: ast.expr, pattern: ast.pattern) -> ast.expr | None:
    """The condition under which a pattern fits, where it is one about values."""
    if isinstance(pattern, ast.MatchValue):
        return ast.Compare(subject, [ast.Eq()], [pattern.value])
    if isinstance(pattern, ast.MatchOr):
        tests = [pattern_test(subject, one) for one in pattern.patterns]
        known = [test for test in tests if test is not None]
        return ast.BoolOp(ast.Or(), known) if len(known) == len(tests) else None
    if isinstance(pattern, ast.MatchSequence):
        return _sequence_test(subject, pattern.patterns)
    is_any = isinstance(pattern, ast.MatchAs) and pattern.pattern is None
    return ast.Constant(True) if is_any else None


def _sequence_test(subject: ast.expr, patterns: Sequence[ast.pattern]) -> ast.expr | None:
    """The condition under which `[_, "6", *_]` fits; None for a pattern that has something after its star."""
    has_rest = bool(patterns) and isinstance(patterns[-1], ast.MatchStar)
    items = patterns[:-1] if has_rest else patterns
    parts = [pattern_test(ast.Subscript(subject, ast.Constant(at), ast.Load()), one) for at, one in enumerate(items)]
    known = [part for part in parts if part is not None]
    if len(known) < len(items):
        return None
    length = ast.Call(ast.Name("len", ast.Load()), [subject], [])
    enough = ast.Compare(length, [ast.GtE() if has_rest else ast.Eq()], [ast.Constant(len(items))])
    return ast.BoolOp(ast.And(), [enough, *known])


def is_endless(node: ast.stmt) -> bool:
    """Whether a statement is `while True`."""
    return isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and bool(node.test.value)


def entered_contexts(body: Iterable[ast.stmt]) -> Iterator[ast.expr]:
    """What `stack.enter_context(…)` is given in some code."""
    for statement in body:
        call = statement.value if isinstance(statement, (ast.Expr, ast.Assign)) else None
        if isinstance(call, ast.Call) and last_name(call.func) == "enter_context":
            yield from call.args[:1]


def last_name(node: ast.expr) -> str:
    """`c` of `a.b.c` and of `c`; empty for anything else."""
    return str(getattr(node, "attr", getattr(node, "id", "")))


def first_of_chain(node: ast.expr) -> ast.expr:
    """`a()` of `a().b.c`."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node


def parts_of(value: ast.expr | None, targets: Sequence[ast.expr]) -> list[ast.expr | None]:
    """What each of several targets is given: `a` and `b` in `x, y = a, b`, `a[0]` and `a[1]` in `x, y = a`."""
    if value is None:
        return [None] * len(targets)
    if isinstance(value, (ast.Tuple, ast.List)) and not any(
        isinstance(item, ast.Starred) for item in (*targets, *value.elts)
    ):
        return [*value.elts, *[None] * len(targets)][: len(targets)]
    star = next((at for at, item in enumerate(targets) if isinstance(item, ast.Starred)), len(targets))
    found = [ast.Subscript(value, ast.Constant(at), ast.Load()) for at in range(star)]
    return [*found, *[None] * (len(targets) - star)]


def text_keys(node: ast.AST) -> list[str]:
    """The keys of `{"a": 1}` and of `dict(a=1)` that are texts."""
    if isinstance(node, ast.Dict):
        items = zip(node.keys, node.values, strict=True)
        return [name for key, value in items for name in (_texts_in(key) if key else text_keys(value))]
    is_dict = isinstance(node, ast.Call) and last_name(node.func) == "dict"
    return [keyword.arg for keyword in getattr(node, "keywords", ()) if keyword.arg] if is_dict else []


def _texts_in(key: ast.expr) -> list[str]:
    text = literal_text([key])
    return [text] if text else []


def item_at(value: ast.AST | None, place: ast.expr) -> ast.expr | None:
    """`b` of `{"a": b}["a"]` and of `(a, b)[1]`; None for anything else."""
    if not isinstance(place, ast.Constant):
        return None
    if isinstance(value, ast.Dict):
        found = [item for key, item in zip(value.keys, value.values, strict=True) if _is_same(key, place)]
        return found[-1] if found and None not in value.keys else None
    if not isinstance(value, (ast.Tuple, ast.List)) or any(isinstance(item, ast.Starred) for item in value.elts):
        return None
    is_inside = type(place.value) is int and -len(value.elts) <= place.value < len(value.elts)
    return value.elts[place.value] if is_inside and isinstance(place.value, int) else None


def _is_same(key: ast.expr | None, place: ast.Constant) -> bool:
    return isinstance(key, ast.Constant) and key.value == place.value


def changed_containers(tree: ast.Module) -> Iterator[str]:
    """The names of lists and dictionaries whose items the code may change: by an assignment, or a method."""
    for node in ast.walk(tree):
        is_changed = isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load)
        if isinstance(node, (ast.Subscript, ast.Attribute)) and (is_changed or getattr(node, "attr", "") in _CHANGING):
            yield last_name(node.value)


def stored_attributes(tree: ast.Module) -> Iterator[str]:
    """The names of attributes that the code gives to objects, each time."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            yield node.attr


def emptied_names(tree: ast.Module) -> Iterator[str]:
    """The names of dictionaries that something may be taken from: by `del`, or a method."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Delete):
            items = [target.value for target in node.targets if isinstance(target, ast.Subscript)]
            yield from map(last_name, items)
        elif isinstance(node, ast.Attribute) and node.attr in _TAKING:
            yield last_name(node.value)


def literal_text(nodes: Sequence[ast.expr]) -> str:
    """The text that one literal is; empty for anything else."""
    value = nodes[0].value if len(nodes) == 1 and isinstance(nodes[0], ast.Constant) else None
    return value if isinstance(value, str) else ""


def names_of(arguments: ast.arguments) -> list[str]:
    """The names of all parameters."""
    given = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
    return [argument.arg for argument in given if argument is not None]
