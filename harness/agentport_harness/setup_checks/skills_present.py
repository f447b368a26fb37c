"""The skills are installed where this client reads them."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Fault, Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.setup import Setup


@setup_check(
    "DR501",
    level="SHOULD",
    why="Without the skills an agent that gets an approval link stops, or waits before the human has seen it.",
    mend="npx skills add yakkomajuri/agentport-skills -g -y with -a and the client's name.",
)
def skills_present(setup: Setup) -> Iterator[Sight]:
    """All of the gateway's skills are in folders that this client reads."""
    held = {copy.skill for folder in setup.skills for copy in folder.copies if "missing" not in copy.states}
    names = sorted(setup.skill_names)
    missing = [name for name in names if name not in held]
    if not missing:
        yield Sound()
        return
    agent = {"vscode": "github-copilot", "gemini": "gemini-cli"}.get(setup.client.name, setup.client.name)
    elsewhere = [folder.path for folder in setup.skills_elsewhere]
    whole = len(missing) == len(names)
    told = f": they are in {elsewhere[0]}, where it does not look" if elsewhere and whole else ""
    what = "the skills are" if whole else f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'}"
    yield Fault(
        path=setup.skills_home,
        message=f"{what} not installed for {setup.client.title}{told}",
        expected=f"npx skills add yakkomajuri/agentport-skills -a {agent} -g -y",
    )
