"""The client trusts the project where that decides whether the gateway is connected."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Fault, Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.faults import fault_at
from agentport_harness.setups.lists import listings
from agentport_harness.setups.setup import Entry, Setup


@setup_check(
    "DR111",
    level="SHOULD",
    why="Clients pass over what an untrusted project brings, since it could send your key anywhere.",
    mend="Start the client in the project and answer its question, or move the entry into your own configuration. "
    "Trust is never given by --fix.",
)
def project_trusted(setup: Setup) -> Iterator[Sight]:
    """An entry in a project's files is one that the client reads: the project is trusted, the server approved."""
    for part in setup.distrusted:
        yield fault_at(
            part, (), f"{setup.client.title} does not trust this project and passes over its configuration",
            expected=f"trust in the project: start {setup.client.command} there and answer its question",
        )  # fmt: skip
    if setup.client.name == "gemini" and setup.entries:
        yield from _gemini(setup)
    if setup.client.name == "claude-code":
        for entry in setup.entries:
            if entry.parts[0].file.scope == "project":
                yield _approved(setup, entry)


def _gemini(setup: Setup) -> Iterator[Sight]:
    if setup.trust == "no":
        trust = next(file for file in setup.files if file.place.holds == "trust")
        yield Fault(
            path=trust.path, message=f"Gemini CLI does not trust {setup.projects[0]}: there it starts no MCP server, "
            "your own ones included", expected="trust in the folder: start gemini there and answer its question",
        )  # fmt: skip
    elif setup.trust == "yes":
        yield Sound()


def _approved(setup: Setup, entry: Entry) -> Sight:
    lists = (
        ("enabledMcpjsonServers",),
        *((("projects", project, "enabledMcpjsonServers")) for project in setup.projects),
    )
    if any(entry.name in listing.texts for way in lists for listing in listings(setup, way)):
        return Sound()
    if any(file.source.at(("enableAllProjectMcpServers",)) is True for file in setup.files):
        return Sound()
    return fault_at(
        entry.parts[0], (), "Claude Code leaves a project's server out until you approve it",
        expected="your approval: start claude in the project and answer its question",
    )  # fmt: skip
