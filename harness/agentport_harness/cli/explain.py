"""`explain`: one rule in full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from agentport_harness.runner.bindings import Binding

_WIDTH = 100


@click.command("explain")
@click.argument("rule_id", metavar="ID")
def command(rule_id: str) -> int:
    """Explain one rule: what it asks, why it matters to the human, how to mend a fault, where it is taught.

    ID is the id of a rule (AP102), of a check of gateways (GW302), of skills (SK301) or of a client's set-up (DR204),
    or its slug
    (approval-url-verbatim).
    """
    from agentport_harness.bench.check import GatewayCheck
    from agentport_harness.core.errors import InputError
    from agentport_harness.core.rule import Rule
    from agentport_harness.runner.bindings import requirements
    from agentport_harness.runner.catalogue import every_check

    wanted = rule_id.casefold()
    catalogue = every_check()
    rule = next((rule for rule in catalogue if wanted in (rule.id.casefold(), rule.slug)), None)
    if rule is None:
        raise InputError("unknown-rule", f"no rule {rule_id!r}", hint="`agentport-conformance rules` lists them")
    required = requirements().get(rule.id)
    surfaces = f", on {', '.join(sorted(required.facts.surfaces))}" if required else ""
    click.echo(f"{rule.id} {rule.slug} ({rule.level}{surfaces})\n")
    _paragraph("", rule.text)
    _paragraph("Why", rule.why)
    _paragraph("How to mend", rule.mend)
    if isinstance(rule, Rule):
        _paragraph("Conforms", rule.passes)
        _paragraph("Breaks it", rule.fails)
    if isinstance(rule, GatewayCheck):
        _paragraph("Needs", ", ".join(rule.needs))
    if required:
        _sentences("Asked in", required.asked)
        _sentences("Taught in", required.taught)
    _paragraph("Fine points", rule.fine_points)
    return 0


def _paragraph(title: str, text: str) -> None:
    if text:
        if title:
            click.echo(title)
        click.echo(_wrapped(text, "  " if title else "", paragraphs=True))
        click.echo()


def _sentences(title: str, said: Iterable[Binding]) -> None:
    lines = [line for where, group in groupby(said, key=lambda one: one.where) for line in _section(where, group)]
    if lines:
        click.echo("\n".join([title, *lines, ""]))


def _section(where: str, said: Iterable[Binding]) -> Iterator[str]:
    yield f"  {where}"
    for one in said:
        yield _wrapped(f"{one.level:<6} {one.text}", "    ", hanging=" " * 11)


def _wrapped(text: str, indent: str, *, hanging: str = "", paragraphs: bool = False) -> str:
    return click.wrap_text(
        text,
        width=_WIDTH,
        initial_indent=indent,
        subsequent_indent=hanging or indent,
        preserve_paragraphs=paragraphs,
    )
