"""What there is to call, told in the documented fields."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping

from agentport_harness.bench.agent import Reply
from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import NotReachedError, Sighting, Unseen, gateway_check, sighted
from agentport_harness.bench.published import schema_fault
from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.surfaces.discovery import (
    ALL_TOOLS,
    AUTH_STATUS,
    DESCRIPTION,
    INSTALLED,
    INTEGRATION,
    TOOLS,
    Shape,
    departures,
    rows_of,
    value_of,
)
from agentport_harness.surfaces.names import PREFIX

_DISCOVERY = frozenset(
    {
        "list_available_integrations",
        "get_integration",
        "list_installed_integrations",
        "get_auth_status",
        "list_integration_tools",
        "describe_tool",
    }
)


@gateway_check(
    "GW202",
    level="MUST",
    why="Agents and their skills read these fields: one that is missing or new is a tool that is called blindly.",
    mend="Answer with every documented field, under its documented name, and with modes of the documented set.",
)
async def discovery_outputs(bench: Bench) -> AsyncIterator[Sighting]:
    """List and describe results have the documented fields, and modes are from the documented set.

    Lists may be bare or a member of an object. Where a probe can be installed its own mode has to be told truly, and
    where a tool publishes an output schema its result has to keep to it.
    """
    agent = await bench.agent()
    schemas = {tool.name: tool.output_schema for tool in await agent.listed()}
    if lacking := _DISCOVERY - {name.removeprefix(PREFIX) for name in schemas}:
        raise NotReachedError(f"not offered: {', '.join(sorted(lacking))}")
    probe = await bench.tool() if bench.can("install") else None
    available = await agent.use("list_available_integrations", {})
    for sighting in _listing("list_available_integrations", available, INTEGRATION):
        yield sighting
    for first in _first(available):
        one = await agent.use("get_integration", {"integration_id": as_text(first.get("id"))})
        yield _whole("get_integration", one, INTEGRATION)
    installed = await agent.use("list_installed_integrations", {})
    for sighting in _listing("list_installed_integrations", installed, INSTALLED):
        yield sighting
    for tool, reply in (("list_available_integrations", available), ("list_installed_integrations", installed)):
        yield _kept(tool, reply, schemas)
    chosen = probe.integration_id if probe else next((_id(row) for row in _first(installed)), "")
    if not chosen:
        yield Unseen(reason="no integration is installed whose tools could be described")
        return
    status = await agent.use("get_auth_status", {"integration_id": chosen})
    yield _whole("get_auth_status", status, AUTH_STATUS)
    yield _whole("list_integration_tools", await agent.use("list_integration_tools", {}), ALL_TOOLS)
    listed = await agent.use("list_integration_tools", {"integration_id": chosen})
    yield _whole("list_integration_tools of one integration", listed, TOOLS)
    tools = rows_of(value_of(listed.structured, listed.text), "tools") or []
    if not tools:
        yield Unseen(reason="the integration has no tools")
        return
    named = {"integration_id": chosen, "tool_name": as_text(as_object(tools[0]).get("name"))}
    described = await agent.use("describe_tool", named)
    yield _whole("describe_tool", described, DESCRIPTION)
    for tool, reply in (("list_integration_tools", listed), ("describe_tool", described)):
        yield _kept(tool, reply, schemas)
    if probe:
        yield _mode(described, "require_approval", "default")
    if probe and bench.can("mode"):
        await bench.set_mode(probe, "deny")
        yield _mode(await agent.use("describe_tool", named), "deny", "configured")


def _whole(tool: str, reply: Reply, shape: Shape) -> Sighting:
    wrong = tuple(departures(value_of(reply.structured, reply.text), shape))
    said = "".join(f": {one}" for one in wrong[:1])
    return sighted(not wrong, f"{tool} does not answer as documented{said}", expected="the documented fields")


def _kept(tool: str, reply: Reply, schemas: Mapping[str, Mapping[str, JSON]]) -> Sighting:
    fault = schema_fault(schemas.get(f"{PREFIX}{tool}", {}), reply.structured)
    return sighted(
        not fault,
        f"{tool} does not keep to the output schema that it publishes",
        expected="structured content that fits",
        evidence=fault,
    )


def _listing(tool: str, reply: Reply, shape: Shape) -> Iterator[Sighting]:
    rows = rows_of(value_of(reply.structured, reply.text), "integrations")
    if rows is None:
        yield sighted(False, f"{tool} does not answer with a list", expected="a list of integrations")
        return
    wrong = tuple(departures(rows, [shape]))
    said = "".join(f": {one}" for one in wrong[:1])
    yield sighted(not wrong, f"{tool} does not answer as documented{said}", expected="the documented fields")


def _first(reply: Reply) -> Iterator[Mapping[str, JSON]]:
    for row in (rows_of(value_of(reply.structured, reply.text), "integrations") or [])[:1]:
        yield as_object(row)


def _id(row: Mapping[str, JSON]) -> str:
    return as_text(row.get("integration_id"))


def _mode(reply: Reply, mode: str, source: str) -> Sighting:
    told = as_object(as_object(value_of(reply.structured, reply.text)).get("approval"))
    return sighted(
        told.get("mode") == mode and told.get("source") == source,
        f"a tool whose mode is {mode} ({source}) is described with another",
        expected=f"mode {mode}, source {source}",
    )
