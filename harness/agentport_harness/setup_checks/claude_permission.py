"""Claude Code leaves approval to the gateway."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentport_harness.core.inspection import Fault, Sound
from agentport_harness.setups.check import Cure, Ill, Sight, setup_check
from agentport_harness.setups.edits import Exclude, Include
from agentport_harness.setups.lists import Listing, listings
from agentport_harness.setups.setup import Entry, Part, Setup
from agentport_harness.setups.tools import NEEDED

_OTHER = re.compile(r"[^A-Za-z0-9_-]")


@setup_check(
    "DR302",
    level="MUST",
    why="Without a rule Claude Code asks about every call a second time, and `claude -p`, which cannot ask, refuses "
    "it; the exit code is 0 all the same.",
    mend="Allow mcp__agentport__* in ~/.claude/settings.json. A rule in a project that is not trusted has no effect.",
)
def claude_permission(setup: Setup) -> Iterator[Sight]:
    """Claude Code has a rule that allows the gateway's tools, and none that asks about or denies them.

    Rules that work are ``mcp__agentport``, ``mcp__agentport__*`` and one for each tool; ``mcp__*`` does not.
    """
    for entry in setup.entries if setup.client.name == "claude-code" else ():
        server = f"mcp__{_OTHER.sub('_', entry.name)}"
        against = [*_against(setup, server)]
        yield from against
        if against:
            continue
        if _waved_through(setup) or any(_allows(listing, server) for listing in _in_force(setup)):
            yield Sound()
        else:
            yield from _missing(setup, entry, server)


def _in_force(setup: Setup) -> Iterator[Listing]:
    for listing in listings(setup, ("permissions", "allow")):
        if listing.file.place.holds == "settings" and (listing.file.scope != "project" or setup.trust == "yes"):
            yield listing


def _allows(listing: Listing, server: str) -> bool:
    texts = set(listing.texts)
    whole = {server, f"{server}__*", f"{server}__agentport__*"}
    return bool(texts & whole) or all(f"{server}__{tool}" in texts for tool in NEEDED)


def _waved_through(setup: Setup) -> bool:
    way = ("permissions", "defaultMode")
    return any(file.source.at(way) == "bypassPermissions" for file in setup.files if file.place.holds == "settings")


def _against(setup: Setup, server: str) -> Iterator[Sight]:
    for kind, effect in (("deny", "takes the gateway's tools away"), ("ask", "asks about every call")):
        for listing in listings(setup, ("permissions", kind)):
            for rule in listing.texts:
                if rule in (server, f"{server}__*") or rule in {f"{server}__{tool}" for tool in NEEDED}:
                    fault = Fault(
                        path=listing.file.path, line=listing.line(rule), message=f"a {kind} rule {effect}",
                        expected=f"permissions.{kind} without {rule}", evidence=rule,
                    )  # fmt: skip
                    yield Ill(fault=fault, cure=Cure(file=listing.file, edits=(Exclude(key=listing.key, text=rule),)))


def _missing(setup: Setup, entry: Entry, server: str) -> Iterator[Sight]:
    file = setup.file("user", "settings")
    if file is None:
        return
    like = [rule for listing in listings(setup, ("permissions", "allow")) for rule in listing.texts
            if rule.startswith("mcp__")]  # fmt: skip
    place: Part = entry.parts[0]
    line = file.line(("permissions", "allow")) if file.exists else 0
    if not file.exists:
        path, line = place.file.path, place.file.line(place.key)
    else:
        path = file.path
    said = f"; {', '.join(like[:3])} does not allow them" if like else ""
    fault = Fault(
        path=path, line=line,
        message="no rule allows the gateway's tools: Claude Code asks about every call, and `claude -p` refuses "
        f"it{said}",
        expected=f'"permissions": {{"allow": ["{server}__*"]}} in {file.path}',
    )  # fmt: skip
    cure = Cure(file=file, edits=(Include(key=("permissions", "allow"), text=f"{server}__*"),))
    yield Ill(fault=fault, cure=cure)
