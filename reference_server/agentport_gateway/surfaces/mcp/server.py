"""The MCP server: the meta tools on the SDK's low-level server."""

from __future__ import annotations

import logging
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, cast

import mcp_types as types
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from agentport_gateway.domain.identity import Origin
from agentport_gateway.surfaces.mcp.empty_lists import serve_empty_lists
from agentport_gateway.surfaces.mcp.instructions import INSTRUCTIONS
from agentport_gateway.surfaces.mcp.ladder import Ladder
from agentport_gateway.surfaces.mcp.listening import Listening
from agentport_gateway.surfaces.mcp.meta_tool import PREFIX, Invocation
from agentport_gateway.surfaces.mcp.tasks import serve_tasks
from agentport_gateway.surfaces.mcp.tools import meta_tools

MODERN = frozenset(MODERN_PROTOCOL_VERSIONS)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mcp.server.context import ServerRequestContext
    from starlette.requests import Request

    from agentport_gateway.domain.identity import Agent
    from agentport_gateway.gateway import Gateway
    from agentport_gateway.surfaces.mcp.streams import Streams
    from agentport_gateway.surfaces.mcp.tool_changes import ToolChanges

_LOGGER = logging.getLogger("agentport_gateway.mcp")

AGENT = "agentport.agent"
"""Where the authenticated agent is found in a request's ASGI scope."""


class AgentServer(Server[Any]):
    """The SDK's server, announcing on the handshake revisions too that its tool list may change."""

    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> Any:
        """What `initialize` answers."""
        return super().create_initialization_options(
            notification_options or NotificationOptions(tools_changed=True),
            experimental_capabilities,
            extensions,
        )

    def get_capabilities(self, *args: Any, **kwargs: Any) -> types.ServerCapabilities:
        """What is advertised. Lists that stay empty never change."""
        found = super().get_capabilities(*args, **kwargs)
        unchanging: dict[str, Any] = {"prompts": types.PromptsCapability(), "resources": types.ResourcesCapability()}
        if kwargs.get("protocol_version") in MODERN:
            unchanging["logging"] = None
        return found.model_copy(update=unchanging)


def build_server(gateway: Gateway, changes: ToolChanges, streams: Streams) -> AgentServer:
    """The server of a gateway; clients that hear of changes are noted: sessions with `changes`, others as streams."""
    tools = {PREFIX + tool.name: tool for tool in meta_tools()}
    listed = [tool.listed(gateway.settings) for tool in tools.values()]
    ladder = Ladder(gateway)
    listening = Listening(gateway, streams)

    async def list_tools(
        _context: ServerRequestContext[Any, Request], _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=listed)

    async def call_tool(context: ServerRequestContext[Any, Request], params: types.CallToolRequestParams) -> Any:
        tool = tools.get(params.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, f"Unknown tool: {params.name[:200]}")
        invocation = Invocation(
            gateway=gateway,
            agent=_agent(context),
            scope=cast("Request", context.request).scope,
            origin=_origin(context),
            report_progress=_progress(context),
        )
        try:
            if params.request_state is not None:
                result = await ladder.resume(params, invocation)
            else:
                result = await tool(invocation, params.arguments or {})
                result = await ladder.offer(context, params, invocation, result)
        except MCPError:
            raise
        except Exception as error:
            # What broke is for the log; the SDK would put an exception's own words into the answer.
            _LOGGER.exception("%s failed", params.name)
            raise MCPError(types.INTERNAL_ERROR, "The gateway failed to serve this call.") from error
        return {"resultType": "complete", **result} if context.protocol_version in MODERN else result

    async def listen(
        context: ServerRequestContext[Any, Request], params: types.SubscriptionsListenRequestParams
    ) -> types.SubscriptionsListenResult:
        return await listening.serve(_agent(context), context, params)

    async def opened(context: ServerRequestContext[Any, Request], _params: types.NotificationParams) -> None:
        changes.add_session(_agent(context).org_id, context)

    server = AgentServer(
        "agentport",
        version=_version(),
        title="AgentPort",
        instructions=INSTRUCTIONS,
        # No tool's arguments are mirrored in headers: there is none to look for in its schema.
        get_tool_input_schema=lambda _name: None,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_subscriptions_listen=listen,
    )
    if not gateway.settings.traces:
        server.middleware.clear()  # the SDK's own spans, which nobody would receive
    serve_empty_lists(server)
    if "tasks" in gateway.settings.wait_rungs:
        serve_tasks(server, gateway, _agent)
    server.add_notification_handler("notifications/initialized", types.NotificationParams, opened)
    return server


def _agent(context: ServerRequestContext[Any, Request]) -> Agent:
    request = cast("Request", context.request)  # every request comes over HTTP
    agent: Agent = request.scope[AGENT]
    return agent


def _origin(context: ServerRequestContext[Any, Request]) -> Origin:
    request = cast("Request", context.request)
    params = context.session.client_params
    if params is None:
        client = request.headers.get("user-agent")
    else:
        client = f"{params.client_info.name} {params.client_info.version}"
    return Origin.told(client, request.client.host if request.client else None)


def _progress(
    context: ServerRequestContext[Any, Request],
) -> Callable[[float, float, str], Awaitable[None]] | None:
    if context.meta is None or "progress_token" not in context.meta:
        return None

    async def report(done: float, total: float, words: str) -> None:
        await context.session.report_progress(round(done, 3), total, words)

    return report


def _version() -> str:
    try:
        return version("agentport-conformance")
    except PackageNotFoundError:
        return "0"
