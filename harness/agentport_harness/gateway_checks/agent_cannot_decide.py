"""The agent's credential asks; it never decides, sets policy, reads logs or makes keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted
from agentport_harness.bench.http import Raw, bearer, key_header
from agentport_harness.core.json_values import JSON
from agentport_harness.core.urls import split_url

_RULE: Mapping[str, JSON] = {"priority": 1, "effect": "allow", "enabled": True, "conditions": []}


@gateway_check(
    "GW405",
    level="MUST",
    needs=("decide", "probe"),
    timeout=150,
    why="An agent that can approve its own calls, or lift the policy, needs no human: the gateway guards nothing.",
    mend="Ask every such endpoint for a human's sign-in; answer 401 or 403 to an API key, however it is sent.",
)
async def agent_cannot_decide(bench: Bench) -> AsyncIterator[Sighting]:
    """Agent credentials cannot approve, deny, change policy, read logs or make keys.

    Tried with the key as `X-API-Key` and as a bearer token, over the REST API and at the approval page; afterwards
    the request has to be undecided still.
    """
    tool = await bench.tool()
    agent = await bench.agent()
    key = bench.stand.first.api_key
    asked = await agent.ask(tool, {"amount": 5})
    at = f"/api/tool-approvals/requests/{asked.request_id}"
    setting = f"/api/tool-settings/{tool.integration_id}/{tool.name}"
    attempts: dict[str, tuple[str, str, Mapping[str, JSON] | None]] = {
        "approve": ("POST", f"{at}/approve-once", {}),
        "always allow": ("POST", f"{at}/allow-tool", {}),
        "deny": ("POST", f"{at}/deny", {}),
        "set a tool's mode": ("PUT", setting, {"mode": "allow"}),
        "add a rule": ("POST", f"{setting}/rules", _RULE),
        "change how long requests wait": ("PATCH", "/api/org-settings", {"approval_expiry_minutes": 1440}),
        "read the log": ("GET", "/api/logs", None),
        "list the approval requests": ("GET", "/api/tool-approvals/requests", None),
        "make a key": ("POST", "/api/api-keys", {"name": "made by an agent"}),
        "list the keys": ("GET", "/api/api-keys", None),
    }
    if bench.can("keys"):
        attempts["revoke a key"] = ("DELETE", f"/api/api-keys/{(await bench.key()).id}", None)
    for credential in (key_header(key), bearer(key)) if key else ({},):
        for what, (method, path, body) in attempts.items():
            answer = await bench.http(method, path, headers=credential, body=body)
            yield sighted(not _served(answer), f"an agent's credential can {what}", expected="401 or 403")
        page = split_url(asked.outcome.approval_url).path
        if page.startswith("/"):
            form = {**credential, "Content-Type": "application/x-www-form-urlencoded"}
            for word in ("approve_once", "approve-once", "approve"):
                await bench.http("POST", page, headers=form, body=f"decision={word}".encode())
    yield sighted(
        await bench.is_undecided(agent, asked.request_id) and not tool.received,
        "a request is decided, and no human did it",
        expected="still pending",
    )
    reply = await agent.call(tool, {"amount": 6})
    yield sighted(
        reply.kind == "approval_required", "an agent's credential changed a tool's mode", expected="approval required"
    )


def _served(answer: Raw) -> bool:
    """Whether the gateway did what was asked, or failed in it: a page for people or a redirect to one does nothing."""
    return answer.status >= 500 or (200 <= answer.status < 300 and (answer.status != 200 or answer.body is not None))
