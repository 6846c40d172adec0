"""The API goldens of TensorFlow, Keras and tf-keras against the inventory: is every name of theirs found?

    git clone --filter=blob:none https://github.com/keras-team/keras
    python3 bootstrap.py python benchmarks/goldens.py keras --files keras/api/golden --package keras

Each of those projects lists its public names by hand-reviewed files, one for each module. A row for each release whose
tag the clone has: names in the golden, those of them that the inventory found, and the public names beyond them.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from harness.controller.api.document import ApiDocument, read_document
from harness.controller.api.environments import ApiEnvironment, Measured

_GOLDEN_ROOT = "tensorflow.keras"  # the name of Keras in all goldens
_MEMBER = re.compile(r'^  member(?:_method)? \{\n    name: "(\w+)"', re.MULTILINE)
_PATH = re.compile(r'^path: "([\w.]+)"\ntf_module \{', re.MULTILINE)


def golden_names(clone: Path, tag: str, folder: str) -> set[str]:
    """The names of the modules in a folder of goldens, relative to Keras; empty where the tag has none."""
    names: set[str] = set()
    for text in _golden_files(clone, tag, folder):
        path = _PATH.search(text)
        if path is None or not (path[1] + ".").startswith(_GOLDEN_ROOT + "."):
            continue
        module = path[1][len(_GOLDEN_ROOT) + 1 :]
        names |= {f"{module}.{name}" if module else name for name in _MEMBER.findall(text)}
    return names


def _golden_files(clone: Path, tag: str, folder: str) -> Iterator[str]:
    """The texts of all goldens of modules. git prints them in one go, each with its size."""
    listed = _git(clone, "ls-tree", "-r", "--format=%(objectname) %(path)", tag, folder + "/")
    objects = [line.partition(" ")[0] for line in listed.splitlines() if f"/{_GOLDEN_ROOT}" in line]
    done = subprocess.run(
        ["git", "-C", str(clone), "cat-file", "--batch"],
        input="\n".join(objects) + "\n",
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    yield from re.split(r"^[0-9a-f]{40} blob \d+\n", done.stdout, flags=re.MULTILINE)


def _git(clone: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(clone), *arguments], capture_output=True, encoding="utf-8", check=False)
    return done.stdout if done.returncode == 0 else ""


def inventory_names(document: ApiDocument, root: str, environment: ApiEnvironment) -> tuple[set[str], set[str]]:
    """All names below a root that can be reached in an environment, and those that are as public as the root."""
    bit = document.environments.bits[environment.id]
    inner = root[len(document.root) + 1 :]
    prefix = f"{inner}." if inner else ""
    rows = {name[len(prefix) :]: row for name, row in document.rows.items() if name and name.startswith(prefix)}
    found = {name for name, row in rows.items() if row.reached & bit}
    return found, {name for name in found if rows[name].visibility == document.rows[inner].visibility}


def document_of(results: Path, root: str) -> ApiDocument:
    """The document that the names below a root are in."""
    parts = root.split(".")
    files = [results / "api" / f"{'.'.join(parts[:count])}.json" for count in range(len(parts), 0, -1)]
    return read_document(next((file for file in files if file.exists()), files[0]))


def main() -> int:
    """Print the table, and the names that were not found. The exit code is 1 if there are any."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clone", type=Path, help="a clone with tags such as v2.6.0")
    parser.add_argument("--files", required=True, help="the folder of the goldens in it; v1 and v2 are below it")
    parser.add_argument("--package", required=True, help="the package whose version is the tag's: keras, tf_keras")
    parser.add_argument("--roots", nargs=2, default=["tensorflow.compat.v1.keras", "tensorflow.keras"], metavar="ROOT")
    parser.add_argument("--releases", default="*", metavar="PATTERN", help="releases to compare, such as 1.*")
    parser.add_argument("--results", type=Path, default=Path("results"))
    parser.add_argument("--beyond", action="store_true", help="print the public names beyond the golden too")
    options = parser.parse_args()
    versions = read_document(options.results / "api" / f"{options.package}.json").environments.items
    missing = 0
    print(f"{'release':<16}{'package':<10}{'golden':<30}{'names':>7}{'found':>7}{'beyond':>8}")
    for generation, root in zip(("v1", "v2"), options.roots, strict=True):
        document = document_of(options.results, root)
        for item in versions:
            if item.measured is not Measured.YES or item.is_variant or not fnmatchcase(item.release, options.releases):
                continue
            golden = golden_names(options.clone, f"v{item.version}", f"{options.files}/{generation}")
            if not golden:
                continue
            found, public = inventory_names(document, root, item)
            if not found:
                print(f"{item.release:<16}{item.version:<10}{generation + ' ' + root:<30} does not exist")
                continue
            lost, beyond = sorted(golden - found), sorted(public - golden)
            missing += len(lost)
            counts = f"{len(golden):>7}{len(golden) - len(lost):>7}{len(beyond):>8}"
            print(f"{item.release:<16}{item.version:<10}{generation + ' ' + root:<30}{counts}")
            for name in lost:
                print(f"  not found: {name}")
            for name in beyond if options.beyond else ():
                print(f"  beyond: {name}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
