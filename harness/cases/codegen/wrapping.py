"""Breaking long lines of a script as people do: one item of a bracket per line."""

from __future__ import annotations

import io
import tokenize

MAX_LINE = 120  # characters


def wrap(line: str) -> list[str]:
    """The line; several if it is too long and ends in a bracket that can be broken."""
    if len(line) <= MAX_LINE:
        return [line]
    found = _last_bracket(line)
    if found is None:
        return [line]
    start, end, commas = found
    indent = line[: len(line) - len(line.lstrip())] + "    "
    ends = [*commas, end]
    items = [line[begin + 1 : stop].strip() for begin, stop in zip([start, *commas], ends, strict=True)]
    lines = [line[: start + 1]]
    for item in filter(None, items):
        lines += wrap(f"{indent}{item}," if commas else f"{indent}{item}")
    return [*lines, indent[4:] + line[end:]]


def _last_bracket(line: str) -> tuple[int, int, list[int]] | None:
    """The start and end of the last outermost bracket, and the positions of its own commas."""
    depth, start, in_lambda = 0, 0, 0
    commas: list[int] = []
    found = None
    offset = len(line) - len(line.lstrip())
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(line.strip()).readline))
    except (tokenize.TokenError, SyntaxError):
        return None
    for token in tokens:
        at = token.start[1] + offset
        if token.string in ("(", "[", "{") and token.type == tokenize.OP:
            depth += 1
            if depth == 1:
                start, commas = at, []
        elif token.string in (")", "]", "}") and token.type == tokenize.OP:
            depth -= 1
            if depth == 0:
                found = (start, at, commas)
        elif token.string == "lambda" and depth == 1:
            in_lambda += 1
        elif token.string == ":" and in_lambda and depth == 1:
            in_lambda -= 1
        elif token.string == "," and depth == 1 and not in_lambda:
            commas.append(at)
    return found if found and line[found[1] + 1 :].strip() in ("", ":", ",") and found[1] > found[0] + 1 else None
