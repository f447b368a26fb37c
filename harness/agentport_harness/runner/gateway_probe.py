"""Whether the probe is in the gateway and reached from there: looked at before the checks, and said once."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import anyio

from agentport_harness.bench.by_hand import NAMES, HandInstalled
from agentport_harness.bench.stand import Stand
from agentport_harness.bench.undoing import to_the_end
from agentport_harness.core.errors import HarnessError, UnreachableError
from agentport_harness.surfaces.names import PREFIX
from agentport_harness.transports.adapter import GatewayAdapter
from agentport_harness.transports.mcp import McpSession, connect
from agentport_harness.transports.probe import Probe, ProbeTool, nobody

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PATIENCE = 300.0
"""Seconds for a person to install the probe."""
CLEAN_UP = 5.0
"""Seconds that removing it may take."""
REACHED = 10.0
"""Seconds for a gateway to look at what was installed."""
_LOOK_AGAIN = 1.0
_ANSWER = 20.0


async def with_probe(stand: Stand, tell: Callable[[str], None]) -> Stand:
    """The stand, with why there is no probe in the gateway where there is none.

    Waits for a person who installs it, and tells them what to install. Raises `UnreachableError` when nobody does.
    """
    if stand.by_hand is not None:
        await _installed(stand, stand.by_hand, tell)
        return stand
    if stand.probe is None or stand.first.adapter is None or "install" not in stand.skills:
        return stand
    return replace(stand, no_probe=await _trouble(stand, stand.first.adapter, stand.probe))


async def _installed(stand: Stand, hand: HandInstalled, tell: Callable[[str], None]) -> None:
    told = False
    with anyio.move_on_after(PATIENCE):
        while True:
            async with _session(stand) as session:
                if await _lists_it(session, hand.integration_id, direct=stand.calls == "direct"):
                    return
            if not told:
                told = True
                tell(
                    f"Please install the probe in your gateway: the MCP server {hand.url}, without credentials, "
                    f"as {hand.integration_id!r}.\n"
                    f"Waiting up to {PATIENCE / 60:.0f} minutes until its tools are listed (Ctrl-C ends) …\n"
                )
            await anyio.sleep(_LOOK_AGAIN)
    raise UnreachableError(
        "probe-not-installed", f"the gateway lists no tool {NAMES[0]} of an integration {hand.integration_id!r}",
        hint=f"install the MCP server {hand.url} there; if the gateway reaches it elsewhere, say so with --probe-url",
    )  # fmt: skip


async def _trouble(stand: Stand, adapter: GatewayAdapter, probe: Probe) -> str:
    """Why no check will see what reaches an upstream, empty where that works."""
    key = f"probe-reach-{stand.unique()}"
    before = probe.asked
    url = probe.serve(key, (ProbeTool(),), nobody)
    try:
        integration_id = await adapter.install(key, url)
    except Exception as error:  # noqa: BLE001 whatever an adapter of a package raises
        probe.remove(key)
        said = error.message if isinstance(error, HarnessError) else repr(error)
        return f"the probe could not be installed: {stand.redactor.text(said)}"
    try:
        async with _session(stand) as session:
            with anyio.move_on_after(REACHED):
                while probe.asked == before:
                    await _lists_it(session, integration_id)
                    await anyio.sleep(0.1)
    finally:
        probe.remove(key)
        with suppress(HarnessError):
            await to_the_end(lambda: adapter.uninstall(integration_id), CLEAN_UP)
    if probe.asked > before:
        return ""
    return f"the gateway does not reach the probe at {probe.base_url}: give the address that it reaches (--probe-url)"


@asynccontextmanager
async def _session(stand: Stand) -> AsyncIterator[McpSession]:
    key = stand.first.api_key
    async with connect(stand.mcp_url, key, protocol=stand.protocol, headers=stand.credential) as session:
        yield session


async def _lists_it(session: McpSession, integration_id: str, *, direct: bool = False) -> bool:
    """Whether the agent is told of the probe's tools."""
    try:
        if direct:
            return NAMES[0] in await session.tools()
        told = await session.call(
            f"{PREFIX}list_integration_tools", {"integration_id": integration_id}, timeout=_ANSWER
        )
    except UnreachableError:
        return False
    return NAMES[0] in f"{told.text}{json.dumps(told.structured)}"
