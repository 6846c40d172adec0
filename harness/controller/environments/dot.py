"""The program `dot` from Graphviz's libraries in the wheel of pygraphviz, which brings them without it.

    python -I -S dot.py LIBRARY [ARGUMENTS OF dot]

The steps are those of Graphviz's own program (cmd/dot/dot.c), so that arguments, messages and exit codes are, too.
`LIBRARY` is the wheel's extension module, loaded for `gvContextWithBuiltins`, which registers its layouts and formats;
it links the libraries that have the other functions. Nothing else is imported: pydot starts a `dot` for each picture.
"""

from __future__ import annotations

import ctypes
import os
import sys


def main(library: str, arguments: list[str]) -> int:
    """Run `dot` with its arguments and return its exit code. For a wrong argument Graphviz ends the process itself."""
    graphviz = ctypes.CDLL(library)
    for function in (graphviz.gvContextWithBuiltins, graphviz.gvNextInputGraph):
        function.restype = ctypes.c_void_p
    context = ctypes.c_void_p(graphviz.gvContextWithBuiltins())
    words = [os.fsencode(word) for word in ("dot", *arguments)]
    ctypes.c_bool.in_dll(graphviz, "GvExitOnUsage").value = True
    graphviz.gvParseArgs(context, len(words), (ctypes.c_char_p * (len(words) + 1))(*words, None))

    code = 0
    while graph := graphviz.gvNextInputGraph(context):
        graphviz.gvLayoutJobs(context, ctypes.c_void_p(graph))
        graphviz.gvRenderJobs(context, ctypes.c_void_p(graph))
        graphviz.gvFinalize(context)
        code = max(code, graphviz.agreseterrors())
        graphviz.gvFreeLayout(context, ctypes.c_void_p(graph))
        graphviz.agclose(ctypes.c_void_p(graph))
    graphviz.gvFinalize(context)
    return int(max(code, graphviz.gvFreeContext(context)))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], sys.argv[2:]))
