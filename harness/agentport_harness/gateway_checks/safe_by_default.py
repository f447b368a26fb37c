"""What nobody decided about, a human decides about."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.agent import Named
from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted
from agentport_harness.bench.stand import Target


@gateway_check(
    "GW301",
    level="MUST",
    needs=("probe",),
    why="An upstream adds a tool, and the agent has it: what nobody has looked at must not run by itself.",
    mend="Take require_approval for every tool that has no setting, whatever it says about itself.",
)
async def safe_by_default(bench: Bench) -> AsyncIterator[Sighting]:
    """A tool nobody configured requires approval.

    So do one that calls itself read-only and, where REST APIs can be installed, one that only reads there.
    """
    agent = await bench.agent()
    plain = await bench.tool()
    tools: list[tuple[str, Named]] = [("a tool", plain)]
    reached = [plain.received]
    if bench.can("install"):
        reading = await bench.tool(annotations={"readOnlyHint": True, "destructiveHint": False, "idempotentHint": True})
        tools.append(("a tool that calls itself read-only", reading))
        reached.append(reading.received)
    if bench.can("install_api"):
        declared = {"name": "read", "description": "Reads.", "method": "GET", "path": "/things", "parameters": []}
        integration_id, answers = await bench.api([declared])
        tools.append(("a reading tool of a REST API", Target(integration_id=integration_id, name="read")))
        reached.append(answers.received)
    for (what, tool), calls in zip(tools, reached, strict=True):
        reply = await agent.call(tool, {})
        yield sighted(
            reply.kind == "approval_required" and not calls,
            f"{what} that nobody configured does not require approval",
            expected="approval_required, and no call upstream",
        )
