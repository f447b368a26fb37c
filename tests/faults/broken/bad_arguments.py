"""What `bad_arguments` has to see."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from agentport_gateway.surfaces.body import replaying
from agentport_gateway.surfaces.mcp import meta_tool
from agentport_gateway.surfaces.mcp.meta_tool import MetaTool
from tests.faults.fault import breaks, wraps


@breaks("GW203")
def unknown_arguments_are_ignored(patch: pytest.MonkeyPatch) -> None:
    """A misspelt argument is as good as none."""
    whole = MetaTool.__call__

    async def broken(tool: Any, invocation: Any, given: dict[str, Any]) -> Any:
        known = tool.arguments.model_fields
        return await whole(tool, invocation, {name: value for name, value in given.items() if name in known})

    patch.setattr(MetaTool, "__call__", broken)


@breaks("GW203")
def wrong_arguments_are_a_fault_of_the_gateway(patch: pytest.MonkeyPatch) -> None:
    """Whoever mistypes an argument hears that something broke."""

    def broken(_tool: str, error: Exception) -> Any:
        raise RuntimeError("unexpected") from error

    patch.setattr(meta_tool, "refusal", broken)


@breaks("GW203")
def a_trace_for_the_agent(patch: pytest.MonkeyPatch) -> None:
    """The error is the whole stack."""

    def broken(_tool: str, error: Exception) -> Any:
        return meta_tool.failure("invalid_arguments", "".join(traceback.format_exception(error)))

    patch.setattr(meta_tool, "refusal", broken)


@wraps("GW203")
def a_500_for_the_agent(front: Any) -> Any:
    """A mistyped argument takes the request down."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await front(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if b'"integration_id":5' in body.replace(b" ", b""):
            await send({"type": "http.response.start", "status": 500, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": b"Internal Server Error"})
            return
        await front(scope, replaying(body, receive), send)

    return app
