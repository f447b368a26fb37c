"""Two organisations on one gateway do not know of each other."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import NotReachedError, Sighting, gateway_check, sighted
from agentport_harness.core.json_values import JSON
from agentport_harness.core.transcript import Deed
from agentport_harness.transports.adapter import GatewayAdapter, skills_of

_NOWHERE = "no-such-integration"
_DEEDS: tuple[Deed, ...] = ("approves", "always_allows", "denies")


@gateway_check(
    "GW406",
    level="MUST",
    needs=("install", "probe", "second"),
    timeout=240,
    why="One organisation's tools, reasons and approvals in another's hands is a breach, whatever else works.",
    mend="Narrow every statement by the caller's organisation; answer for another's ids exactly as for unknown ones.",
)
async def tenant_isolation(bench: Bench) -> AsyncIterator[Sighting]:
    """Nothing of one organisation is visible or usable from another.

    The other organisation knows every id. Its agent lists, describes, calls, awaits and uninstalls, over MCP and
    REST; its human, where there is one, looks at requests and the log, and decides.
    """
    second = bench.stand.second
    if second is None:
        raise NotReachedError("there is no second organisation")
    word = f"private {bench.stand.unique()}"
    tool = await bench.tool(description=word, name="act")
    agent = await bench.agent()
    other = await bench.agent(api_key=second.api_key)
    asked = await agent.ask(tool, {"note": word}, info=word)

    of_it: dict[str, JSON] = {"integration_id": tool.integration_id}
    lookups: dict[str, dict[str, JSON]] = {
        "list_available_integrations": {},
        "get_integration": of_it,
        "list_installed_integrations": {},
        "get_auth_status": of_it,
        "list_integration_tools": of_it,
        "describe_tool": {**of_it, "tool_name": tool.name},
    }
    for name, arguments in lookups.items():
        reply = await other.use(name, arguments)
        told = f"{reply.text} {json.dumps(reply.structured)}"
        named = not arguments and tool.integration_id in told
        yield sighted(
            word not in told and not named and tool.url not in told,
            f"another organisation's agent sees it: {name}",
            expected="nothing of the first organisation's",
        )
        if arguments:
            unknown = await other.use(name, {**arguments, "integration_id": _NOWHERE})
            yield sighted(
                reply.text.replace(tool.integration_id, _NOWHERE) == unknown.text,
                f"{name} tells another organisation's id from one that does not exist",
                expected="the same answer",
            )
    for path in ("/api/installed", "/api/tools", f"/api/tools/{tool.integration_id}"):
        answer = await bench.http("GET", path, headers=bench.stand.credential_of(second.api_key))
        yield sighted(
            word not in answer.text and tool.url not in answer.text,
            f"another organisation's key sees it over REST: {path.replace(tool.integration_id, '…')}",
            expected="nothing of the first organisation's",
        )
    reply = await other.call(tool, {"note": "from outside"})
    yield sighted(
        reply.kind not in ("executed", "approval_required"),
        "another organisation's agent can call the tool",
        expected="an error",
    )
    reply = await other.wait(asked.request_id, budget=1)
    yield sighted(
        reply.kind not in ("still_pending", "executed") and word not in reply.text,
        "another organisation's agent can await the request",
        expected="not found",
    )
    await other.use("uninstall_integration", of_it)
    if second.adapter is not None:
        async for sighting in _human(second.adapter, asked.request_id, word):
            yield sighting
    yield sighted(
        await bench.is_undecided(agent, asked.request_id) and not tool.received,
        "another organisation ended or decided the request",
        expected="still pending",
    )
    mine = await agent.ask(tool, {"note": "after"})
    yield sighted(bool(mine.request_id), "another organisation changed the tool", expected="approval required")


async def _human(human: GatewayAdapter, request_id: str, word: str) -> AsyncIterator[Sighting]:
    """What a human of the other organisation sees and can do, as far as the adapter goes."""
    skills = skills_of(human)
    seen: dict[str, JSON] = {}
    if "requests" in skills:
        seen["the list of requests"] = [dict(one) for one in await human.requests()]
        seen["one request"] = dict(await human.request(request_id))
    if "log" in skills:
        seen["the log"] = [dict(one) for one in await human.log()]
    for what, found in seen.items():
        told = json.dumps(found, ensure_ascii=False)
        yield sighted(
            word not in told and request_id not in told,
            f"another organisation's human sees it: {what}",
            expected="nothing of the first organisation's",
            evidence=told[:300],
        )
    for deed in _DEEDS if "decide" in skills else ():
        decided = await human.try_decide(request_id, deed)
        yield sighted(
            not decided.accepted,
            f"another organisation's human {deed.replace('_', ' ')} it",
            expected="404",
            evidence=f"{decided.status} {decided.text}",
        )
