"""The kinds of case. To add a kind, add a module and name it in `_MODULES`."""

from __future__ import annotations

from harness.cases.kinds import (
    custom_layer,
    interop,
    model_build,
    plot_model,
    preprocessing,
    save_load,
    snippet,
    symbol,
    training,
)
from harness.cases.kinds.base import Kind

_MODULES = (
    model_build,
    custom_layer,
    plot_model,
    save_load,
    symbol,
    training,
    preprocessing,
    interop,
    snippet,
)
KINDS: dict[str, Kind] = {module.KIND.name: module.KIND for module in _MODULES}
