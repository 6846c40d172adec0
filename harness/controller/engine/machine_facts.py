"""The facts of a machine on which outcomes may depend, and which no lock holds."""

from __future__ import annotations

import os
import platform
import re
import socket
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from harness.cases.case import PREREQUISITES
from harness.controller.environments.prerequisites import program_for

MACHINE_NAME = "HARNESS_MACHINE"  # the variable that names a machine whose host name says nothing
_FEATURE = re.compile(r"(sse|ssse|avx|fma|f16c|amx|asimd|neon|sve|bf16|fphp)")  # what numeric libraries choose by


@dataclass(frozen=True)
class Machine:
    """A machine: its processor with the instructions that numeric libraries choose by, its C library, and what meets
    the requirements of cases, by requirement."""

    host: str
    system: str
    processor: str
    features: str
    libc: str
    programs: dict[str, str]

    def to_json(self) -> dict[str, Any]:
        """Plain data, from which `from_json` makes the machine."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Machine:
        """Raises TypeError for anything else than `to_json` gives."""
        return cls(**data)

    def differences(self, other: Machine) -> list[str]:
        """The facts in which another machine differs, in words."""
        lines = [
            f"{name} {mine or 'none'} / {theirs or 'none'}"
            for name, mine, theirs in (
                ("system", self.system, other.system),
                ("processor", self.processor, other.processor),
                ("C library", self.libc, other.libc),
                *((name, self.programs.get(name), other.programs.get(name)) for name in sorted(PREREQUISITES)),
            )
            if mine != theirs
        ]
        mine, theirs = set(self.features.split()), set(other.features.split())
        if mine != theirs:
            lines.append(f"instructions {_plus(mine - theirs)} / {_plus(theirs - mine)}")
        return lines


def _plus(features: set[str]) -> str:
    return "+" + ",".join(sorted(features)) if features else "none more"


def host_name() -> str:
    """The name of this machine."""
    return os.environ.get(MACHINE_NAME) or socket.gethostname()


def this_machine() -> Machine:
    """The facts of the machine that this process runs on."""
    processor, features = _processor()
    programs = {name: _described(name) for name in PREREQUISITES}
    return Machine(host_name(), f"{platform.system()} {platform.machine()}", processor, features, _libc(), programs)


def _described(requirement: str) -> str:
    program = program_for(requirement)
    if program is None:
        return ""
    return program.brought_by or str(program.identity[0])


@cache
def _libc() -> str:
    return " ".join(filter(None, platform.libc_ver()))


@cache
def _processor() -> tuple[str, str]:
    """The model of the processor and its features, as Linux names them."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:  # another system
        return platform.processor(), ""
    model = re.search(r"^(?:model name|CPU part)\s*: (.+)$", text, re.MULTILINE)
    flags = re.search(r"^(?:flags|Features)\s*: (.+)$", text, re.MULTILINE)
    features = sorted({word for word in flags[1].split() if _FEATURE.match(word)}) if flags else []
    return model[1].strip() if model else platform.machine(), " ".join(features)
