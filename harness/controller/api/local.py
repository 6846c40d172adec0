"""The inventory of one environment, `.harness/inventory/ENV.json`, as its interpreter measured it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.contract.inventory import INVENTORY_SCHEMA, Fact, is_yes
from harness.controller.api.document import root_of
from harness.controller.api.environments import Measured
from harness.controller.errors import HarnessError
from harness.controller.files import read_text


@dataclass(frozen=True)
class Thing:
    """What is behind a name: its kind, its home (see docs/api.md), its signature, and those of its methods."""

    kind: str
    home: str
    signature: str | None
    methods: str  # a line each


@dataclass(frozen=True)
class LocalName:
    """The answers for one name, and what is behind it, by attribute if that is another object than by import."""

    imports: Fact
    attribute: Fact
    thing: Thing | None
    attribute_thing: Thing | None


@dataclass(frozen=True)
class LocalInventory:
    """All names of an environment by module, and the packages that were imported for them.

    `key` is the digest of everything that was measured depends on, but for the names that were asked for.
    """

    environment: str
    key: str
    roots: tuple[str, ...]
    packages: Mapping[str, Mapping[str, Any]]
    names: Mapping[str, Mapping[str, LocalName]]

    def state_of(self, root: str) -> tuple[Measured, str]:
        """Whether the root could be measured, and the version of its package."""
        top = root.partition(".")[0]
        package = self.packages[top]
        if "version" in package:
            return Measured.YES, package["version"]
        error, text = package["error"]
        is_missing = error == "ModuleNotFoundError" and text == f"No module named '{top}'"
        return (Measured.NOT_INSTALLED, "") if is_missing else (Measured.FAILED, "")

    def found(self) -> dict[str, set[str]]:
        """The names that can be reached in either way, or that only an error keeps from it."""
        found = {
            module: {name for name, local in names.items() if name and (local.imports or local.attribute)}
            for module, names in self.names.items()
        }
        return {module: names for module, names in found.items() if names}

    def lacks(self, module: str) -> bool:
        """Whether a module, or one around it, was asked for and is not there: then nothing in it can be reached."""
        root = root_of(self.roots, module)
        if root is None or self.state_of(root)[0] is not Measured.YES:
            return True
        package, name = root, ""
        for part in ["", *module[len(root) + 1 :].split(".")]:
            package, name = (f"{package}.{name}" if name else package), part
            local = self.names.get(package, {}).get(name)
            if local is not None and not is_yes(local.imports) and not is_yes(local.attribute):
                return True
        return False

    def asked(self) -> dict[str, set[str]]:
        return {module: set(names) for module, names in self.names.items()}


def read_inventory(file: Path) -> LocalInventory:
    """Raises HarnessError where the file is not an inventory."""
    try:
        data = json.loads(read_text(file))
        if data["schema"] != INVENTORY_SCHEMA:
            raise HarnessError(f"{file}: schema {data['schema']!r}: this harness reads schema {INVENTORY_SCHEMA}")
        things = [_thing(*item) for item in data["objects"]]
        names = {module: _names(rows, things) for module, rows in data["names"].items()}
        return LocalInventory(data["environment"], data["key"], tuple(data["roots"]), data["packages"], names)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise HarnessError(f"{file}: not an inventory ({type(error).__name__}: {error}): delete it") from None


def _thing(kind: str, home: str, signature: str | None, methods: Mapping[str, str] | None) -> Thing:
    lines = sorted(f"{name}{text}" for name, text in (methods or {}).items())
    return Thing(kind, home, signature, "\n".join(lines))


def _names(rows: Mapping[str, Mapping[str, Any]], things: list[Thing]) -> dict[str, LocalName]:
    def behind(row: Mapping[str, Any], key: str) -> Thing | None:
        return things[row[key]] if key in row else None

    return {
        name: LocalName(row["import"], row["attribute"], behind(row, "object"), behind(row, "attribute_object"))
        for name, row in rows.items()
    }
