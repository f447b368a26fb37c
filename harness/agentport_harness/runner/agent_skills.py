"""Puts the skills where a client finds them: by the installer itself, or where it cannot run, as it would."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from agentport_harness.bundled import skills_folder
from agentport_harness.core.agent_client import AgentClient
from agentport_harness.transports.agent_process import run_client

INSTALL_LIMIT = 60.0
"""Seconds that the installer may take."""


def skill_names() -> tuple[str, ...]:
    """The shipped skills."""
    return tuple(sorted(path.parent.name for path in skills_folder().glob("*/SKILL.md")))


async def install_skills(
    client: AgentClient, home: Path, *, folder: Path, environment: Mapping[str, str], confined: bool, output: Path
) -> str:
    """Install the shipped skills for ``client`` into ``home``; says how. ``folder`` may hold the installer."""
    installer = shutil.which("skills", path=environment["PATH"])
    why = "there is no `skills` command beside the client's"
    if installer:
        ran = await run_client(
            [installer, "add", str(skills_folder()), "-g", "-a", client.installer, "-y"],
            cwd=folder,
            environment=environment,
            doors={} if confined else None,
            time_limit=INSTALL_LIMIT,
            output=output,
        )
        if ran.exit_code == 0 and all((home / client.skills / name / "SKILL.md").is_file() for name in skill_names()):
            return "installed by `skills add`"
        why = "the `skills` command failed (it needs Node 22.20 or later)"
    for name in skill_names():
        target = home / client.skills / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(skills_folder() / name, target)
    return f"placed as the installer does: {why}"
