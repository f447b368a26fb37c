"""The documented tools are there and take what is documented."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, Violated, gateway_check, sighted
from agentport_harness.core.json_values import as_object
from agentport_harness.surfaces.names import OPTIONAL_ARGUMENTS, PREFIX, REQUIRED_ARGUMENTS


@gateway_check(
    "GW201",
    level="MUST",
    why="Skills and agents are taught these names: a missing or different one is a call that cannot be made.",
    mend="List every tool of the surface; add arguments as optional ones only.",
)
async def meta_tools(bench: Bench) -> AsyncIterator[Sighting]:
    """The documented tools with compatible input schemas; an unknown tool is an error."""
    agent = await bench.agent()
    listed = {tool.name.removeprefix(PREFIX): tool for tool in await agent.listed() if tool.name.startswith(PREFIX)}
    for name, required in REQUIRED_ARGUMENTS.items():
        if name not in listed:
            yield Violated(message=f"{PREFIX}{name} is not listed", expected="the documented tools")
            continue
        schema = as_object(listed[name].input_schema)
        asked = schema.get("required")
        demanded = {one for one in asked if isinstance(one, str)} if isinstance(asked, list) else set()
        missing = (required | OPTIONAL_ARGUMENTS.get(name, frozenset())) - set(as_object(schema.get("properties")))
        yield sighted(
            not missing and demanded <= required,
            f"{PREFIX}{name} takes other arguments",
            expected=f"required no more than {sorted(required)}, and all of the documented ones",
            evidence=f"not taken: {sorted(missing)}; required as well: {sorted(demanded - required)}",
        )
    reply = await agent.use("no_such_tool", {})
    yield sighted(reply.is_error, "an unknown tool is answered as if it were one", expected="an error")
