"""`agent`: drives a real agent client against a gateway and judges what it did."""

from __future__ import annotations

import click

from agentport_harness.cli.options import report_options, rule_options, split


@click.command("agent", no_args_is_help=True)
@click.option("--client", required=True, metavar="NAME", help="codex, claude-code, opencode or gemini.")
@click.option(
    "--scenario", "scenarios", multiple=True, metavar="NAME|PATH",
    help="A shipped transcript by its name (denial/by-the-human), a file, or a folder. Repeatable. "
    "Left out, every shipped one that a client without a terminal can play.",
)  # fmt: skip
@click.option("--client-path", metavar="DIR", help="The folder of the client's command; left out, the PATH.")
@click.option("--model", metavar="NAME", help="A real model. Left out, a scripted one plays the agent's side.")
@click.option(
    "--model-key-env", metavar="VAR",
    help="The variable that holds the model's key; left out, the provider's usual one.",
)  # fmt: skip
@click.option("--model-url", metavar="URL", default="", help="Where the model is, without /v1; left out, its provider.")
@click.option(
    "--model-name", metavar="NAME", default="",
    help="The name under which the scripted model is offered. Codex shows tools by it: gpt-5.5 gets a tool search, "
    "gpt-6-sol code mode.",
)  # fmt: skip
@click.option(
    "--credential", type=click.Choice(["key", "bearer", "oauth"]), default="key", show_default=True,
    help="What the client shows the gateway; with oauth the harness plays the human at the consent page.",
)  # fmt: skip
@click.option("--trials", type=click.IntRange(1, 1000), default=1, show_default=True, help="How often each is played.")
@click.option("--compare", is_flag=True, help="Play each trial without the skills too.")
@click.option("--keep", type=click.Path(file_okay=False), metavar="DIR", help="Leave recordings and logs there.")
@click.option(
    "--reaction", type=click.FloatRange(0, 3600), default=0.3, show_default=True, metavar="SECONDS",
    help="How long the human takes to decide.",
)  # fmt: skip
@click.option(
    "--time-limit", type=click.FloatRange(1, 7200), default=300, show_default=True, metavar="SECONDS",
    help="How long one turn may take before the client is ended.",
)  # fmt: skip
@click.option(
    "--poll-budget", type=click.FloatRange(0.1, 3600), default=1, show_default=True, metavar="SECONDS",
    help="How long one await may take at the embedded gateway.",
)  # fmt: skip
@click.option(
    "--tool-timeout", type=click.FloatRange(0.1, 3600), metavar="SECONDS",
    help="The client's own limit for one call; left out, its default.",
)  # fmt: skip
@click.option("--gateway", "url", metavar="URL", help="A gateway's base or MCP URL. Left out: an embedded one.")
@click.option("--api-key", envvar="AGENTPORT_API_KEY", metavar="KEY", help="The agent's key. [env: AGENTPORT_API_KEY]")
@click.option("--human-email", envvar="AGENTPORT_HUMAN_EMAIL", help="Who decides. [env: AGENTPORT_HUMAN_EMAIL]")
@click.option(
    "--human-password-env", default="AGENTPORT_HUMAN_PASSWORD", show_default=True, metavar="VAR",
    help="The variable that holds the human's password.",
)  # fmt: skip
@click.option("--ready-file", type=click.Path(), help="Take all of these from a file that `serve --ready-file` wrote.")
@click.option(
    "--upstream-host", default="127.0.0.1", show_default=True,
    help="The address of this machine at which the gateway reaches the scripted upstreams.",
)  # fmt: skip
@rule_options
@report_options
def command(
    client: str,
    scenarios: tuple[str, ...],
    client_path: str | None,
    model: str | None,
    model_key_env: str | None,
    model_url: str,
    model_name: str,
    credential: str,
    trials: int,
    compare: bool,
    keep: str | None,
    reaction: float,
    time_limit: float,
    poll_budget: float,
    tool_timeout: float | None,
    url: str | None,
    api_key: str | None,
    human_email: str | None,
    human_password_env: str,
    ready_file: str | None,
    upstream_host: str,
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
    """Drive a real agent client through transcripts against a gateway, and judge its own recording rule by rule.

    The client runs without a terminal, in a home of its own with the skills installed, knowing nothing of your
    settings and keys; on Linux it reaches the gateway and the model and nothing else. The harness plays the human.
    Without --model a scripted model plays the agent's side: that tries the wiring, and needs no key.

    \b
    agentport-conformance agent --client codex --scenario denial/by-the-human
    agentport-conformance agent --client claude-code --model claude-sonnet-4-5 --trials 10 --compare
    """
    from pathlib import Path

    from agentport_harness.cli.output import concluded, parsed_formats, progress
    from agentport_harness.core.selection import selected
    from agentport_harness.runner.agent import run_agent
    from agentport_harness.runner.agent_choice import chosen_client, chosen_transcripts, model_key
    from agentport_harness.runner.agent_options import AgentOptions
    from agentport_harness.runner.catalogue import agent_rules
    from agentport_harness.runner.gateways import given_gateway
    from agentport_harness.runner.replay import ReplayOptions

    reports = parsed_formats(formats)
    driven = chosen_client(client)
    transcripts = chosen_transcripts(scenarios)
    rules, skipped = selected(
        agent_rules(), select=split(select), ignore=split(ignore), level=level.upper()  # type: ignore[arg-type]
    )  # fmt: skip
    options = AgentOptions(
        client=driven,
        client_folder=client_path or "",
        model=model or "",
        model_url=model_url.rstrip("/"),
        model_key=model_key(driven, model_key_env) if model else "",
        model_name=model_name,
        credential=credential,  # type: ignore[arg-type]  # one of the choices above
        trials=trials,
        compare=compare,
        keep=Path(keep) if keep else None,
        reaction=reaction,
        time_limit=time_limit,
        poll_budget=poll_budget,
        tool_timeout=tool_timeout,
    )
    replaying = ReplayOptions(
        gateway=given_gateway(url, api_key, human_email, human_password_env, ready_file),
        upstream_host=upstream_host,
        poll_budget=poll_budget,
    )
    with progress(len(transcripts) * trials * (2 if compare else 1), "driving", quiet=quiet) as done:
        run = run_agent(
            transcripts,
            rules,
            options,
            replaying,
            skipped=skipped,
            progress=lambda report: done(report.session_id),
            name=f"{driven.name}: {', '.join(scenarios) or 'the shipped suite'}",
        )
    return concluded(run, reports, baseline, write_baseline, strict=strict, quiet=quiet, no_color=no_color)
