"""`harness publish --serve`: the site on this machine alone, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from harness.controller.errors import Exit, UsageError


class _Quiet(SimpleHTTPRequestHandler):
    """Logs no requests."""

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 -- the name it has there
        pass


def serve(folder: Path, port: int) -> Exit:
    """Serve a folder until Ctrl-C. Port 0 means any free port. Raises UsageError for a port in use."""
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), partial(_Quiet, directory=str(folder)))
    except OSError as error:
        raise UsageError(f"port {port} is not available: {error.strerror}; choose another one with --port") from None
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell may have started us with SIGINT ignored
        signal.signal(number, signal.default_int_handler)
    with server:
        print(f"http://127.0.0.1:{server.server_port}/ (Ctrl-C ends it)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("ended")
    return Exit.AGREES
