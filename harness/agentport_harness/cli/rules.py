"""`rules`: the catalogue."""

from __future__ import annotations

import json

import click

from agentport_harness.cli.options import rule_options, split


@click.command("rules")
@rule_options
@click.option("--format", "format_", type=click.Choice(["terminal", "json"]), default="terminal", show_default=True)
def command(select: tuple[str, ...], ignore: tuple[str, ...], level: str, format_: str) -> int:
    """List the rules for agents: id, level, slug and what a conforming agent does."""
    from agentport_harness.core.selection import selected
    from agentport_harness.runner.catalogue import agent_rules

    rules, _ = selected(
        agent_rules(), select=split(select), ignore=split(ignore), level=level.upper()  # type: ignore[arg-type]
    )  # fmt: skip
    if format_ == "json":
        fields = ("id", "slug", "level", "text", "why", "mend", "taught_in")
        click.echo(json.dumps([{name: getattr(rule, name) for name in fields} for rule in rules], indent=2))
        return 0
    for rule in rules:
        click.echo(f"{rule.id}  {rule.level:<6}  {rule.slug}")
        click.echo(click.wrap_text(rule.text, width=100, initial_indent="    ", subsequent_indent="    "))
    return 0
