"""A remote MCP server as an upstream: one session, kept open, re-opened when it is lost."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import httpx2
import mcp_types as types
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from agentport_gateway.domain.outcomes import UpstreamResult
from agentport_gateway.upstreams.guard import Delivery, current_delivery
from agentport_gateway.upstreams.upstream import Tool, UpstreamError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcp.client.session import IncomingMessage

    from agentport_gateway.domain.time import Clock

_LOGGER = logging.getLogger("agentport_gateway.upstreams")
_MOST_PAGES = 100
_SESSION_GONE = 404
_SECONDS_BETWEEN_LISTS = 5.0
_LISTEN_AGAIN_SECONDS = 5.0


class RemoteMcp:
    """An MCP endpoint by URL, on either protocol revision."""

    in_process = False

    def __init__(
        self,
        *,
        name: str,
        url: str,
        headers: Mapping[str, str],
        transport: httpx2.AsyncBaseTransport,
        clock: Clock,
        connect_seconds: float,
        call_seconds: float,
        tools_seconds: float,
        max_bytes: int,
    ) -> None:
        self._name = name
        self._url = url
        self._max_bytes = max_bytes
        self._http = httpx2.AsyncClient(
            transport=transport,
            headers=dict(headers),
            timeout=httpx2.Timeout(connect_seconds, read=None, write=call_seconds, pool=connect_seconds),
        )
        self._clock = clock
        self._connect_seconds = connect_seconds
        self._call_seconds = call_seconds
        self._tools_seconds = tools_seconds
        self._opening = asyncio.Lock()
        self._client: Client | None = None
        self._session: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        self._listing: asyncio.Task[Mapping[str, Tool]] | None = None
        self._listed_at = 0.0
        self._tools: Mapping[str, Tool] | None = None
        self._tools_until = 0.0

    async def tools(self, *, fresh: bool = False) -> Mapping[str, Tool]:
        """The tools, kept for a while; a notification that they changed ends that early.

        Callers at the same time share one listing, and `fresh` is honoured once in a few seconds: what agents
        ask for must not decide how often the upstream is asked.
        """
        now = self._clock.now().timestamp()
        if self._tools is not None and now < self._tools_until:
            ask = fresh and (self._listing is not None or now >= self._listed_at + _SECONDS_BETWEEN_LISTS)
            if not ask:
                return self._tools
        if self._listing is None:
            self._listing = asyncio.create_task(self._refresh(now))
            self._listing.add_done_callback(self._listing_ended)
        return await asyncio.shield(self._listing)

    async def _refresh(self, now: float) -> Mapping[str, Tool]:
        # Set before the list is fetched: a change that is announced meanwhile must not be overwritten.
        self._listed_at, self._tools_until = now, now + self._tools_seconds
        try:
            self._tools = await self._list_tools()
        except BaseException:
            self._tools_until = 0.0
            raise
        return self._tools

    def _listing_ended(self, task: asyncio.Task[Mapping[str, Tool]]) -> None:
        self._listing = None
        if not task.cancelled():
            task.exception()  # whoever waited has it; nobody may have

    async def call(self, tool_name: str, arguments: Mapping[str, Any]) -> UpstreamResult:
        """Call a tool. A session that the upstream forgot is opened anew and the call sent again."""
        request = types.CallToolRequest(params=types.CallToolRequestParams(name=tool_name, arguments=dict(arguments)))
        result = await self._send(request, types.CallToolResult)
        dumped = result.model_dump(by_alias=True, mode="json", exclude_none=True)
        return UpstreamResult.from_json(dumped)

    async def token_works(self) -> bool:
        """Whether the tools can be listed with the credential; servers that refuse it do so here."""
        try:
            await self.tools(fresh=True)
        except UpstreamError as error:
            if error.refused_credential:
                return False
            raise
        return True

    async def close(self) -> None:
        """End the session and let go of the connections."""
        await self._end_session()
        await self._http.aclose()

    async def _list_tools(self) -> Mapping[str, Tool]:
        found: dict[str, Tool] = {}
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            page = await self._send(
                types.ListToolsRequest(params=types.PaginatedRequestParams(cursor=cursor)),
                types.ListToolsResult,
            )
            for tool in page.tools:
                found[tool.name] = Tool(
                    name=tool.name, description=tool.description or "", input_schema=tool.input_schema
                )
            cursor = page.next_cursor
            if cursor is None:
                break
        return found

    async def _send(self, request: Any, result_type: Any) -> Any:
        for last in (False, True):
            client = await self._open()
            delivery = Delivery()
            token = current_delivery.set(delivery)
            try:
                return await client.session.send_request(
                    request, result_type, request_read_timeout_seconds=self._call_seconds
                )
            except MCPError as error:
                if delivery.status == _SESSION_GONE and not last:
                    await self._end_session(client)
                    continue
                raise self._failure(delivery, error) from error
            except ValidationError as error:
                raise UpstreamError(
                    f"{self._name} answered with something that is not a result", reach="answered"
                ) from error
            except (RuntimeError, httpx2.HTTPError) as error:
                # The session ended under the call, by whatever broke it.
                await self._end_session(client)
                raise self._failure(delivery, error) from error
            finally:
                current_delivery.reset(token)
        raise AssertionError("the second attempt returns or raises")

    def _failure(self, delivery: Delivery, error: Exception) -> UpstreamError:
        if delivery.fault:
            return UpstreamError(f"{self._name}: {delivery.fault}", reach=delivery.reach)
        if isinstance(error, MCPError):
            if error.error.code == types.REQUEST_TIMEOUT:
                return UpstreamError(f"{self._name} did not answer within {self._call_seconds:g} s", reach="unknown")
            if delivery.status in (401, 403):
                return UpstreamError(
                    f"{self._name} refused the credential (HTTP {delivery.status})",
                    reach="answered",
                    refused_credential=True,
                )
            if delivery.status >= 400:
                return UpstreamError(f"{self._name} answered HTTP {delivery.status}", reach="answered")
            return UpstreamError(f"{self._name} refused the call: {error.error.message[:500]}", reach="answered")
        return UpstreamError(f"{self._name}: the connection was lost", reach=delivery.reach)

    async def _open(self) -> Client:
        async with self._opening:
            if self._client is not None and self._session is not None and not self._session.done():
                return self._client
            self._stop = asyncio.Event()
            ready: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
            self._session = asyncio.create_task(self._hold_session(ready, self._stop), name=f"upstream {self._name}")
            self._client = await ready
            return self._client

    async def _hold_session(self, ready: asyncio.Future[Client], stop: asyncio.Event) -> None:
        delivery = Delivery()
        current_delivery.set(delivery)
        try:
            transport = streamable_http_client(self._url, http_client=self._http, max_sse_event_size=self._max_bytes)
            client = Client(
                transport,
                cache=None,
                message_handler=self._hear,
                read_timeout_seconds=self._connect_seconds * 2,
                client_info=types.Implementation(name="agentport-gateway", version="1"),
            )
            async with client:
                current_delivery.set(None)
                ready.set_result(client)
                hearing = asyncio.create_task(self._listen(client))
                try:
                    await stop.wait()
                finally:
                    hearing.cancel()
                    await asyncio.wait((hearing,))
        except Exception as error:  # noqa: BLE001 - whatever broke the session must reach whoever waits for it
            if ready.done():
                _LOGGER.info("the session with upstream %s ended: %s", self._name, type(error).__name__)
                return
            cause = error
            while isinstance(cause, ExceptionGroup):
                cause = cause.exceptions[0]
            failure = self._failure(delivery, cause)
            # Whatever happened while the session was being opened, the call itself was not sent.
            ready.set_exception(
                UpstreamError(str(failure), reach="never", refused_credential=failure.refused_credential)
            )

    async def _listen(self, client: Client) -> None:
        """Hear about changed tools from an upstream at 2026-07-28; at the earlier revisions its session tells."""
        capabilities = client.server_capabilities
        if client.protocol_version not in MODERN_PROTOCOL_VERSIONS or not (
            capabilities.tools is not None and capabilities.tools.list_changed
        ):
            return
        while True:
            try:
                async with client.listen(tools_list_changed=True) as changes:
                    async for _ in changes:
                        self._tools_until = 0.0
            except MCPError:
                return
            except Exception as error:  # noqa: BLE001 - hearing of changes is a help, calls go on without it
                _LOGGER.debug("upstream %s tells of no changes: %s", self._name, type(error).__name__)
            # What changed while nobody listened has been missed.
            self._tools_until = 0.0
            await asyncio.sleep(_LISTEN_AGAIN_SECONDS)

    async def _hear(self, message: IncomingMessage) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            self._tools_until = 0.0

    async def _end_session(self, client: Client | None = None) -> None:
        """End the current session, or only if it is still the given client's."""
        if client is not None and client is not self._client:
            return
        session, self._session, self._client = self._session, None, None
        if session is not None:
            self._stop.set()
            await asyncio.wait((session,), timeout=self._connect_seconds)
            if not session.done():
                session.cancel()
