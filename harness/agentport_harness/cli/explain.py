"""`explain`: one rule in full."""

from __future__ import annotations

import click


@click.command("explain")
@click.argument("rule_id", metavar="ID")
def command(rule_id: str) -> int:
    """Explain one rule: what it asks, why it matters to the human, how to mend a fault, where it is taught.

    ID is the id of a rule (AP102), of a check of skills (SK301) or of a client's set-up (DR204), or its slug
    (approval-url-verbatim).
    """
    from agentport_harness.core.errors import InputError
    from agentport_harness.core.rule import Rule
    from agentport_harness.runner.catalogue import agent_rules, setup_checks, skill_checks, taught_in
    from agentport_harness.setups.check import SetupCheck
    from agentport_harness.skill_bundle.check import SkillCheck

    wanted = rule_id.casefold()
    catalogue: tuple[Rule | SkillCheck | SetupCheck, ...] = (*agent_rules(), *skill_checks(), *setup_checks())
    rule = next((rule for rule in catalogue if wanted in (rule.id.casefold(), rule.slug)), None)
    if rule is None:
        raise InputError("unknown-rule", f"no rule {rule_id!r}", hint="`agentport-conformance rules` lists them")
    click.echo(f"{rule.id} {rule.slug} ({rule.level})\n")
    for title, text in (
        ("", rule.text),
        ("Why", rule.why),
        ("How to mend", rule.mend),
        ("Conforms", rule.passes if isinstance(rule, Rule) else ""),
        ("Breaks it", rule.fails if isinstance(rule, Rule) else ""),
        ("Taught in", ", ".join(taught_in().get(rule.id, ())) if isinstance(rule, Rule) else ""),
        ("Fine points", rule.fine_points),
    ):
        if not text:
            continue
        if title:
            click.echo(title)
        indent = "  " if title else ""
        click.echo(
            click.wrap_text(text, width=100, initial_indent=indent, subsequent_indent=indent, preserve_paragraphs=True)
        )
        click.echo()
    return 0
