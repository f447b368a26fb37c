"""A REST API whose endpoints are declared as tools: what a human approved is what is sent, or nothing is."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx2

from agentport_gateway.domain.outcomes import UpstreamResult
from agentport_gateway.upstreams.guard import Delivery, current_delivery
from agentport_gateway.upstreams.upstream import Tool, UpstreamError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentport_gateway.domain.integrations import DeclaredTool, Integration

_SUCCESS = range(200, 300)
_NETWORK_FAULT = 599


@dataclass(frozen=True, kw_only=True)
class Endpoint(Tool):
    """A declared endpoint as a tool; it also refuses values that would change where the request goes."""

    declared: DeclaredTool

    def faults(self, arguments: Mapping[str, Any]) -> list[str]:
        """Why these arguments cannot be sent as they are."""
        return super().faults(arguments) or [
            f"arguments.{name}: {fault}"
            for name, value in arguments.items()
            if (fault := _misplaced(self.declared, name, value)) is not None
        ]


class RestApi:
    """The endpoints of one base URL, over one reused client."""

    in_process = False

    def __init__(
        self,
        integration: Integration,
        *,
        headers: Mapping[str, str],
        transport: httpx2.AsyncBaseTransport,
        connect_seconds: float,
        call_seconds: float,
    ) -> None:
        self._name = integration.id
        self._base = integration.address.rstrip("/")
        self._call_seconds = call_seconds
        self._http = httpx2.AsyncClient(
            transport=transport,
            headers={"Accept": "application/json", "User-Agent": "agentport-gateway", **headers},
            timeout=httpx2.Timeout(call_seconds, connect=connect_seconds, pool=connect_seconds),
            follow_redirects=False,
        )
        self._tools = {
            tool.name: Endpoint(
                name=tool.name, description=tool.description, input_schema=tool.input_schema, declared=tool
            )
            for tool in integration.tools
        }

    async def tools(self, *, fresh: bool = False) -> Mapping[str, Tool]:  # noqa: ARG002 - always fresh
        """The declared endpoints."""
        return self._tools

    async def call(self, tool_name: str, arguments: Mapping[str, Any]) -> UpstreamResult:
        """Send the request; an HTTP error is the upstream's own answer, flagged as one."""
        endpoint = self._tools.get(tool_name)
        if endpoint is None:
            raise UpstreamError(f"{self._name} has no tool {tool_name!r}", reach="never")
        if faults := endpoint.faults(arguments):
            raise UpstreamError("; ".join(faults), reach="never")
        request = self._http.build_request(**_request(self._base, endpoint.declared, arguments))
        delivery = Delivery()
        token = current_delivery.set(delivery)
        try:
            async with asyncio.timeout(self._call_seconds):
                response = await self._http.send(request)
        except TimeoutError as error:
            message = f"{self._name} did not answer within {self._call_seconds:g} s"
            raise UpstreamError(message, reach=delivery.reach) from error
        except httpx2.HTTPError as error:
            message = f"{self._name}: {delivery.fault or 'its answer cannot be understood'}"
            raise UpstreamError(message, reach="answered" if delivery.status else delivery.reach) from error
        finally:
            current_delivery.reset(token)
        if delivery.fault or response.status_code == _NETWORK_FAULT:
            raise UpstreamError(f"{self._name}: {delivery.fault or 'it failed'}", reach=delivery.reach)
        return _result(response)

    async def token_works(self) -> bool:
        """Whether the API answers this credential with anything but a refusal, as far as one can ask it."""
        delivery = Delivery()
        token = current_delivery.set(delivery)
        try:
            async with asyncio.timeout(self._call_seconds):
                response = await self._http.get(self._base)
        except (TimeoutError, httpx2.HTTPError) as error:
            raise UpstreamError(f"{self._name}: it cannot be reached", reach="never") from error
        finally:
            current_delivery.reset(token)
        if delivery.fault:
            raise UpstreamError(f"{self._name}: {delivery.fault}", reach=delivery.reach)
        return response.status_code not in (401, 403)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()


def _request(base: str, tool: DeclaredTool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    places = {parameter.name: parameter.place for parameter in tool.parameters}
    path = tool.path
    query: list[tuple[str, str]] = []
    headers: dict[str, str] = {}
    body: dict[str, Any] = {}
    for name, value in arguments.items():
        match places[name]:
            case "path":
                path = path.replace("{" + name + "}", quote(_text(value), safe=""))
            case "query":
                values = value if isinstance(value, list) else [value]
                query += [(name, _text(one)) for one in values]
            case "header":
                headers[name] = _text(value)
            case "body":
                body[name] = value
    request: dict[str, Any] = {"method": tool.method, "url": base + path, "headers": headers}
    if query:
        request["params"] = query
    if any(parameter.place == "body" for parameter in tool.parameters):
        request["content"] = json.dumps(body, ensure_ascii=False).encode()
        headers["Content-Type"] = "application/json"
    return request


def _misplaced(tool: DeclaredTool, name: str, value: Any) -> str | None:
    """Why a value cannot be sent in its place without changing it or the route."""
    place = next((parameter.place for parameter in tool.parameters if parameter.name == name), None)
    if place is None:
        return "this parameter is not declared"
    if place == "body":
        return None
    values = value if place == "query" and isinstance(value, list) else [value]
    if any(not isinstance(one, (str, int, float)) for one in values):
        return f"only text, numbers and true or false can be sent in the {place}"
    texts = [_text(one) for one in values]
    if place == "path":
        text = texts[0]
        if text.strip() in ("", ".", "..") or any(character in "/\\" or ord(character) < 32 for character in text):
            return "this would change the path of the request"
    if place == "header" and any(not text.isascii() or not text.isprintable() for text in texts):
        return "only printable ASCII can be sent in a header"
    return None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def _result(response: httpx2.Response) -> UpstreamResult:
    failed = response.status_code not in _SUCCESS
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    prefix = f"HTTP {response.status_code}\n" if failed else ""
    if kind.startswith("image/") and not failed:
        data = base64.b64encode(response.content).decode("ascii")
        return UpstreamResult(content=({"type": "image", "data": data, "mimeType": kind},))
    structured = None
    if kind == "application/json" or kind.endswith("+json"):
        try:
            parsed = json.loads(response.content)
        except (ValueError, RecursionError):
            parsed = None
        structured = parsed if isinstance(parsed, dict) and not failed else None
    text = prefix + response.content.decode("utf-8", "replace")
    return UpstreamResult(content=({"type": "text", "text": text},), structured=structured, is_error=failed)
