"""What `session_bound` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.domain.identity import Agent
from agentport_gateway.operations import calling
from agentport_gateway.surfaces.mcp.endpoint import McpEndpoint
from agentport_gateway.surfaces.mcp.sessions import Sessions
from tests.faults.fault import breaks, wraps

_SESSION = b"mcp-session-id"


@wraps("GW410")
def sessions_serve_anybody(front: Any) -> Any:
    """Whoever names a session acts as the one who opened it."""
    openers: dict[bytes, list[tuple[bytes, bytes]]] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await front(scope, receive, send)
            return
        credential = [(name, value) for name, value in scope["headers"] if name in (b"x-api-key", b"authorization")]
        session = dict(scope["headers"]).get(_SESSION)
        if session in openers and credential:
            others = [(name, value) for name, value in scope["headers"] if name not in dict(credential)]
            scope = {**scope, "headers": [*others, *openers[session]]}

        async def noted(message: Any) -> None:
            if message["type"] == "http.response.start" and (opened := dict(message["headers"]).get(_SESSION)):
                openers.setdefault(opened, credential)
            await send(message)

        await front(scope, receive, noted)

    app.gateway = front.gateway
    return app


@breaks("GW410")
def revoked_keys_keep_their_sessions(patch: pytest.MonkeyPatch) -> None:
    """On a session a key is not looked up again."""
    whole = McpEndpoint._agent
    known: dict[bytes, Agent] = {}

    async def broken(endpoint: McpEndpoint, headers: dict[bytes, bytes]) -> Agent | None:
        key = headers.get(b"x-api-key", b"")
        if _SESSION in headers and key in known:
            return known[key]
        agent = await whole(endpoint, headers)
        if agent is not None:
            known[key] = agent
        return agent

    async def nothing(_sessions: Sessions, _client_id: str) -> None:
        return

    patch.setattr(McpEndpoint, "_agent", broken)
    patch.setattr(Sessions, "end_sessions_of", nothing)


@breaks("GW410")
def log_names_the_first_key(patch: pytest.MonkeyPatch) -> None:
    """Every call of an organisation is put down to the key that called first."""
    whole = calling.entry_for
    first: dict[str, Any] = {}

    def broken(**given: Any) -> Any:
        caller = given["caller"]
        return whole(**{**given, "caller": first.setdefault(caller.org_id, caller)})

    patch.setattr(calling, "entry_for", broken)
