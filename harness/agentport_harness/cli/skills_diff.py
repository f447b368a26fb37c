"""`skills diff`: what an edit of a bundle does to the teaching of each convention."""

from __future__ import annotations

import click


@click.command("skills diff")
@click.argument("old")
@click.argument("new")
@click.option(
    "--format", "formats", multiple=True, metavar="F[=FILE]",
    help="terminal (the default), json or markdown. Repeatable; with =FILE the report goes there.",
)  # fmt: skip
def command(old: str, new: str, formats: tuple[str, ...]) -> int:
    """Compare two bundles: which conventions gained, lost or changed their teaching, and what the edit costs.

    OLD and NEW are folders (a repository, a folder of skills, one skill) or git revisions of this repository. Exits 1
    when a MUST rule loses its teaching.

    \b
    agentport-conformance skills diff origin/main HEAD --format markdown
    agentport-conformance skills diff v0.1.0 .
    """
    from pathlib import Path

    from agentport_harness.cli.output import write_whole
    from agentport_harness.core.errors import InputError
    from agentport_harness.runner.skills_diff import FORMATS, compared

    reports = [(name, target) for name, _, target in (given.partition("=") for given in formats or ("terminal",))]
    for name, _ in reports:
        if name not in FORMATS:
            raise InputError(
                "unknown-format", f"a comparison has no format {name!r}: choose one of {', '.join(FORMATS)}"
            )
    if len([target for _, target in reports if not target]) > 1:
        raise InputError("two-reports", "only one report can go to standard output: give the others a file (F=FILE)")
    comparison = compared(old, new)
    for name, target in reports:
        text = FORMATS[name](comparison)
        if target:
            write_whole(Path(target), text)
        else:
            click.echo(text, nl=False)
    return comparison.exit_code
