"""`gateway`: checks a gateway by URL, requirement by requirement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from agentport_harness.cli.options import report_options, rule_options, split

F = TypeVar("F", bound=Callable[..., Any])
COMMANDS = {
    "approve": "approves {request_id} once",
    "deny": "denies {request_id}",
    "allow_tool": "approves {request_id} and allows the tool from now on",
    "set_mode": "sets {integration_id}'s {tool} to {mode}",
    "install": "installs the MCP server at {url} as {name} and prints its id",
    "uninstall": "removes {integration_id}",
    "set_expiry": "lets requests expire after {seconds}; empty for the default",
    "make_key": "makes an API key called {name} and prints its id and its secret",
    "revoke_key": "revokes {key_id}",
}


def _adapter_commands(function: F) -> F:
    """One option for each command of the command adapter."""
    for name, does in reversed(COMMANDS.items()):
        option = f"--{name.replace('_', '-')}-cmd"
        function = click.option(option, metavar="CMD", help=f"With --adapter command: {does}.")(function)
    return function


@click.command("gateway")
@click.option("--url", metavar="URL", help="A gateway's base or MCP URL. Left out: an embedded reference gateway.")
@click.option("--api-key", envvar="AGENTPORT_API_KEY", metavar="KEY", help="The agent's key. [env: AGENTPORT_API_KEY]")
@click.option("--ready-file", type=click.Path(), help="Take all of these from a file that `serve --ready-file` wrote.")
@click.option(
    "--adapter", metavar="NAME",
    help="Who decides and administers: agentport (its REST API), command, terminal, or one that a package offers. "
    "Left out: agentport with --human-email, command with a --…-cmd, else none.",
)  # fmt: skip
@click.option("--human-email", envvar="AGENTPORT_HUMAN_EMAIL", help="Who decides. [env: AGENTPORT_HUMAN_EMAIL]")
@click.option(
    "--human-password-env", default="AGENTPORT_HUMAN_PASSWORD", show_default=True, metavar="VAR",
    help="The variable that holds the human's password.",
)  # fmt: skip
@click.option(
    "--human-totp-env", default="AGENTPORT_HUMAN_TOTP_SECRET", show_default=True, metavar="VAR",
    help="The variable that holds the secret of the human's second factor: base32, or its otpauth:// URL.",
)  # fmt: skip
@click.option("--human-totp-file", type=click.Path(), help="A file that holds it instead.")
@click.option(
    "--second-api-key", envvar="AGENTPORT_SECOND_API_KEY", metavar="KEY",
    help="The key of an agent of another organisation. [env: AGENTPORT_SECOND_API_KEY]",
)  # fmt: skip
@click.option("--second-human-email", metavar="EMAIL", help="A human of that organisation.")
@click.option(
    "--second-human-password-env", default="AGENTPORT_SECOND_HUMAN_PASSWORD", show_default=True, metavar="VAR",
    help="The variable that holds that human's password.",
)  # fmt: skip
@click.option(
    "--second-human-totp-env", default="AGENTPORT_SECOND_HUMAN_TOTP_SECRET", show_default=True, metavar="VAR",
    help="The variable that holds the secret of that human's second factor.",
)  # fmt: skip
@click.option(
    "--tool", "tools", multiple=True, metavar="MODE=INTEGRATION/TOOL",
    help="A tool that is in this mode (allow, require_approval, deny) and takes any arguments. Repeatable.",
)  # fmt: skip
@click.option("--restart-cmd", default="", metavar="CMD", help="Kills the gateway and starts it again.")
@click.option("--stop-cmd", default="", metavar="CMD", help="Stops it in an orderly way and starts it again.")
@_adapter_commands
@click.option(
    "--probe-bind", default="127.0.0.1:0", show_default=True, metavar="HOST:PORT",
    help="Where the probe upstream listens; port 0 takes a free one.",
)  # fmt: skip
@click.option("--probe-url", default="", metavar="URL", help="Where the gateway reaches it, if that is elsewhere.")
@click.option(
    "--probe-integration", default="", metavar="ID",
    help="The integration as which you install the probe by hand, where no adapter can: its address is shown.",
)  # fmt: skip
@click.option(
    "--protocol", type=click.Choice(["auto", "legacy", "2026-07-28"]), default="auto", show_default=True,
    help="The MCP revision to speak; legacy is the 2025-11-25 handshake.",
)  # fmt: skip
@click.option(
    "--approval-by", type=click.Choice(["result", "elicitation", "tasks"]), default="result", show_default=True,
    help="How agents want to hear that a human has to approve: by the tool's result, a page to open, a task to poll.",
)  # fmt: skip
@click.option(
    "--calls", type=click.Choice(["meta", "direct"]), default="meta", show_default=True,
    help="How tools are called: by agentport__call_tool, or under their own names, and again once approved.",
)  # fmt: skip
@click.option("--rounds", type=click.IntRange(1, 1000), default=5, show_default=True, help="How often races are run.")
@click.option(
    "--poll-limit", type=click.FloatRange(1, 3600), default=60, show_default=True, metavar="SECONDS",
    help="The longest that one await may hold the line.",
)  # fmt: skip
@click.option(
    "--requirements", metavar="NAME|FILE",
    help="A frozen set of checks, such as 2026-11: the others run, and are not scored.",
)  # fmt: skip
@click.option("--badge", type=click.Path(), help="Write a badge: an SVG, or for shields.io with an ending of .json.")
@click.option("--jobs", type=click.IntRange(1, 64), default=8, show_default=True, help="Checks side by side.")
@rule_options
@report_options
def command(**given: Any) -> int:
    """Check what agents and humans can rely on in a gateway, requirement by requirement (GW…).

    Without --url an embedded reference gateway is started on loopback. A check whose need is not met is skipped with
    the reason. What a check sets up is taken down again: probe upstreams, keys, requests, settings.

    \b
    agentport-conformance gateway
    agentport-conformance gateway --url http://127.0.0.1:4747 --api-key ap_… --human-email me@example.com
    agentport-conformance gateway --url https://gw.example/mcp --api-key k --tool require_approval=crm/refund \\
        --approve-cmd 'curl -fsS -X POST https://gw.example/approvals/{request_id}/yes' \\
        --deny-cmd 'curl -fsS -X POST https://gw.example/approvals/{request_id}/no'
    """
    from agentport_harness.cli.output import concluded, parsed_formats, progress, write_whole
    from agentport_harness.core.selection import selected
    from agentport_harness.runner.catalogue import gateway_checks
    from agentport_harness.runner.gateway import check_gateway
    from agentport_harness.runner.gateway_options import gateway_options
    from agentport_harness.runner.requirements import read_requirements, scored

    reports = parsed_formats(given["formats"])
    required = read_requirements(given["requirements"]) if given["requirements"] else None
    checks, skipped = selected(
        gateway_checks(), select=split(given["select"]), ignore=split(given["ignore"]), level=given["level"].upper()
    )
    templates = {name: given[f"{name}_cmd"] for name in COMMANDS if given[f"{name}_cmd"]}
    options = gateway_options(given, templates)
    with progress(len(checks), "checking", quiet=given["quiet"]) as done:
        run = check_gateway(
            checks, options,
            skipped=skipped, progress=lambda check: done(f"{check.id} {check.slug}"),
            tell=lambda words: click.echo(words, err=True, nl=False),
        )  # fmt: skip
    if required is not None:
        run = scored(run, required)
    if given["badge"]:
        from pathlib import Path

        from agentport_harness.reports._badge import badge_json, badge_svg

        write_whole(Path(given["badge"]), (badge_json if given["badge"].endswith(".json") else badge_svg)(run))
    look = {name: given[name] for name in ("strict", "quiet", "no_color")}
    return concluded(run, reports, given["baseline"], given["write_baseline"], **look)
