"""Which environment goes to which worker next: no input or output, so that every rule can be tested by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from harness.controller.engine.environment_run import EnvironmentRun
from harness.controller.engine.task import TaskResult

_QUICK_FAULTS = 2  # in a row, after which a machine gets nothing more
MOST_DEATHS = 4  # of workers, before an environment is no longer given to another one


@dataclass(frozen=True)
class Worker:
    """A worker as it described itself: its address, its machine, how many environments it runs at a time, the Pythons
    of the matrix and the requirements of cases that it has."""

    address: str
    host: str
    slots: int
    pythons: frozenset[str] = frozenset()
    programs: frozenset[str] = frozenset()
    environments: frozenset[str] = frozenset()


@dataclass
class Attempts:
    """The attempts at one environment: the machines that were at fault, with the last result of them, and how many
    workers died with it."""

    faulty: list[str] = field(default_factory=list)
    result: TaskResult | None = None
    deaths: int = 0


Assignment = tuple[EnvironmentRun, Worker]


class Placement:
    """The workers of a run and what they are busy with. `say` gets a sentence on each machine that is left out."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self.workers: dict[str, Worker] = {}
        self._busy: dict[str, int] = {}
        self._faults: dict[str, list[str]] = {}  # of each machine, in a row
        self._environments: dict[str, set[str]] = {}  # of each machine
        self._quarantined: set[str] = set()

    def add(self, worker: Worker) -> None:
        """A worker that has joined."""
        self.workers[worker.address] = worker
        self._busy[worker.address] = 0
        self._environments.setdefault(worker.host, set()).update(worker.environments)

    def remove(self, address: str) -> None:
        """A worker that has gone."""
        self.workers.pop(address, None)
        self._busy.pop(address, None)

    @property
    def usable(self) -> list[Worker]:
        """The workers whose machines are not left out."""
        return [worker for worker in self.workers.values() if worker.host not in self._quarantined]

    @property
    def left_out(self) -> list[str]:
        """The machines in quarantine."""
        return sorted(self._quarantined)

    def began(self, address: str) -> None:
        """A worker was given an environment."""
        self._busy[address] += 1

    def ended(self, address: str, environment: str, fault: str) -> None:
        """An environment has ended on a worker. Who fails fast would draw all work: two faults in a row are enough."""
        worker = self.workers.get(address)
        if worker is None:
            return
        self._busy[address] -= 1
        if not fault:
            self._faults.pop(worker.host, None)
            self._environments[worker.host].add(environment)
            return
        faults = self._faults.setdefault(worker.host, [])
        faults.append(f"{environment}: {fault}")
        if len(faults) >= _QUICK_FAULTS and worker.host not in self._quarantined:
            self._quarantined.add(worker.host)
            self._say(f"{worker.host} gets no more environments: {len(faults)} in a row failed there ({faults[-1]})")

    def assign(self, waiting: Sequence[EnvironmentRun], attempts: dict[str, Attempts]) -> list[Assignment]:
        """Pairs of environments and free slots, no slot twice. `waiting` has the longest environment first.

        First those that are on a machine with a free slot or on none; what is left of the slots takes what is on busy
        machines, as installing it again is better than waiting.
        """
        free = {worker.address: worker.slots - self._busy[worker.address] for worker in self.usable}
        wanted = {run.environment.id for run in waiting}
        pairs: list[Assignment] = []
        rest = list(waiting)
        for may_move in (False, True):
            for run in list(rest):
                if not any(free.values()):
                    return pairs
                choice = self._choose(run, self._fit(run, attempts[run.environment.id]), free, wanted, may_move)
                if choice is not None:
                    free[choice.address] -= 1
                    rest.remove(run)
                    pairs.append((run, choice))
        return pairs

    def _choose(
        self,
        run: EnvironmentRun,
        fit: Sequence[Worker],
        free: dict[str, int],
        wanted: set[str],
        may_move: bool,
    ) -> Worker | None:
        """A worker with a free slot: one that has the environment, else the one that the others want least."""
        owners = {worker.host for worker in fit if run.environment.id in self._environments[worker.host]}
        candidates = [worker for worker in fit if free[worker.address] > 0]
        if owners and not may_move:
            candidates = [worker for worker in candidates if worker.host in owners]

        def preference(worker: Worker) -> tuple[bool, int, int]:
            is_wanted = len(self._environments[worker.host] & wanted)
            return worker.host in owners, -is_wanted, free[worker.address]

        return max(candidates, key=preference, default=None)

    def _fit(self, run: EnvironmentRun, attempts: Attempts) -> list[Worker]:
        """The workers for an environment: not those of machines that failed with it, and those that lack its Python, or
        a program of its cases, only where no other does better."""
        found = [worker for worker in self.usable if worker.host not in attempts.faulty]
        found = _better(found, lambda worker: run.environment.python in worker.pythons)
        return _better(found, lambda worker: run.requires <= worker.programs)

    def has_place_for(self, run: EnvironmentRun, attempts: Attempts) -> bool:
        """Whether any worker could run the environment, now or when it is free."""
        return bool(self._fit(run, attempts))


def _better(workers: Iterable[Worker], suits: Callable[[Worker], bool]) -> list[Worker]:
    everyone = list(workers)
    return [worker for worker in everyone if suits(worker)] or everyone
