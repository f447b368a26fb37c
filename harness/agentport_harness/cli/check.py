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
    "--gateway-server", "servers", multiple=True, metavar="NAME",
    help="An MCP server that is the gateway, where its tools' names do not tell. Repeatable.",
)  # fmt: skip
@rule_options
@report_options
def command(
    paths: tuple[str, ...],
    input_format: str,
    servers: tuple[str, ...],
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
    from agentport_harness.core.selection import selected
    from agentport_harness.runner.catalogue import agent_rules, rule_texts
    from agentport_harness.runner.check import check

    reports = parsed_formats(formats)
    rules, skipped = selected(
        agent_rules(), select=split(select), ignore=split(ignore), level=level.upper()  # type: ignore[arg-type]
    )  # fmt: skip
    sessions = []
    with progress(None, "checking", quiet=quiet) as done:
        for report in check(paths, rules, skipped=skipped, input_format=input_format, gateway_servers=servers):
            sessions.append(report)
            done(report.source)
    run = Run(kind="recording", name=", ".join(paths), sessions=tuple(sessions), texts=rule_texts())
    return concluded(run, reports, baseline, write_baseline, strict=strict, quiet=quiet, no_color=no_color)
