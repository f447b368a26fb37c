"""`rules`: the catalogue."""

from __future__ import annotations

import json

import click

from agentport_harness.cli.options import rule_options, split


@click.command("rules")
@rule_options
@click.option("--format", "format_", type=click.Choice(["terminal", "json"]), default="terminal", show_default=True)
def command(select: tuple[str, ...], ignore: tuple[str, ...], level: str, format_: str) -> int:
    """List the rules for agents (AP…) and the checks of skills (SK…) and set-ups (DR…): id, level, slug, text."""
    from agentport_harness.core.rule import Rule
    from agentport_harness.core.selection import selected
    from agentport_harness.runner.catalogue import agent_rules, setup_checks, skill_checks, taught_in
    from agentport_harness.setups.check import SetupCheck
    from agentport_harness.skill_bundle.check import SkillCheck

    catalogue: tuple[Rule | SkillCheck | SetupCheck, ...] = (*agent_rules(), *skill_checks(), *setup_checks())
    rules, _ = selected(
        catalogue, select=split(select), ignore=split(ignore), level=level.upper()  # type: ignore[arg-type]
    )  # fmt: skip
    if format_ == "json":
        taught = taught_in()
        fields = ("id", "slug", "level", "text", "why", "mend")
        told = [
            {**{name: getattr(rule, name) for name in fields}, "taught_in": taught.get(rule.id, ())} for rule in rules
        ]
        click.echo(json.dumps(told, indent=2))
        return 0
    for rule in rules:
        click.echo(f"{rule.id}  {rule.level:<6}  {rule.slug}")
        click.echo(click.wrap_text(rule.text, width=100, initial_indent="    ", subsequent_indent="    "))
    return 0
