"""`doctor`: examines the set-up of agent clients, and mends it when it is told to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from agentport_harness.cli.options import report_options, rule_options, split

if TYPE_CHECKING:
    from agentport_harness.runner.doctor import Examination
    from agentport_harness.setups.reading import Surroundings
    from agentport_harness.setups.versions import Version

MOST_ROUNDS = 5
"""How often what was mended is examined anew: one cure may bring the next fault to light."""


@click.command("doctor")
@click.option(
    "--client",
    "names",
    multiple=True,
    metavar="NAME",
    help="codex, claude-code, cursor, vscode, opencode or gemini. Repeatable; all that are found when left out.",
)
@click.option("--fix", is_flag=True, help="Mend what can be mended: shows each change first, and asks.")
@click.option("--yes", is_flag=True, help="With --fix: do not ask.")
@click.option("--url", default="", metavar="URL", help="Your gateway's MCP address, where no entry has it yet.")
@click.option("--offline", is_flag=True, help="Read files only; ask no gateway.")
@click.option(
    "--poll-budget",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="How long the gateway holds an await, where it does not say; 240 is assumed.",
)
@click.option("--project", type=click.Path(), default=".", help="The project to look at.  [default: here]")
@click.option(
    "--home", type=click.Path(), help="Another home to look at, a container's for one: no client is run then."
)
@click.option(
    "--client-version",
    "versions",
    multiple=True,
    metavar="NAME=VERSION",
    help="The version of a client that cannot say it itself. Repeatable.",
)
@rule_options
@report_options
def command(
    names: tuple[str, ...],
    fix: bool,
    yes: bool,
    url: str,
    offline: bool,
    poll_budget: float | None,
    project: str,
    home: str | None,
    versions: tuple[str, ...],
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
    """Examine how agent clients are connected to the gateway: configuration, endpoint and installed skills.

    It reads the clients' own files, in your home and in the project, and asks the gateway what the client would ask,
    with the client's own key. Each finding says where it is, why it matters and what to change. Nothing is changed
    without --fix; keys are never printed.

    \b
    agentport-conformance doctor
    agentport-conformance doctor --client codex --fix
    agentport-conformance doctor --client claude-code --url https://app.agentport.sh/mcp --fix
    """
    from agentport_harness.cli.output import concluded, parsed_formats, progress
    from agentport_harness.core.selection import selected
    from agentport_harness.runner.catalogue import setup_checks
    from agentport_harness.runner.doctor import Wishes, doctor

    reports = parsed_formats(formats)
    checks, _ = selected(
        setup_checks(), select=split(select), ignore=split(ignore), level=level.upper()  # type: ignore[arg-type]
    )  # fmt: skip
    around = _surroundings(home, project)
    wishes = Wishes(
        names=split(names), url=_checked(url), poll_budget=poll_budget or 0.0, offline=offline,
        versions=_versions(versions),
    )  # fmt: skip
    with progress(None, "examining", quiet=quiet) as looked_at:
        found = doctor(around, wishes, checks, progress=looked_at)
    rounds, left = 0, set[tuple[str, str]]()
    while fix and rounds < MOST_ROUNDS and _mend(found, around, left, yes=yes):
        with progress(None, "examining again", quiet=quiet) as looked_at:
            found = doctor(around, wishes, checks, progress=looked_at)
        rounds += 1
    code = concluded(found.run, reports, baseline, write_baseline, strict=strict, quiet=quiet, no_color=no_color)
    if not quiet:
        _advise(found, fix=fix, url=url)
    return code


def _advise(found: Examination, *, fix: bool, url: str) -> None:
    """Say what --fix could do, once the report is told."""
    if found.cures and not fix:
        many = f"{len(found.cures)} of these findings" if len(found.cures) > 1 else "one of these findings"
        click.echo(f"--fix can mend {many}; it shows each change and asks", err=True)
    absent = any(one.rule == "DR102" and one.findings for session in found.run.sessions for one in session.verdicts)
    if absent and not url:
        click.echo("--fix adds a missing entry when --url names your gateway's address, which ends in /mcp", err=True)


def _surroundings(home: str | None, project: str) -> Surroundings:
    import os
    from pathlib import Path

    from agentport_harness.config_files import projects_above, this_system
    from agentport_harness.core.errors import InputError
    from agentport_harness.setups.reading import Surroundings

    for folder in (home or ".", project):
        if not Path(folder).is_dir():
            raise InputError("no-such-folder", "no such folder", at=folder)
    return Surroundings(
        home=str(Path(home).absolute() if home else Path.home()),
        projects=projects_above(Path(project)),
        system=this_system(),
        environment=dict(os.environ),
        own=home is None,
    )


def _checked(url: str) -> str:
    from agentport_harness.core.errors import InputError
    from agentport_harness.setups.entries import urlsplit_or_none

    if url and (urlsplit_or_none(url) is None or not url.startswith(("http://", "https://"))):
        raise InputError("bad-url", f"{url!r} is no URL", hint="as in https://app.agentport.sh/mcp")
    return url


def _versions(given: tuple[str, ...]) -> dict[str, Version]:
    from agentport_harness.core.errors import InputError
    from agentport_harness.runner.catalogue import clients
    from agentport_harness.setups.versions import version_in

    versions = {}
    for text in given:
        name, _, version = text.partition("=")
        if name not in clients() or not version_in(version):
            raise InputError("bad-version", f"{text!r} is not NAME=VERSION", hint="as in codex=0.169.0")
        versions[name] = version_in(version)
    return versions


def _mend(found: Examination, around: Surroundings, left: set[tuple[str, str]], *, yes: bool) -> bool:
    """Show every change, ask, and make it; whether any was made. What was not made is ``left``, and not told again."""
    import sys

    from agentport_harness.core.errors import InputError
    from agentport_harness.core.safe_text import visible
    from agentport_harness.runner.mending import carry_out, planned

    made = False
    for change in planned(found.cures):
        same = (change.file.path, change.shown())
        if same in left:
            continue
        left.add(same)
        click.echo(visible(change.shown(), keep="\n\t"), err=True)
        if not change.changes:
            continue
        if not yes and not sys.stdin.isatty():
            click.echo("not changed: there is nobody to ask; --yes makes the change", err=True)
            continue
        if not yes and not click.confirm(f"change {visible(change.file.path)}?", err=True):
            continue
        try:
            kept = carry_out(change, around)
        except InputError as error:
            click.echo(f"not changed: {visible(str(error), keep=chr(10))}", err=True)
            continue
        made = True
        where = f"; what it was is in {kept}" if kept else ""
        click.echo(f"changed {visible(change.file.path)}{where}", err=True)
    return made
