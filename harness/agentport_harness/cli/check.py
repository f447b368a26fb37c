"""`check`: judges recorded sessions of real agents."""

from __future__ import annotations

import click

from agentport_harness.cli.options import report_options, rule_options, split


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
@rule_options
@report_options
def command(
    paths: tuple[str, ...],
    input_format: str,
    servers: tuple[str, ...],
    redact: bool,
    to_trace: bool,
    output: str,
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
    """Judge recorded sessions of agents rule by rule: files, folders, globs, or - for standard input.

    Nothing of a recording leaves this machine. A file that cannot be read is named and does not stop the others.

    \b
    agentport-conformance check ~/.codex/sessions
    codex exec --json "…" | agentport-conformance check -
    """
    from agentport_harness.cli.output import concluded, parsed_formats, progress
    from agentport_harness.core.report import Run
    from agentport_harness.runner.catalogue import rule_texts
    from agentport_harness.runner.check import Settings, reports

    settings = Settings(
        select=split(select),
        ignore=split(ignore),
        level=level.upper(),  # type: ignore[arg-type]
        input_format=input_format,
        gateway_servers=servers,
        traces=True,
        redact=redact,
    )
    if to_trace:
        from agentport_harness.cli.tracing import write_traces

        return write_traces(paths, settings, output)
    if output:
        raise click.UsageError("--output goes with --to-trace; a report's file is given as --format F=FILE")
    wanted = parsed_formats(formats)
    settings.rules()
    sessions = []
    with progress(None, "checking", quiet=quiet) as done:
        for path in paths:
            for report in reports(path, settings):
                sessions.append(report)
                done(report.source)
    run = Run(kind="recording", name=", ".join(paths), sessions=tuple(sessions), texts=rule_texts())
    return concluded(run, wanted, baseline, write_baseline, strict=strict, quiet=quiet, no_color=no_color)
