"""`subscriptions/listen`: the stream on which a client of 2026-07-28 hears of changed tools and of its tasks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import mcp_types as types
from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import SUBSCRIPTION_ID_META_KEY

from agentport_gateway.surfaces.mcp import followed_tasks
from agentport_gateway.surfaces.mcp.streams import Stream

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

    from agentport_gateway.domain.identity import Agent
    from agentport_gateway.gateway import Gateway
    from agentport_gateway.surfaces.mcp.streams import Streams

STREAMS_PER_KEY = 1_000


class _Heard(types.Notification[dict[str, Any], str]):
    """A notification as it was said; the SDK's own types do not know of tasks."""


class Listening:
    """Serves listen streams: acknowledged first, then whatever is said to them, until the client or its key is gone."""

    def __init__(self, gateway: Gateway, streams: Streams) -> None:
        self._gateway = gateway
        self._streams = streams

    async def serve(
        self,
        agent: Agent,
        context: ServerRequestContext[Any, Any],
        params: types.SubscriptionsListenRequestParams,
    ) -> types.SubscriptionsListenResult:
        """One stream; what is not heard on it is left out of the acknowledgement."""
        if self._streams.count_of(agent.key_id) >= STREAMS_PER_KEY:
            raise MCPError(types.INTERNAL_ERROR, "this API key has too many streams open")
        wanted = params.notifications
        task_ids = await followed_tasks.wanted(self._gateway, context, agent, wanted)
        heard: dict[str, Any] = {"taskIds": task_ids} if task_ids else {}
        honoured = types.SubscriptionFilter(tools_list_changed=wanted.tools_list_changed or None, **heard)
        meta = {SUBSCRIPTION_ID_META_KEY: context.request_id}
        stream = Stream(key_id=agent.key_id, hears_tools=wanted.tools_list_changed is True)
        with self._streams.open(agent.org_id, stream):
            await context.session.send_notification(
                types.SubscriptionsAcknowledgedNotification(
                    params=types.SubscriptionsAcknowledgedNotificationParams(notifications=honoured, _meta=meta)
                ),
                related_request_id=context.request_id,
            )
            following = [
                asyncio.create_task(followed_tasks.follow(self._gateway, agent, task_id, stream.say))
                for task_id in task_ids
            ]
            try:
                await self._pass_on(context, stream, meta)
            finally:
                for task in following:
                    task.cancel()
        return types.SubscriptionsListenResult(_meta=meta)

    async def _pass_on(self, context: ServerRequestContext[Any, Any], stream: Stream, meta: dict[str, Any]) -> None:
        while True:
            for message in stream.take():
                params = message.get("params", {})
                heard = _Heard(
                    method=message["method"], params={**params, "_meta": {**params.get("_meta", {}), **meta}}
                )
                # The SDK sends whatever is a notification by its form.
                await context.session.send_notification(heard, related_request_id=context.request_id)  # type: ignore[arg-type]
            if stream.ended:
                return
            await stream.rung()
