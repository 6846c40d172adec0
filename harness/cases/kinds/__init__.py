"""The kinds of case. A new kind is a module beside these, named in `KINDS`."""

from __future__ import annotations

from harness.cases.kinds import custom_layer, model_build, plot_model, snippet
from harness.cases.kinds.base import Kind

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (model_build.KIND, custom_layer.KIND, plot_model.KIND, snippet.KIND)
}
