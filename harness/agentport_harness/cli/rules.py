"""`rules`: the catalogue."""

from __future__ import annotations

import json

import click

from agentport_harness.cli.options import rule_options, split


@click.command("rules")
@rule_options
@click.option("--format", "format_", type=click.Choice(["terminal", "json"]), default="terminal", show_default=True)
def command(select: tuple[str, ...], ignore: tuple[str, ...], level: str, format_: str) -> int:
    """List the rules for agents (AP…) and the checks of gateways (GW…), skills (SK…) and set-ups (DR…), with texts.

    With --format json also why, how to mend, and every sentence of the conventions and of the skills that says it.
    """
    from agentport_harness.core.selection import selected
    from agentport_harness.runner.bindings import requirements
    from agentport_harness.runner.catalogue import every_check

    catalogue = every_check()
    rules, _ = selected(
        catalogue, select=split(select), ignore=split(ignore), level=level.upper()  # type: ignore[arg-type]
    )  # fmt: skip
    required = requirements()
    if format_ == "json":
        from dataclasses import asdict

        told = []
        for rule in rules:
            entry = {name: getattr(rule, name) for name in ("id", "slug", "level", "text", "why", "mend")}
            if rule.id in required:
                wanted = required[rule.id]
                entry["surfaces"] = sorted(wanted.facts.surfaces)
                entry["asked_in"] = [asdict(said) for said in wanted.asked]
                entry["taught_in"] = [asdict(said) for said in wanted.taught]
            told.append(entry)
        click.echo(json.dumps(told, indent=2))
        return 0
    for rule in rules:
        asked = required[rule.id].asked[0].where if rule.id in required else ""
        click.echo(f"{rule.id}  {rule.level:<6}  {rule.slug}{f'  ({asked})' if asked else ''}")
        click.echo(click.wrap_text(rule.text, width=100, initial_indent="    ", subsequent_indent="    "))
    return 0
