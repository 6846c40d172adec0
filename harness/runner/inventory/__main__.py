"""`python -m harness.runner.inventory REQUEST RESULT`: measure the environment of this interpreter.

Each package is asked in a fresh interpreter of its own. Then one more imports them all and describes the objects.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from typing import Any

from harness.contract.inventory import INVENTORY_SCHEMA, InventoryRequest, write_json
from harness.contract.processes import die_with_parent
from harness.runner.inventory.combine import combine
from harness.runner.inventory.deaths import ask_again, deaths_in
from harness.runner.inventory.findings import Findings, read_findings

_ATTEMPTS = 3


def main(request_file: str, result_file: str) -> None:
    """Raises CalledProcessError where one of the interpreters fails, Unanswered where a name has no answer.

    Ends with a sentence where a hook of a plugin raised.
    """
    request = InventoryRequest.read(request_file)
    with tempfile.TemporaryDirectory(prefix="inventory-") as folder:
        reached, objects = os.path.join(folder, "reached"), os.path.join(folder, "objects")
        with open(reached, "wb") as together:
            for top in request.tops:
                together.write(_reach(request, request_file, top, folder))
        _run("objects", request_file, reached, objects)
        found = read_findings(objects)
        for fault in found.get("fault", {}).get("", ()):
            sys.exit(fault)
        result: Any = combine(request, read_findings(reached), found)
    write_json(result_file, {"schema": INVENTORY_SCHEMA, **result})


def _reach(request: InventoryRequest, request_file: str, top: str, folder: str) -> bytes:
    """The answers of a package: from the beginning, if a module with names of its own had died by chance."""
    file = os.path.join(folder, top)
    for _ in range(_ATTEMPTS):
        open(file, "w").close()
        _run("reach", request_file, top, file)
        died = deaths_in(read_findings(file))
        if not ask_again(died, Findings(file), file + ".answer", request.timeout):
            break
    with open(file, "rb") as handle:
        return handle.read()


def _run(module: str, *arguments: str) -> None:
    command = [sys.executable, "-m", "harness.runner.inventory." + module, *arguments]
    subprocess.check_call(command, preexec_fn=die_with_parent)


if __name__ == "__main__":
    main(*sys.argv[1:])
