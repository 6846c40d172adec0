"""The kinds of work that an engine does in an environment: what it needs there, and what it leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from harness.controller.engine.task import Task, TaskResult, read_files, restore_files
from harness.controller.project.layout import Layout, RunFiles
from harness.controller.worker.options import WorkerOptions


class Workload(Protocol):
    """Work in an environment of a project."""

    def task(self, layout: Layout, files: RunFiles, number: str, project: str) -> Task:
        """The task for one environment of a project, by the digest of its archive."""
        ...

    def log(self, files: RunFiles) -> Path:
        """The log of the work, here and there."""
        ...

    def forget(self, files: RunFiles) -> None:
        """Remove what earlier work has left here and this one replaces."""
        ...

    def keep(self, layout: Layout, files: RunFiles, result: TaskResult) -> None:
        """Write the files of a result. Raises HarnessError for one that was not asked for."""
        ...

    def keep_log(self, layout: Layout, files: RunFiles, result: TaskResult) -> None:
        """Write the log of a result, and nothing else of it."""
        ...


@dataclass(frozen=True)
class CellsWorkload:
    """Running an environment's cells. The baseline and the outcome cache go with it."""

    options: WorkerOptions

    def task(self, layout: Layout, files: RunFiles, number: str, project: str) -> Task:
        sent = [layout.results / f"{files.environment}.json", files.cache]
        options = self.options
        if options.sample is not None:
            sent.append(options.sample)
        return Task(
            number,
            project,
            files.environment,
            runs_cells=True,
            arguments=tuple(_relative_sample(layout, options).to_argv()),
            log=_name(layout, files.log),
            files=read_files(layout.root, [_name(layout, file) for file in sent]),
            returns=tuple(_name(layout, file) for file in self._returns(files)),
        )

    def log(self, files: RunFiles) -> Path:
        return files.log

    def forget(self, files: RunFiles) -> None:
        files.forget_run()
        files.stream.unlink(missing_ok=True)

    def keep(self, layout: Layout, files: RunFiles, result: TaskResult) -> None:
        restore_files(layout.root, result.files, [_name(layout, file) for file in self._returns(files)])

    def keep_log(self, layout: Layout, files: RunFiles, result: TaskResult) -> None:
        _keep_log(layout, files.log, result)

    def _returns(self, files: RunFiles) -> list[Path]:
        streams = [files.stream, files.stream_key]
        return [files.details, files.plan, files.cache, files.log, *streams, files.document]


@dataclass(frozen=True)
class CommandWorkload:
    """A command of the harness, for one environment.

    `sends` and `returns` are files below the project's root. `{}` in all three is the environment's id.
    """

    arguments: tuple[str, ...]
    sends: tuple[str, ...]
    returns: tuple[str, ...]

    def task(self, layout: Layout, files: RunFiles, number: str, project: str) -> Task:
        name = files.environment
        return Task(
            number,
            project,
            name,
            runs_cells=False,
            arguments=tuple(argument.format(name) for argument in self.arguments),
            log=_name(layout, self.log(files)),
            files=read_files(layout.root, [sent.format(name) for sent in self.sends]),
            returns=tuple(self._returned(layout, files)),
        )

    def log(self, files: RunFiles) -> Path:
        return files.log.with_name(f"{files.environment}.{self.arguments[0]}.log")

    def forget(self, files: RunFiles) -> None:
        pass  # what comes back replaces it

    def keep(self, layout: Layout, files: RunFiles, result: TaskResult) -> None:
        restore_files(layout.root, result.files, self._returned(layout, files))

    def keep_log(self, layout: Layout, files: RunFiles, result: TaskResult) -> None:
        _keep_log(layout, self.log(files), result)

    def _returned(self, layout: Layout, files: RunFiles) -> list[str]:
        return [_name(layout, self.log(files)), *(name.format(files.environment) for name in self.returns)]


def _keep_log(layout: Layout, log: Path, result: TaskResult) -> None:
    name = _name(layout, log)
    restore_files(layout.root, {key: value for key, value in result.files.items() if key == name}, [name])


def _relative_sample(layout: Layout, options: WorkerOptions) -> WorkerOptions:
    """The options with the sample's file below the root, wherever that is."""
    if options.sample is None:
        return options
    return replace(options, sample=options.sample.relative_to(layout.root))


def _name(layout: Layout, file: Path) -> str:
    return file.relative_to(layout.root).as_posix()
