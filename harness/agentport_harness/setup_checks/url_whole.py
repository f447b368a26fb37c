"""The gateway's address is one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from agentport_harness.core.inspection import Sound
from agentport_harness.core.json_values import as_text
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.edits import Put, Rename
from agentport_harness.setups.entries import address
from agentport_harness.setups.faults import fault_at, ill
from agentport_harness.setups.setup import Entry, Setup

_PLACEHOLDER = re.compile(r"(?i)<[^>]*>|\byour[-_.]|example\.(?:com|org|net)|//gateway/|\.\.\.|\bhost\b(?=[:/]|$)")


@setup_check(
    "DR201",
    level="MUST",
    why="Without the gateway's own address the client reaches nothing, and says at most that a server failed.",
    mend="Write the address as the gateway's Connect page gives it.",
)
def url_whole(setup: Setup) -> Iterator[Sight]:
    """The entry's address stands in the setting that the client reads, and is a whole http or https URL."""
    for entry in setup.entries:
        if "command" in entry.table:
            continue
        setting = next((name for name in setup.client.url_fields if name in entry.table), "")
        if not setting:
            yield _misnamed(setup, entry)
            continue
        url = as_text(entry.table[setting])
        wrong = _wrong(url)
        if not wrong:
            yield Sound()
            continue
        part = entry.part(setting)
        fault = fault_at(
            part, (setting,), f"the address {wrong}", expected="a URL as https://app.agentport.sh/mcp", evidence=url
        )
        clean = url.strip().strip("<>\"'")
        yield ill(fault, part, Put(key=(*part.key, setting), value=clean)) if not _wrong(clean) else fault


def _wrong(url: str) -> str:
    if url != url.strip() or any(character.isspace() for character in url):
        return "has blanks in it"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is no URL"
    if parts.scheme.lower() not in ("http", "https"):
        return "does not begin with https://"
    if not host:
        return "names no host"
    if _PLACEHOLDER.search(url):
        return "is a placeholder"
    if parts.username or parts.password:
        return "carries a user name or password, which clients do not send"
    return "is a variable, which this setting does not take" if url.startswith("$") or "${" in host else ""


def _misnamed(setup: Setup, entry: Entry) -> Sight:
    right = setup.client.url_fields[0]
    name = next((name for name in entry.table if setup.client.renamed.get(name) in setup.client.url_fields), "")
    part = entry.part(name)
    fault = fault_at(
        part, (name,) if name else (), f"{setup.client.title} does not read an address from {name!r}"
        if address(setup.client, entry.table) else "the entry has no address", expected=right, evidence=name,
    )  # fmt: skip
    return ill(fault, part, Rename(key=(*part.key, name), name=right)) if name else fault
