"""What agents see of the gateway before they call anything: the same on both protocol revisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .world import BOTH_REVISIONS

if TYPE_CHECKING:
    from .world import World

pytestmark = pytest.mark.anyio

# Each tool: what it must be given, what it may be given, and what it does besides reading.
TOOLS: dict[str, tuple[set[str], set[str], set[str]]] = {
    "list_available_integrations": (set(), {"type", "query"}, set()),
    "get_integration": ({"integration_id"}, set(), set()),
    "list_installed_integrations": (set(), set(), set()),
    "install_integration": ({"integration_id", "auth_method"}, {"token"}, {"changes", "reaches out"}),
    "uninstall_integration": ({"integration_id"}, set(), {"changes", "destroys"}),
    "get_auth_status": ({"integration_id"}, set(), set()),
    "start_oauth_flow": ({"integration_id"}, set(), {"changes", "reaches out"}),
    "list_integration_tools": (set(), {"integration_id", "query"}, {"reaches out"}),
    "describe_tool": ({"integration_id", "tool_name"}, set(), {"reaches out"}),
    "call_tool": (
        {"integration_id", "tool_name", "arguments"},
        {"additional_info"},
        {"changes", "destroys", "reaches out"},
    ),
    "await_approval": ({"request_id"}, {"timeout_seconds"}, {"changes", "destroys", "reaches out"}),
}


@pytest.mark.parametrize("mode", BOTH_REVISIONS)
async def test_eleven_tools_say_what_they_take_and_whether_they_only_read(world: World, mode: str) -> None:
    async with world.agent(mode=mode) as agent:
        listed = (await agent.list_tools()).tools
    seen = {}
    for tool in listed:
        properties, required = set(tool.input_schema["properties"]), set(tool.input_schema.get("required", ()))
        hints = tool.annotations
        assert hints is not None
        effects = {"changes"} if not hints.read_only_hint else set()
        effects |= {"destroys"} if hints.destructive_hint else set()
        effects |= {"reaches out"} if hints.open_world_hint else set()
        assert tool.input_schema["additionalProperties"] is False
        assert tool.description
        seen[tool.name.removeprefix("agentport__")] = (required, properties - required, effects)
    assert seen == TOOLS


# A client that is told the revision does not ask what the server says of itself.
@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_the_instructions_tell_what_to_do_when_a_human_must_approve(world: World, mode: str) -> None:
    async with world.agent(mode=mode) as agent:
        instructions = agent.instructions or ""
        capabilities = agent.server_capabilities
    for word in ("approval_url", "agentport__await_approval", "additional_info", "still_pending"):
        assert word in instructions
    # Every client puts them before its model on every turn.
    assert len(instructions) < 2_000
    assert capabilities.tools is not None
    assert capabilities.tools.list_changed is True
