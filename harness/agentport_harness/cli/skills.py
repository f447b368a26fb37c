"""`skills`: checks a bundle of skills, compares two, and looks at installed copies."""

from __future__ import annotations

from typing import Any

import click

from agentport_harness.cli.options import report_options, rule_options, split


class _WithDiff(click.Command):
    """A command whose first argument may be `diff`, which is a command of its own."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        if args[:1] == ["diff"]:
            from agentport_harness.cli.skills_diff import command as diff

            context: click.Context = diff.make_context(f"{info_name} diff", args[1:], parent, **extra)
            return context
        return super().make_context(info_name, args, parent, **extra)


@click.command("skills", cls=_WithDiff)
@click.argument("folders", nargs=-1, metavar="[DIR]...")
@click.option("--installed", is_flag=True, help="Look at installed copies, in the projects DIR and in your home.")
@click.option(
    "--write-digests",
    "digests",
    is_flag=True,
    help="Write digests.json beside the skills, then check. The only thing it changes.",
)
@click.option("--no-gateway", is_flag=True, help="Start no gateway: names and examples are not tried.")
@rule_options
@report_options
def command(
    folders: tuple[str, ...],
    installed: bool,
    digests: bool,
    no_gateway: bool,
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
    """Check a bundle of skills: specification, budgets, links, examples on a live gateway, traceability to the rules.

    DIR is a repository, a folder of skills, or one skill; left out, ./skills, or the skills that this package carries.
    With --installed, each DIR is a project (the current folder when left out): every copy of the shipped skills in it
    and in your home is called current, stale, edited or missing, and nothing is changed. `skills diff OLD NEW`
    compares two bundles.

    \b
    agentport-conformance skills
    agentport-conformance skills my/skills --format github --format sarif=skills.sarif
    agentport-conformance skills --installed
    agentport-conformance skills diff origin/main HEAD --format markdown
    """
    from agentport_harness.cli.output import concluded, parsed_formats
    from agentport_harness.core.selection import selected
    from agentport_harness.runner.catalogue import skill_checks

    reports = parsed_formats(formats)
    checks, _ = selected(
        skill_checks(), select=split(select), ignore=split(ignore), level=level.upper()  # type: ignore[arg-type]
    )  # fmt: skip
    if installed:
        from agentport_harness.runner.installed import check_installed

        run = check_installed(folders, checks)
    else:
        from agentport_harness.runner.skills import check_skills
        from agentport_harness.skill_files import folder_bundle, write_digests

        folder = _one(folders)
        if digests:
            write_digests(folder)
        run = check_skills(folder_bundle(folder), checks, gateway=not no_gateway)
    return concluded(run, reports, baseline, write_baseline, strict=strict, quiet=quiet, no_color=no_color)


def _one(folders: tuple[str, ...]) -> str:
    """The bundle that is meant."""
    from pathlib import Path

    from agentport_harness.bundled import skills_folder
    from agentport_harness.core.errors import InputError

    if len(folders) > 1:
        raise InputError("two-folders", "one bundle at a time", hint="run the command once for each")
    if folders:
        return folders[0]
    return "skills" if Path("skills").is_dir() else str(skills_folder())
