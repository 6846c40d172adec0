"""A model in a document, shared by the kinds that build one."""

from __future__ import annotations

from typing import Any

from harness.cases.fields import Call, Items, Mapping, Reference
from harness.cases.literals import bracketed, call
from harness.cases.script import Script
from harness.contract.statuses import Stage

MODEL = Mapping({"sequential": Items(Call()), "class": Reference()}, required=["sequential"])


def write_model(script: Script, spec: dict[str, Any]) -> None:
    """Build `model` from a checked MODEL."""
    container = script.use(spec.get("class", "models.Sequential"))
    layers = [call(layer, script.use) for layer in spec["sequential"]]
    script.add(Stage.BUILD, *bracketed(f"model = {container}([", layers, "])"))
