"""`check --to-trace`: recordings of any format written as ``agentport-trace/1``, one session to a line."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from agentport_harness.cli.output import replacing, write_whole
from agentport_harness.core.errors import InputError
from agentport_harness.core.trace import Trace
from agentport_harness.core.trace_format import trace_to_document
from agentport_harness.runner.check import Settings, converted, nothing_judged


def write_traces(paths: Sequence[str], settings: Settings, output: str) -> int:
    """Write the sessions of ``paths`` and return the exit code: 2 when something could not be read."""
    unread = written = False
    with _sink(output) as put:
        for recording in converted(paths, settings):
            if isinstance(recording, Trace):
                # ASCII only: a lone surrogate of a recording stays escaped instead of breaking the output
                put(recording, json.dumps(trace_to_document(recording)) + "\n")
                written = True
                continue
            click.echo(f"{recording.severity}: {recording}", err=True)
            unread = unread or recording.severity == "error"
    if not (written or unread):
        click.echo(f"error: {nothing_judged(', '.join(paths))}", err=True)
        return 2
    return 2 if unread else 0


@contextmanager
def _sink(output: str) -> Iterator[Callable[[Trace, str], object]]:
    """Where sessions go: standard output, a folder with a file for each, or a file that is written whole or not."""
    if output in {"", "-"}:
        yield lambda _trace, line: sys.stdout.write(line)
        sys.stdout.flush()
    elif output.endswith("/") or Path(output).is_dir():
        folder = Path(output)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError("cannot-write", f"cannot be written: {error.strerror}", at=output) from None
        taken: set[str] = set()
        yield lambda trace, line: write_whole(folder / _name(trace, taken), line)
    else:
        with replacing(Path(output)) as file:
            yield lambda _trace, line: file.write(line)


def _name(trace: Trace, taken: set[str]) -> str:
    """A file name for a session, after its source and id; no two sessions of one run share it."""
    stem = Path(trace.source).name.partition(".")[0]
    base = re.sub(r"\W+", "-", "-".join(part for part in (stem, trace.session_id) if part))[:120].strip("-")
    number, name = 1, base or "session"
    while name in taken:
        number += 1
        name = f"{base or 'session'}-{number}"
    taken.add(name)
    return f"{name}.trace.json"
