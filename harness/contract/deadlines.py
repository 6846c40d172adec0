"""How long each process waits for the one below it. A process that is stopped, or hangs in the kernel, ends no run.

Each waits longer than what it waits for may take: for a cell, for the process that it is forked from, for the server,
for the whole session.
"""

from __future__ import annotations

from dataclasses import dataclass

IMPORT_LIMIT = 600.0  # seconds that importing TensorFlow may take, which is slow the first time
MARGIN = 60.0  # seconds that a process may take beyond what its work takes, on a busy machine


@dataclass(frozen=True)
class Deadlines:
    """Seconds to wait for an answer. `timeout` is the cell's limit, `importing` the seconds that its imports may take
    in addition, `patience` the margin of each process."""

    timeout: float
    importing: float
    patience: float = MARGIN

    @property
    def cell(self) -> float:
        """For the process that a cell is forked from: it ends the cell at its limits."""
        return self.importing + self.timeout + self.patience

    @property
    def server(self) -> float:
        """For the server: it may start the process above, and run the cell itself where that does not answer."""
        return self.importing + 2 * self.cell + self.patience

    @property
    def session(self) -> float:
        """For a session of cells without a new line in its stream: it may start the server twice for one cell."""
        return 2 * (IMPORT_LIMIT + self.server) + self.patience
