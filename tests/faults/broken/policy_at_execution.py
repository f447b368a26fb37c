"""What `policy_at_execution` has to see."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import true

from agentport_gateway.operations import configuring, running
from agentport_gateway.store import approval_statements as statements
from agentport_gateway.store import approvals
from agentport_gateway.surfaces.mcp import server
from agentport_gateway.surfaces.mcp.tools import describe_tool
from agentport_gateway.views import Views
from tests.faults.fault import breaks


@breaks("GW407")
def denial_comes_too_late(patch: pytest.MonkeyPatch) -> None:
    """A tool that is set to deny goes on running what was asked for before."""
    whole, end_live = running.decide, approvals.end_live

    def decide(**given: Any) -> Any:
        verdict = whole(**given)
        return replace(verdict, mode="require_approval") if verdict.mode == "deny" else verdict

    def ends(connection: Any, **given: Any) -> Any:
        return [] if given["reason"] == "policy_denied" else end_live(connection, **given)

    patch.setattr(running, "decide", decide)
    patch.setattr(configuring.approvals, "end_live", ends)
    patch.setattr(statements, "CONSUME", unguarded("tool_settings"))


def unguarded(table: str) -> Any:
    """The statement that consumes an approval, without its conditions that speak of this table or column."""
    kept = [one for one in statements.CONSUME._where_criteria if table not in str(one)]
    consuming = statements.CONSUME._generate()
    consuming._where_criteria = tuple(kept) or (true(),)
    return consuming


@breaks("GW407")
def described_modes_stay(patch: pytest.MonkeyPatch) -> None:
    """A tool keeps the mode that it was described with."""
    described: dict[str, dict[tuple[str, str], Any]] = defaultdict(dict)
    of, whole = Views.of, server.meta_tools

    async def run(invocation: Any, given: Any) -> Any:
        view = await of(invocation.gateway.views, invocation.agent.org_id)
        place = (given.integration_id, given.tool_name)
        described[view.org_id][place] = view.modes.get(place, "require_approval")
        return await describe_tool.run(invocation, given)

    async def broken(views: Views, org_id: str) -> Any:
        view = await of(views, org_id)
        return replace(view, modes={**view.modes, **described[org_id]})

    patch.setattr(Views, "of", broken)
    patch.setattr(
        server,
        "meta_tools",
        lambda: [replace(tool, run=run) if tool.name == "describe_tool" else tool for tool in whole()],
    )
