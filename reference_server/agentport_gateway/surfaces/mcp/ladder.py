"""The wait ladder: how a client that can do more than read text hears that a human must approve first.

The lowest rung, text with a structured result, is always there. The others are taken only when a setting allows
them and the client declares that it can: a page to open (URL-mode elicitation), or a task to poll.
"""

from __future__ import annotations

import base64
import hmac
import json
import uuid
from typing import TYPE_CHECKING, Any

import mcp_types as types
from mcp.shared.exceptions import MCPError, UrlElicitationRequiredError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from agentport_gateway.operations.awaiting import await_approval
from agentport_gateway.store import page_requests
from agentport_gateway.surfaces.mcp import tasks
from agentport_gateway.surfaces.mcp.pages import Pages
from agentport_gateway.surfaces.mcp.results import META_KEY, result_of

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

    from agentport_gateway.gateway import Gateway
    from agentport_gateway.surfaces.mcp.meta_tool import Invocation

SHARED_SESSION = "agentport.session"
"""Where the ASGI scope has the session, of those that several workers share."""

_PAGE = "approval"
_ELICITS_BY_ERROR = "2025-11-25"
_UUID_BYTES = 16


class Ladder:
    """Offers an approval by the highest rung that the settings allow and the client has declared."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._key = hmac.digest(gateway.settings.secret_key.encode(), b"state of an input request", "sha256")
        self._pages = Pages(gateway)

    async def offer(
        self,
        context: ServerRequestContext[Any, Any],
        params: types.CallToolRequestParams,
        invocation: Invocation,
        result: dict[str, Any],
    ) -> dict[str, Any]:
        """The result of a call as it is sent. Raises UrlElicitationRequiredError where that is how one asks."""
        facts = result["_meta"][META_KEY] if "_meta" in result else {}
        if facts.get("outcome") != "approval_required" or not self._gateway.settings.wait_rungs:
            return result
        if "tasks" in self._gateway.settings.wait_rungs and tasks.declared(context):
            return tasks.created(self._gateway, facts, result)
        if "elicitation" not in self._gateway.settings.wait_rungs or not _opens_pages(context):
            return result
        words = f"A human must approve this call to {facts['integration_id']}: open the page to decide."
        if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
            page = {"mode": "url", "message": words, "url": facts["approval_url"]}
            return {
                "resultType": "input_required",
                "inputRequests": {_PAGE: {"method": "elicitation/create", "params": page}},
                "requestState": self._seal(facts["request_id"], params, invocation),
            }
        if context.protocol_version != _ELICITS_BY_ERROR:
            return result
        await self._tell_when_decided(context, invocation, facts["request_id"])
        elicitation = types.ElicitRequestURLParams(
            message=words, url=facts["approval_url"], elicitation_id=facts["request_id"]
        )
        raise UrlElicitationRequiredError([elicitation], result["content"][0]["text"])

    async def resume(self, params: types.CallToolRequestParams, invocation: Invocation) -> dict[str, Any]:
        """The result of a call that is made again with what the client's user did about the page.

        Whoever opened it is waited for as by `await_approval`; for others the request stays as it is.
        """
        request_id = self._open(params, invocation)
        answer = (params.input_responses or {}).get(_PAGE)
        accepted = isinstance(answer, types.ElicitResult) and answer.action == "accept"
        outcome = await await_approval(
            self._gateway,
            invocation.agent,
            request_id,
            timeout_seconds=None if accepted else 0.0,
            on_progress=invocation.report_progress if accepted else None,
        )
        return result_of(self._gateway, outcome)

    def _seal(self, request_id: str, params: types.CallToolRequestParams, invocation: Invocation) -> str:
        raw = uuid.UUID(request_id).bytes
        return base64.urlsafe_b64encode(raw + self._mac(raw, params, invocation)).decode("ascii")

    def _open(self, params: types.CallToolRequestParams, invocation: Invocation) -> str:
        """The request that the state names. Raises MCPError unless it was given for this call to this credential."""
        try:
            state = base64.urlsafe_b64decode((params.request_state or "").encode("ascii"))
        except ValueError:
            state = b""
        raw, mac = state[:_UUID_BYTES], state[_UUID_BYTES:]
        if len(raw) != _UUID_BYTES or not hmac.compare_digest(mac, self._mac(raw, params, invocation)):
            raise MCPError(types.INVALID_PARAMS, "This requestState does not belong to this call.")
        return str(uuid.UUID(bytes=raw))

    def _mac(self, raw: bytes, params: types.CallToolRequestParams, invocation: Invocation) -> bytes:
        call = json.dumps([invocation.agent.key_id, params.name, params.arguments], sort_keys=True).encode()
        return hmac.digest(self._key, raw + call, "sha256")

    async def _tell_when_decided(
        self, context: ServerRequestContext[Any, Any], invocation: Invocation, request_id: str
    ) -> None:
        gateway, session = self._gateway, invocation.scope.get(SHARED_SESSION)
        if session is None:
            self._pages.asked(context, invocation.agent, request_id)
            return
        now = gateway.clock.now()
        await gateway.database.write(
            lambda connection: page_requests.remember(connection, session=session.name, request_id=request_id, now=now),
            durable=False,
        )
        for announce in gateway.announcements.page_asked:
            announce(session.name)


def _opens_pages(context: ServerRequestContext[Any, Any]) -> bool:
    session = None if context.request is None else context.request.scope.get(SHARED_SESSION)
    if session is not None:
        return bool(session.opens_pages)
    declared = context.session.client_capabilities
    return declared is not None and declared.elicitation is not None and declared.elicitation.url is not None
