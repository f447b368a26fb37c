"""A gateway over MCP Streamable HTTP, with faults told apart: unreachable, refused, not MCP, died half-way."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import anyio

from agentport_harness.core.errors import UnreachableError
from agentport_harness.core.json_values import JSON

if TYPE_CHECKING:
    from mcp import Client

Protocol: TypeAlias = Literal["auto", "legacy", "2026-07-28"]
"""Which revision to speak: what the gateway prefers, the 2025-11-25 handshake, or 2026-07-28."""
Rung: TypeAlias = Literal["result", "elicitation", "tasks"]
"""How a client wants to hear that a human has to approve: by the result, a page to open, or a task to poll."""

CONNECT_TIMEOUT = 10.0
"""Seconds until a gateway that does not answer is called unreachable."""
MOST_PAGES = 100
"""Pages of a list of tools."""
OPEN_TIMEOUT = 20.0
"""Seconds until a gateway that answers, and yet opens no session, is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a call was answered with: text blocks joined by newlines, and the structured result where there is one.

    ``blocks`` are the content blocks as they came, ``meta`` the result's ``_meta``. ``error`` is the JSON-RPC error
    (code, message, data) where there was no result. ``pending`` is what came in a result's place: an input that is
    required, or a task.
    """

    text: str
    structured: JSON = None
    is_error: bool = False
    blocks: tuple[JSON, ...] = ()
    meta: JSON = None
    error: JSON = None
    pending: JSON = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTool:
    """A tool as the gateway lists it; an output schema that it does not state is empty, ``meta`` its ``_meta``."""

    name: str
    description: str
    input_schema: Mapping[str, Any]
    output_schema: Mapping[str, Any]
    read_only: bool = False
    meta: Mapping[str, Any] = field(default_factory=dict)


class Changes:
    """How often the gateway has told that its tools changed."""

    def __init__(self) -> None:
        self.count = 0
        self._told = anyio.Event()

    async def hear(self, message: object) -> None:
        """A message that the gateway sent by itself."""
        import mcp_types as types

        if isinstance(message, types.ToolListChangedNotification):
            self.count += 1
            self._told.set()
            self._told = anyio.Event()

    async def more_than(self, count: int, within: float) -> bool:
        """Whether it has told more than so often, when that or so many seconds have passed."""
        with anyio.move_on_after(within):
            while self.count <= count:
                await self._told.wait()
        return self.count > count


class McpSession:
    """One connection of an agent to a gateway."""

    def __init__(self, client: Client, url: str, changes: Changes) -> None:
        self._client = client
        self._url = url
        self._changes = changes

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Changes]:
        """What the gateway tells of changed tools while the context lasts.

        Raises `UnreachableError` when it does not let itself be listened to.
        """
        from mcp.client.subscriptions import ListenNotSupportedError, SubscriptionLost
        from mcp.shared.exceptions import MCPError

        async with AsyncExitStack() as stack:
            with contextlib.suppress(ListenNotSupportedError):  # the handshake revisions have a stream of their own
                try:
                    await stack.enter_async_context(self._client.listen(tools_list_changed=True))
                except (MCPError, SubscriptionLost, TimeoutError) as error:
                    raise UnreachableError("no-answer", f"no listening to changes: {error}", at=self._url) from None
            yield self._changes

    @property
    def protocol_version(self) -> str:
        """The revision that was agreed on."""
        return self._client.protocol_version

    async def call(
        self,
        name: str,
        arguments: Mapping[str, Any],
        *,
        timeout: float,
        pending: JSON = None,
    ) -> Answer:
        """The gateway's answer within ``timeout`` seconds. Raises `UnreachableError` when the line breaks.

        A JSON-RPC error is an answer: its message is the text. With ``pending``, an input that an earlier answer
        required, the same call is made again and says that it was given.
        """
        from agentport_harness.transports.rungs import accepted

        session: Any = self._client.session
        more = {} if pending is None else accepted(pending)
        calling = session.call_tool(
            name,
            dict(arguments),
            read_timeout_seconds=timeout,
            allow_input_required=True,
            allow_claimed=True,
            **more,
        )
        return await self._answered(name, calling, timeout)

    async def task(self, task_id: str, *, timeout: float) -> Answer:
        """A task's state: the call's own answer once there is one, and till then one that is pending."""
        from agentport_harness.transports.rungs import GetTask, TaskParams, TaskState

        request = GetTask(params=TaskParams(task_id=task_id))
        session: Any = self._client.session
        asking = session.send_request(request, TaskState, request_read_timeout_seconds=timeout)
        return await self._answered("tasks/get", asking, timeout)

    async def _answered(self, name: str, calling: Awaitable[Any], limit: float) -> Answer:
        from mcp.shared.exceptions import MCPError
        from mcp_types import CONNECTION_CLOSED, REQUEST_TIMEOUT
        from pydantic import ValidationError

        try:
            return _answer(await calling)
        except MCPError as error:
            if error.code == REQUEST_TIMEOUT:
                raise UnreachableError(
                    "no-answer", f"{name} was not answered within {limit:.0f} s", at=self._url
                ) from None
            if error.code == CONNECTION_CLOSED or "Server returned an error response" in error.error.message:
                raise UnreachableError(
                    "gateway-died", f"the gateway broke off while it answered {name}", at=self._url,
                    hint="look at the gateway's own log"
                ) from None  # fmt: skip
            told = {"code": error.code, "message": error.error.message, "data": error.error.data}
            return Answer(text=error.error.message, is_error=True, error=told)
        except ValidationError as error:
            raise UnreachableError(
                "gateway-died", f"the answer to {name} is no MCP result: {str(error)[:300]}", at=self._url
            ) from None

    @property
    def instructions(self) -> str:
        """What the gateway tells every client about itself."""
        return self._client.instructions or ""

    async def tools(self) -> tuple[str, ...]:
        """The names of the tools that the gateway lists."""
        return tuple(tool.name for tool in await self.listed())

    async def listed(self) -> tuple[ListedTool, ...]:
        """The tools that the gateway lists, on all pages. Raises `UnreachableError` where it sends no such list."""
        listed: list[Any] = []
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = await self._page(cursor)
            listed += page.tools
            cursor = page.next_cursor
            if cursor is None:
                break
        else:
            raise UnreachableError("bad-list", f"tools/list has no end: {MOST_PAGES} pages", at=self._url)
        return tuple(
            ListedTool(
                name=tool.name,
                description=tool.description or "",
                input_schema=tool.input_schema,
                output_schema=tool.output_schema or {},
                read_only=bool(tool.annotations and tool.annotations.read_only_hint),
                meta=tool.meta or {},
            )
            for tool in listed
        )

    async def _page(self, cursor: str | None) -> Any:
        from mcp.shared.exceptions import MCPError
        from pydantic import ValidationError

        try:
            return await self._client.list_tools(cursor=cursor)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise UnreachableError(
                "bad-list", f"the answer to tools/list is no list of tools: {place}: {first['msg']}", at=self._url
            ) from None
        except MCPError as error:
            raise UnreachableError("bad-list", f"tools/list was refused: {_first(error)}", at=self._url) from None


@asynccontextmanager
async def connect(
    url: str,
    api_key: str,
    *,
    protocol: Protocol = "auto",
    headers: Mapping[str, str] | None = None,
    rung: Rung = "result",
) -> AsyncIterator[McpSession]:
    """A session with the gateway's MCP endpoint at ``url``. Raises `UnreachableError` that says what is wrong.

    ``headers`` are sent in place of the API key.
    """
    import httpx2
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client
    from mcp.shared.exceptions import MCPError

    from agentport_harness.transports.bounded import Bounded
    from agentport_harness.transports.rungs import declared

    sent = dict(headers) if headers is not None else {"X-API-Key": api_key} if api_key else {}
    timeout = httpx2.Timeout(CONNECT_TIMEOUT, read=None)
    bounded = Bounded(httpx2.AsyncHTTPTransport(verify=url.startswith("https")))
    async with httpx2.AsyncClient(headers=sent, timeout=timeout, transport=bounded) as http:
        await _look(http, url)
        changes = Changes()
        transport = streamable_http_client(url, http_client=http)
        client = Client(transport, mode=protocol, cache=None, message_handler=changes.hear, **declared(rung))
        opened = False
        try:
            with anyio.move_on_after(OPEN_TIMEOUT) as opening:
                async with client:
                    # what a result holds is for checks to judge, not for the line
                    client.session.validate_tool_result = _unjudged  # type: ignore[method-assign]
                    opened, opening.deadline = True, math.inf
                    yield McpSession(client, url, changes)
            if not opened:
                raise UnreachableError(
                    "not-mcp", f"no MCP session could be opened within {OPEN_TIMEOUT:.0f} s", at=url,
                    hint="something answers there, and never ends its answer",
                )  # fmt: skip
        except MCPError as error:
            if opened:
                raise
            raise UnreachableError("not-mcp", f"no MCP session could be opened: {_first(error)}", at=url) from None
        except (httpx2.HTTPError, BaseExceptionGroup) as error:
            # the transport's own tasks raise when the line breaks, and take the session down with them
            if isinstance(error, BaseExceptionGroup) and error.subgroup(httpx2.HTTPError) is None:
                raise
            what = "the gateway broke off in the middle" if opened else "no MCP session could be opened"
            raise UnreachableError(
                "gateway-died" if opened else "not-mcp", f"{what}: {_first(error)}", at=url,
                hint="look at the gateway's own log",
            ) from None  # fmt: skip


def _answer(result: Any) -> Answer:
    """A result, or what came in its place."""
    import mcp_types as types

    from agentport_harness.transports.rungs import TaskState

    if isinstance(result, TaskState) and result.result is not None:
        result = types.CallToolResult.model_validate(result.result)
    if not isinstance(result, types.CallToolResult):
        told = result.model_dump(mode="json", by_alias=True, exclude_none=True)
        return Answer(text=json.dumps(told, ensure_ascii=False), pending=told)
    blocks = [block.text if block.type == "text" else f"[{block.type}]" for block in result.content]
    return Answer(
        text="\n".join(blocks),
        structured=result.structured_content,
        is_error=bool(result.is_error),
        blocks=tuple(block.model_dump(mode="json", by_alias=True, exclude_none=True) for block in result.content),
        meta=result.meta,
    )


async def _unjudged(name: str, result: object) -> None:
    """No verdict on a result's structured content."""


