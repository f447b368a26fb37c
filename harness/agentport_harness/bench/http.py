"""Raw HTTP to the gateway: nothing is followed, mended or retried, and no answer is read for ever."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from agentport_harness.bench.clock import Clock
from agentport_harness.bench.journal import Journal, headers_of
from agentport_harness.core.errors import UnreachableError
from agentport_harness.core.json_values import JSON, as_object, parsed

if TYPE_CHECKING:
    import httpx2

Revision: TypeAlias = Literal["2025-11-25", "2026-07-28"]
REVISIONS: tuple[Revision, ...] = ("2025-11-25", "2026-07-28")
MOST_READ = 1024 * 1024
"""Bytes read of one answer."""
_META = "io.modelcontextprotocol/"
_CLIENT: Mapping[str, JSON] = {"name": "agentport-conformance", "version": "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """An HTTP answer. ``body`` is its JSON, of an event stream that of the last message; None where it is neither."""

    status: int
    headers: Mapping[str, str]
    text: str
    body: JSON
    seconds: float


def key_header(api_key: str) -> dict[str, str]:
    """The credential as ``X-API-Key``."""
    return {"X-API-Key": api_key}


def bearer(token: str) -> dict[str, str]:
    """The credential as ``Authorization: Bearer``."""
    return {"Authorization": f"Bearer {token}"}


def answered(raw: Raw) -> bool:
    """Whether a message got a JSON-RPC result."""
    return raw.status == 200 and "result" in as_object(raw.body)


def hello(revision: Revision) -> tuple[dict[str, JSON], dict[str, str]]:
    """The first message of a revision, and the headers that belong to it."""
    accept = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    if revision == "2025-11-25":
        params: dict[str, JSON] = {"protocolVersion": revision, "capabilities": {}, "clientInfo": _CLIENT}
        return {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}, accept
    return modern("server/discover", {})


def modern(method: str, params: Mapping[str, JSON]) -> tuple[dict[str, JSON], dict[str, str]]:
    """A message of 2026-07-28, which needs no session, and its headers."""
    meta: dict[str, JSON] = {
        f"{_META}protocolVersion": "2026-07-28",
        f"{_META}clientCapabilities": {},
        f"{_META}clientInfo": _CLIENT,
    }
    headers = {
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": method,
    }
    if method == "tools/call":
        headers["Mcp-Name"] = str(params.get("name"))
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}, headers


class Http:
    """Sends requests as they are given. Raises `UnreachableError` when no answer comes."""

    def __init__(self, client: httpx2.AsyncClient, journal: Journal, clock: Clock) -> None:
        self._client = client
        self._journal = journal
        self._clock = clock

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | Mapping[str, JSON] | None = None,
        timeout: float = 10.0,  # noqa: ASYNC109 a wait for an answer
    ) -> Raw:
        """The answer, or as much of it as `MOST_READ` and ``timeout`` allow."""
        import anyio
        import httpx2

        content = json.dumps(body).encode() if isinstance(body, Mapping) else body
        shown: JSON = body if isinstance(body, Mapping) else f"{len(content or b'')} bytes" if content else None
        asked = self._journal.call(f"{method} {url}", {"headers": headers_of(headers), "body": shown})
        began = self._clock.now()
        data = b""
        try:
            with anyio.fail_after(timeout):
                async with self._client.stream(method, url, headers=dict(headers), content=content) as response:
                    kind = response.headers.get("content-type", "")
                    with anyio.move_on_after(timeout / 2):
                        async for chunk in response.aiter_bytes():
                            data += chunk
                            if len(data) > MOST_READ or (kind.startswith("text/event-stream") and _complete(data)):
                                break
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError) as error:
            said = "no answer in time" if isinstance(error, TimeoutError) else str(error) or type(error).__name__
            self._journal.answer(asked, said, fault="transport")
            raise UnreachableError("gateway-died", f"{method} {url} was not answered: {said}", at=url) from None
        text = data.decode("utf-8", "replace")
        self._journal.answer(asked, text, status=response.status_code)
        return Raw(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            text=text,
            body=_message(text) if kind.startswith("text/event-stream") else parsed(text),
            seconds=self._clock.now() - began,
        )


def _complete(data: bytes) -> bool:
    """Whether an event stream holds the answer already: a message with an id and its blank line."""
    return (
        b'"id"' in data
        and data.replace(b"\r", b"").endswith(b"\n\n")
        and _message(data.decode("utf-8", "replace")) is not None
    )


def _message(text: str) -> JSON:
    lines = [line.removeprefix("data:").strip() for line in text.splitlines() if line.startswith("data:")]
    messages = [parsed(line) for line in lines if line]
    return messages[-1] if messages else None
