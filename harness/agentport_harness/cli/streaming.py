"""The reports of `check`, made while sessions are judged: what a report does not need is not kept."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from agentport_harness.cli.output import emit, write_whole
from agentport_harness.core.baseline import Judged, Known, Marking, baseline_of
from agentport_harness.core.errors import InputError
from agentport_harness.core.report import Run, SessionReport
from agentport_harness.core.tally import MOST_WHOLE, Tally
from agentport_harness.reports.jsonl_report import last_line, line
from agentport_harness.runner.baseline import document_text, read_baseline, told
from agentport_harness.runner.catalogue import rule_texts

if TYPE_CHECKING:
    from agentport_harness.runner.parquet import FindingsFile

BOUNDED = frozenset({"terminal", "jsonl"})
"""Formats that need no more than a few sessions at a time."""
SHOW_AROUND = frozenset({"terminal", "html"})
"""Formats that show what happened around a finding."""
_TRACED = 3
"""Sessions of each rule, in a long run, that are shown with what happened around their findings."""


def conclude(
    sessions: Iterable[SessionReport],
    name: str,
    formats: Sequence[tuple[str, str]],
    baseline: str | None,
    write_baseline: str | None,
    *,
    strict: bool,
    quiet: bool,
    no_color: bool,
    parquet: str = "",
) -> int:
    """Write every report of the sessions as they come, or at their end, and return the exit code."""
    marking = Marking(read_baseline(Path(baseline)) if baseline else ())
    tally, every, known = Tally(), list[SessionReport](), list[Known]()
    whole = {format_name for format_name, _ in formats} - BOUNDED
    with ExitStack() as stack:
        streams = [stack.enter_context(_stream(target)) for format_name, target in formats if format_name == "jsonl"]
        table = stack.enter_context(_table(parquet))
        for unmarked in sessions:
            if write_baseline:
                known += baseline_of([Judged(source=unmarked.source, verdicts=unmarked.verdicts)])
            report = replace(unmarked, verdicts=marking.mark(unmarked.source, unmarked.verdicts))
            tally.add(report)
            if table is not None:
                table.add(report)
            for stream in streams:
                stream.write(line(report))
                stream.flush()
            if whole:
                every.append(report if _shown(report, tally) else replace(report, trace=None))
        tally.stale = told(marking.stale())
        run = tally.run(name)
        for stream in streams:
            stream.write(last_line(run))
    if write_baseline:
        write_whole(Path(write_baseline), document_text(known))
    if whole:
        run = Run(kind=tally.kind, name=name, sessions=tuple(every), stale=tally.stale)
    emit(
        replace(run, texts=rule_texts()),
        [pair for pair in formats if pair[0] != "jsonl"],
        quiet=quiet,
        no_color=no_color,
    )
    return run.exit_code(strict=strict)


def _shown(report: SessionReport, tally: Tally) -> bool:
    """Whether a report that is kept to the end keeps its session too."""
    few = (tally.rules[rule].sessions <= _TRACED for rule in report.broken() if rule in tally.rules)
    return report.trace is None or tally.sessions <= MOST_WHOLE or any(few)


@contextmanager
def _table(target: str) -> Iterator[FindingsFile | None]:
    if not target:
        yield None
        return
    from agentport_harness.runner.parquet import findings_file

    with findings_file(Path(target)) as file:
        yield file


@contextmanager
def _stream(target: str) -> Iterator[IO[str]]:
    if not target:
        yield sys.stdout
        return
    try:
        with Path(target).open("w", encoding="utf-8") as file:
            yield file
    except OSError as error:
        raise InputError("cannot-write", f"cannot be written: {error.strerror}", at=target) from None
