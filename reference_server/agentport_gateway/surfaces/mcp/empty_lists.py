"""What the protocol has and this gateway has none of: resources, prompts, completions, log messages.

A client that asks for them is told that there are none, not that it asked wrongly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mcp_types as types
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext
    from mcp.server.lowlevel import Server

_RESOURCE_NOT_FOUND = -32002


def serve_empty_lists(server: Server[Any]) -> None:
    """Let the server answer the lists' methods."""

    async def prompts(*_: Any) -> types.ListPromptsResult:
        return types.ListPromptsResult(prompts=[])

    async def resources(*_: Any) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=[])

    async def templates(*_: Any) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(resource_templates=[])

    async def completions(*_: Any) -> types.CompleteResult:
        return types.CompleteResult(completion=types.Completion(values=[]))

    async def level(*_: Any) -> types.EmptyResult:
        return types.EmptyResult()

    async def read(
        context: ServerRequestContext[Any, Any], params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        modern = context.protocol_version in MODERN_PROTOCOL_VERSIONS
        code = types.INVALID_PARAMS if modern else _RESOURCE_NOT_FOUND
        raise MCPError(code, "There is no such resource.", {"uri": params.uri})

    async def prompt(_context: Any, _params: types.GetPromptRequestParams) -> types.GetPromptResult:
        raise MCPError(types.INVALID_PARAMS, "There is no such prompt.")

    server.add_request_handler("prompts/list", types.PaginatedRequestParams, prompts)
    server.add_request_handler("prompts/get", types.GetPromptRequestParams, prompt)
    server.add_request_handler("resources/list", types.PaginatedRequestParams, resources)
    server.add_request_handler("resources/templates/list", types.PaginatedRequestParams, templates)
    server.add_request_handler("resources/read", types.ReadResourceRequestParams, read)
    server.add_request_handler("completion/complete", types.CompleteRequestParams, completions)
    server.add_request_handler("logging/setLevel", types.SetLevelRequestParams, level)