async def _look(http: Any, url: str) -> None:
    """One cheap request, so that a wrong address, a refused key and a web page are told apart in plain words."""
    import httpx2

    probe = {"jsonrpc": "2.0", "id": 0, "method": "ping"}
    accept = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    try:
        async with http.stream("POST", url, json=probe, headers=accept, timeout=CONNECT_TIMEOUT) as response:
            status, kind = response.status_code, response.headers.get("content-type", "")
    except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
        raise UnreachableError(
            "unreachable", f"nothing answers: {_first(error)}", at=url, hint="is the gateway running?"
        ) from None
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise UnreachableError("not-http", f"no HTTP answer: {_first(error)}", at=url) from None
    if status in (401, 403):
        sent = any(name in http.headers for name in ("x-api-key", "authorization"))
        said = "the gateway refused the API key" if sent else "the gateway asks for an API key"
        raise UnreachableError(
            "refused", f"{said} ({status})", at=url,
            hint=f"pass {'a valid one' if sent else 'one'} with --api-key or AGENTPORT_API_KEY",
        )  # fmt: skip
    if status in range(300, 400):
        raise UnreachableError("redirected", f"the endpoint redirects ({status}); clients drop the key there", at=url)
    if not kind.startswith(("application/json", "text/event-stream")) and status != 202:
        raise UnreachableError(
            "not-mcp", f"not an MCP endpoint: status {status}, content type {kind or 'none'}", at=url,
            hint="the URL usually ends in /mcp",
        )  # fmt: skip


def _first(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error) or type(error).__name__
