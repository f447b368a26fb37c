"""The options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def report_options(function: F) -> F:
    """--format, --baseline, --write-baseline, --strict, --quiet and --no-color."""
    for option in reversed(
        (
            click.option(
                "--format", "formats", multiple=True, metavar="F[=FILE]",
                help="Report format: terminal (the default), json, jsonl, junit, sarif, html, markdown, github. "
                "Repeatable; with =FILE the report goes there.",
            ),
            click.option(
                "--baseline", type=click.Path(), help="Known findings: they do not fail the run, stale entries do."
            ),
            click.option("--write-baseline", type=click.Path(), help="Write a baseline of every finding of this run."),
            click.option("--strict", is_flag=True, help="SHOULD findings fail the run too."),
            click.option("-q", "--quiet", is_flag=True, help="Only what is wrong."),
            click.option("--no-color", is_flag=True, help="No colours, even on a terminal."),
        )
    ):  # fmt: skip
        function = option(function)
    return function


def rule_options(function: F) -> F:
    """--select, --ignore and --level."""
    for option in reversed(
        (
            click.option("--select", multiple=True, metavar="ID", help="Only rules with this id or prefix."),
            click.option("--ignore", multiple=True, metavar="ID", help="No rule with this id or prefix."),
            click.option(
                "--level", type=click.Choice(["must", "should", "may"]), default="may", show_default=True,
                help="Only rules of at least this level.",
            ),
        )
    ):  # fmt: skip
        function = option(function)
    return function


def split(values: Sequence[str]) -> tuple[str, ...]:
    """Values that were given one by one or with commas between."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())
