"""Writes the reports of a run: to standard output or to files, whole or not at all; progress on a terminal only."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

from agentport_harness.core.errors import InputError
from agentport_harness.core.report import Run
from agentport_harness.core.writer import Look
from agentport_harness.runner.catalogue import report_writers

_NAME_SHOWN = 40
"""Characters of a name that stand beside the bar."""


def parsed_formats(formats: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Format names with their files, an empty one for standard output. Raises `InputError` for an unknown format."""
    parsed = [(name, target) for name, _, target in (given.partition("=") for given in formats or ("terminal",))]
    for name, _ in parsed:
        if name not in report_writers():
            raise InputError(
                "unknown-format", f"no report format {name!r}: choose one of {', '.join(sorted(report_writers()))}"
            )
    if len([target for _, target in parsed if not target]) > 1:
        raise InputError("two-reports", "only one report can go to standard output: give the others a file (F=FILE)")
    return tuple(parsed)


def concluded(
    run: Run,
    formats: Sequence[tuple[str, str]],
    baseline: str | None,
    write_baseline: str | None,
    *,
    strict: bool,
    quiet: bool,
    no_color: bool,
) -> int:
    """Apply the baseline, write every report, and return the run's exit code."""
    from agentport_harness.runner.baseline import baseline_text, read_baseline, with_baseline

    if write_baseline:
        write_whole(Path(write_baseline), baseline_text(run))
    if baseline:
        run = with_baseline(run, read_baseline(Path(baseline)))
    emit(run, formats, quiet=quiet, no_color=no_color)
    return run.exit_code(strict=strict)


def emit(run: Run, formats: Sequence[tuple[str, str]], *, quiet: bool, no_color: bool) -> None:
    """Write every report that was asked for."""
    for name, target in formats:
        color = not target and not no_color and sys.stdout.isatty() and "NO_COLOR" not in os.environ
        width = shutil.get_terminal_size().columns if not target and sys.stdout.isatty() else 120
        write = report_writers()[name].write
        text = write(run, Look(color=color, width=width, quiet=quiet))
        if target:
            write_whole(Path(target), text)
        else:
            sys.stdout.write(text)
            sys.stdout.flush()
        if name == "github" and (summary := os.environ.get("GITHUB_STEP_SUMMARY")):
            _append(Path(summary), report_writers()["markdown"].write(run, Look(quiet=quiet)))


def _append(path: Path, text: str) -> None:
    """Add to a file that others add to as well."""
    try:
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as error:
        raise InputError("cannot-write", f"cannot be written: {error.strerror}", at=str(path)) from None


def write_whole(path: Path, text: str) -> None:
    """Write a file so that nobody ever sees half of it."""
    with replacing(path) as file:
        file.write(text)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[str]]:
    """A file to write; it takes its place when all is written, and is never there when something went wrong."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent or Path(), prefix=f".{path.name}.")
        try:
            with open(handle, "w", encoding="utf-8", errors="backslashreplace") as file:  # noqa: PTH123 a descriptor
                yield file
            umask = os.umask(0)
            os.umask(umask)
            Path(temporary).chmod(0o666 & ~umask)  # a temporary file is private; a report is as any other file
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError("cannot-write", f"cannot be written: {error.strerror}", at=str(path)) from None


def shows_progress(*, quiet: bool) -> bool:
    """Whether anybody sees a bar: it goes to standard error, when that is a terminal."""
    return not quiet and sys.stderr.isatty()


@contextlib.contextmanager
def progress(total: int | None, label: str, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """A function to call as each part is done; a bar with the time left where the total is known."""
    if not shows_progress(quiet=quiet):
        yield lambda _done: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns: list[ProgressColumn] = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    columns += [TimeElapsedColumn()] if total is None else [TimeElapsedColumn(), TimeRemainingColumn()]
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done: bar.update(task, advance=1, description=f"{label} {_ending(done)}")


def _ending(name: str) -> str:
    """The name, cut in front: of many files in one folder only the ends differ."""
    return name if len(name) <= _NAME_SHOWN else "\u2026" + name[-_NAME_SHOWN:]
