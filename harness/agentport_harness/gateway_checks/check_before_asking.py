"""A human's time is not asked for what is bound to fail."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted
from agentport_harness.bench.stand import Target
from agentport_harness.core.json_values import JSON

PROMPT = 5.0
"""Seconds within which a refusal is at once."""
_SCHEMA: dict[str, JSON] = {
    "type": "object",
    "properties": {"amount": {"type": "integer"}, "currency": {"enum": ["EUR", "USD"]}},
    "required": ["amount"],
    "additionalProperties": False,
}


@gateway_check(
    "GW206",
    level="SHOULD",
    needs=("probe",),
    why="A human who approves a call that then fails on a misspelt argument is asked again, and reads less each time.",
    mend="Look the tool up and check the arguments against its input schema before a request is made.",
)
async def check_before_asking(bench: Bench) -> AsyncIterator[Sighting]:
    """An unknown tool, or arguments that its schema refuses, are refused at once: no human is asked for a sure failure.

    Not testable unless the same tool asks for approval when its arguments fit.
    """
    tool = await bench.tool(input_schema=_SCHEMA)
    agent = await bench.agent()
    await agent.ask(tool, {"amount": 5, "currency": "EUR"})
    unknown = Target(integration_id=tool.integration_id, name="no_such_tool")
    nowhere = Target(integration_id="conformance-no-such-integration", name=tool.name)
    tries: list[tuple[str, Target, JSON]] = [
        ("an unknown tool", unknown, {"amount": 5}),
        ("a tool of an unknown integration", nowhere, {"amount": 5}),
    ]
    own = Target(integration_id=tool.integration_id, name=tool.name)
    unfit: tuple[tuple[str, JSON], ...] = (
        ("a missing argument", {"currency": "EUR"}),
        ("an argument of another type", {"amount": "five"}),
        ("a value outside its enumeration", {"amount": 5, "currency": "gold"}),
        ("an undeclared argument", {"amount": 5, "note": "x"}),
    )
    tries += [(what, own, arguments) for what, arguments in unfit]
    prompt = PROMPT + await bench.slack()
    for what, target, arguments in tries:
        reply = await agent.call(target, arguments)
        yield sighted(
            reply.kind != "approval_required", f"a human is asked to approve {what}", expected="a refusal at once"
        )
        yield sighted(
            reply.kind == "approval_required" or (reply.is_error and reply.seconds < prompt),
            f"{what} is not refused at once",
            expected="an error that says what does not fit",
        )
