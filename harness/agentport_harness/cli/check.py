"""`check`: judges recorded sessions of real agents."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from agentport_harness.cli.options import report_options, rule_options, split

if TYPE_CHECKING:
    from agentport_harness.core.report import SessionReport


@click.command("check", no_args_is_help=True)
@click.argument("paths", nargs=-1, required=True)
@click.option(
    "--input-format", default="auto", show_default=True, metavar="NAME",
    help="The recordings' format; found by looking when left out.",
)  # fmt: skip
@click.option(
    "--gateway-server",
    "servers",
    multiple=True,
    metavar="NAME",
    help="An MCP server that is the gateway, where its tools' names do not tell. Repeatable.",
)
@click.option("--redact", is_flag=True, help="Mask credentials and e-mail addresses in every report.")
@click.option(
    "--to-trace",
    "to_trace",
    is_flag=True,
    help="Judge nothing: write the sessions as agentport-trace/1, one to a line.",
)
@click.option(
    "-o", "--output", default="", metavar="FILE|FOLDER/",
    help="With --to-trace: a file for all sessions, or a folder with a file for each.",
)  # fmt: skip
@click.option(
    "--jobs", type=click.IntRange(0), default=1, show_default=True, metavar="N",
    help="Processes to judge in; 0 for one to each core.",
)  # fmt: skip
@click.option(
    "--engine", type=click.Choice(["local", "dask"]), default="local", show_default=True,
    help="Where to judge: here, or on a Dask cluster (the extra `fleet`).",
)  # fmt: skip
@click.option("--cluster", default="", metavar="ADDRESS", help="The cluster's scheduler; a local one when left out.")
@click.option("--parquet", default="", metavar="FILE", help="Write the findings there too, one row each.")
@rule_options
@report_options
def command(
    paths: tuple[str, ...],
    input_format: str,
    servers: tuple[str, ...],
    redact: bool,
    to_trace: bool,
    output: str,
    jobs: int,
    engine: str,
    cluster: str,
    parquet: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    level: str,
    formats: tuple[str, ...],
    baseline: str | None,
    write_baseline: str | None,
    strict: bool,
    quiet: bool,
    no_color: bool,
) -> int:
    """Judge recorded sessions of agents rule by rule: files, folders, globs, URLs, or - for standard input.

    Nothing of a recording leaves this machine. A file that cannot be read is named and does not stop the others.

    \b
    agentport-conformance check ~/.codex/sessions
    codex exec --json "…" | agentport-conformance check -
    """
    from agentport_harness.cli.output import parsed_formats, progress, shows_progress
    from agentport_harness.cli.streaming import SHOW_AROUND, conclude
    from agentport_harness.runner.check import (
        Settings,
        judged_one_by_one,
        look_for_garbage_seldom,
        something_judged,
    )
    from agentport_harness.runner.parallel import judged
    from agentport_harness.sources import find

    look_for_garbage_seldom()
    wanted = parsed_formats(formats)
    settings = Settings(
        select=split(select),
        ignore=split(ignore),
        level=level.upper(),  # type: ignore[arg-type]
        input_format=input_format,
        gateway_servers=servers,
        traces=any(name in SHOW_AROUND for name, _ in wanted),
        redact=redact,
    ).verified()
    if to_trace:
        from agentport_harness.cli.tracing import write_traces

        return write_traces(paths, settings, output)
    if output:
        raise click.UsageError("--output goes with --to-trace; a report's file is given as --format F=FILE")
    jobs = jobs or os.cpu_count() or 1
    with ExitStack() as stack:
        found = find(paths)
        if engine == "dask":
            from agentport_harness.runner import fleet

            sessions = stack.enter_context(fleet.judged(found, settings, jobs, cluster))
        elif jobs == 1:
            sessions = judged_one_by_one(found, settings)
        else:
            sessions = stack.enter_context(judged(found, settings, jobs))
        total = _sources(paths) if shows_progress(quiet=quiet) else None
        done = stack.enter_context(progress(total, "checking", quiet=quiet))
        name = ", ".join(paths)
        return conclude(
            something_judged(_told(sessions, done, by_source=total is not None), name), name,
            wanted, baseline, write_baseline,
            strict=strict, quiet=quiet, no_color=no_color, parquet=parquet,
        )  # fmt: skip


def _sources(paths: Iterable[str]) -> int | None:
    """How many recordings the paths name; None for one alone, and where finding out could take long."""
    from agentport_harness.sources import find

    if any(path == "-" or "://" in path for path in paths):
        return None
    total = sum(1 for _ in find(paths))
    return total if total > 1 else None


def _told(
    sessions: Iterable[SessionReport], done: Callable[[str], None], *, by_source: bool
) -> Iterator[SessionReport]:
    """The same reports, each told of; or only when the last one of its source was."""
    before = ""
    for report in sessions:
        yield report
        if not by_source:
            done(report.source)
        elif before and report.source != before:
            done(before)
        before = report.source
