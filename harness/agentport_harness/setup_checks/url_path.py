"""The gateway's address ends in /mcp."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

from agentport_harness.core.inspection import Sound
from agentport_harness.core.json_values import as_text
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.edits import Put
from agentport_harness.setups.faults import fault_at, ill
from agentport_harness.setups.setup import Setup


@setup_check(
    "DR202",
    level="MUST",
    why="Anything else is the gateway's web page or a redirect, on which clients lose the key: the tools are missing.",
    mend="Let the address end in /mcp.",
)
def url_path(setup: Setup) -> Iterator[Sight]:
    """The entry's address ends in /mcp, without a slash behind it."""
    for entry in setup.entries:
        setting = next((name for name in setup.client.url_fields if name in entry.table), "")
        url = as_text(entry.table.get(setting))
        try:
            parts = urlsplit(url.strip())
        except ValueError:
            continue
        if parts.scheme not in ("http", "https") or not parts.netloc:
            continue
        if parts.path.endswith("/mcp"):
            yield Sound()
            continue
        right = urlunsplit((parts.scheme, parts.netloc, _path(parts.path), parts.query, ""))
        part = entry.part(setting)
        fault = fault_at(
            part, (setting,), "the address does not end in /mcp", expected=f'{setting}: "{right}"', evidence=url
        )
        yield ill(fault, part, Put(key=(*part.key, setting), value=right))


def _path(path: str) -> str:
    """The path that was meant: the endpoint beside the page or the older endpoint that is named."""
    kept = path.rstrip("/").removesuffix("/sse").removesuffix("/api").rstrip("/")
    return kept if kept.endswith("/mcp") else f"{kept}/mcp"
