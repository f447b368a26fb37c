"""`replay`: plays scripted transcripts against a gateway and judges them."""

from __future__ import annotations

from importlib.resources import files

import click

from agentport_harness.cli.options import report_options, rule_options, split


@click.command("replay")
@click.argument("paths", nargs=-1)
@click.option("--gateway", "url", metavar="URL", help="A gateway's base or MCP URL. Left out: an embedded one.")
@click.option("--api-key", envvar="AGENTPORT_API_KEY", metavar="KEY", help="The agent's key. [env: AGENTPORT_API_KEY]")
@click.option("--human-email", envvar="AGENTPORT_HUMAN_EMAIL", help="Who decides. [env: AGENTPORT_HUMAN_EMAIL]")
@click.option(
    "--human-password-env", default="AGENTPORT_HUMAN_PASSWORD", show_default=True, metavar="VAR",
    help="The variable that holds the human's password.",
)  # fmt: skip
@click.option("--ready-file", type=click.Path(), help="Take all of these from a file that `serve --ready-file` wrote.")
@click.option(
    "--protocol", type=click.Choice(["auto", "legacy", "2026-07-28"]), default="auto", show_default=True,
    help="The MCP revision to speak; legacy is the 2025-11-25 handshake.",
)  # fmt: skip
@click.option(
    "--upstream-host", default="127.0.0.1", show_default=True,
    help="The address of this machine at which the gateway reaches the scripted upstreams.",
)  # fmt: skip
@click.option(
    "--call-timeout", type=click.FloatRange(1, 3600), default=300, show_default=True, metavar="SECONDS",
    help="The longest that one call may take; longer than the gateway's poll budget.",
)  # fmt: skip
@click.option("--jobs", type=click.IntRange(1, 64), default=8, show_default=True, help="Transcripts side by side.")
@rule_options
@report_options
def command(
    paths: tuple[str, ...],
    url: str | None,
    api_key: str | None,
    human_email: str | None,
    human_password_env: str,
    ready_file: str | None,
    protocol: str,
    upstream_host: str,
    call_timeout: float,
    jobs: int,
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
    """Play scripted transcripts over real MCP against a gateway, and judge what happened rule by rule.

    PATH is a transcript (*.transcript.yaml) or a folder of them; left out, the shipped suite. Without --gateway an
    embedded reference gateway is started on loopback and stopped afterwards. A transcript may declare faults: the
    run succeeds when every verdict is the declared one. A transcript with shell steps runs commands on this machine:
    replay only what you trust.

    \b
    agentport-conformance replay
    agentport-conformance replay my/transcripts --format terminal --format junit=report.xml
    agentport-conformance replay --gateway http://127.0.0.1:4747 --api-key ap_… --human-email me@example.com
    """
    from agentport_harness.cli.output import concluded, parsed_formats, progress
    from agentport_harness.core.selection import selected
    from agentport_harness.runner.catalogue import agent_rules
    from agentport_harness.runner.gateways import given_gateway
    from agentport_harness.runner.replay import ReplayOptions, replay
    from agentport_harness.transcript_files import load_transcript, transcript_paths

    reports = parsed_formats(formats)
    names = paths or (str(files("agentport_harness") / "suite"),)
    transcripts = [load_transcript(path) for path in transcript_paths(names)]
    rules, skipped = selected(
        agent_rules(), select=split(select), ignore=split(ignore), level=level.upper()  # type: ignore[arg-type]
    )  # fmt: skip
    options = ReplayOptions(
        gateway=given_gateway(url, api_key, human_email, human_password_env, ready_file),
        protocol=protocol,  # type: ignore[arg-type]  # one of the choices above
        jobs=jobs,
        call_timeout=call_timeout,
        upstream_host=upstream_host,
    )
    with progress(len(transcripts), "replaying", quiet=quiet) as done:
        run = replay(
            transcripts,
            rules,
            options,
            skipped=skipped,
            progress=lambda report: done(report.session_id),
            name=", ".join(paths) or "the shipped suite",
        )
    if any(name in ("json", "jsonl") for name, _ in reports):
        from agentport_harness.runner.teaching import with_sentences

        run = with_sentences(run)
    return concluded(run, reports, baseline, write_baseline, strict=strict, quiet=quiet, no_color=no_color)
