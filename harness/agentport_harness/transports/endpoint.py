"""Asks a gateway's endpoint what a client would be told: by one plain request, and then by a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import anyio

from agentport_harness.core.errors import UnreachableError
from agentport_harness.core.json_values import JSON, as_object, as_text, parsed
from agentport_harness.core.safe_text import one_line
from agentport_harness.setups.endpoint import Endpoint
from agentport_harness.setups.tools import AWAIT
from agentport_harness.transports.mcp import Protocol, connect

BUDGET_META = "agentport/poll_budget_seconds"
"""Where a gateway may say, in the ``_meta`` of the tool that waits, how long it holds an await."""
ANSWER_TIMEOUT = 10.0
"""Seconds for one plain request."""
SESSION_TIMEOUT = 20.0
"""Seconds for a session in all."""
_LARGEST = 64 * 1024
_LONGEST = 200


async def ask(url: str, headers: Mapping[str, str]) -> Endpoint:
    """What the endpoint answers to these headers, in bounded time. Redirects are told and not followed."""
    answer = await _plainly(url, headers)
    if answer.state == "refused" and headers:
        return replace(answer, also=await _otherwise(url, headers))
    return await _session(answer, headers) if answer.state == "fine" else answer


async def _plainly(url: str, headers: Mapping[str, str]) -> Endpoint:
    """One cheap request, so that a wrong address, a refused key, a redirect and a web page are told apart."""
    import httpx2

    probe = {"jsonrpc": "2.0", "id": 0, "method": "ping"}
    accept = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    here = Endpoint(url=url, state="unreachable", sent=bool(headers))
    try:
        with anyio.fail_after(ANSWER_TIMEOUT):
            async with httpx2.AsyncClient(timeout=ANSWER_TIMEOUT, verify=url.startswith("https")) as http:
                request = http.build_request("POST", url, json=probe, headers={**accept, **headers})
                response = await http.send(request, stream=True)
                body = await _body(response) if response.status_code >= 300 else b""
                await response.aclose()
    except TimeoutError:
        return replace(here, detail=f"no answer within {ANSWER_TIMEOUT:.0f} s")
    except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError, ValueError, OSError) as error:
        return replace(here, detail=_told(str(error) or type(error).__name__))
    return _judged(replace(here, status=response.status_code), response.headers, body)


async def _body(response: Any) -> bytes:
    read = bytearray()
    async for piece in response.aiter_bytes():
        read += piece
        if len(read) > _LARGEST:
            break
    return bytes(read[:_LARGEST])


def _judged(here: Endpoint, headers: Mapping[str, str], body: bytes) -> Endpoint:
    status, kind = here.status, headers.get("content-type", "")
    if status in (401, 403):
        challenge = headers.get("www-authenticate", "")
        return replace(here, state="refused", detail=_reason(body, challenge), oauth="resource_metadata" in challenge)
    if 300 <= status < 400:
        return replace(here, state="redirected", location=_told(headers.get("location", "")))
    if status in (404, 405, 410) or status >= 500:
        return replace(here, state="not-mcp", detail=f"status {status}")
    if not kind.startswith(("application/json", "text/event-stream")) and status != 202:
        return replace(here, state="not-mcp", detail=f"status {status}, content type {_told(kind) or 'none'}")
    return replace(here, state="fine")


def _reason(body: bytes, challenge: str) -> str:
    """What a refusal says of itself."""
    told: JSON = parsed(body.decode("utf-8", "replace"))
    for name in ("error_description", "detail", "message", "error"):
        if text := as_text(as_object(told).get(name)):
            return _told(text)
    return _told(challenge)


async def _otherwise(url: str, headers: Mapping[str, str]) -> str:
    """Whether the same key is taken under the other header; it goes nowhere but where it went before."""
    plain = {name.casefold(): value for name, value in headers.items()}
    if bearer := plain.get("authorization", ""):
        other = {"X-API-Key": bearer.partition(" ")[2].strip()}
        words = "the gateway takes this key as X-API-Key, and not as Bearer"
    else:
        other = {"Authorization": f"Bearer {plain.get('x-api-key', '')}"}
        words = "the gateway takes this key as Bearer, and not as X-API-Key"
    if not next(iter(other.values())).removeprefix("Bearer ").strip():
        return ""
    return words if (await _plainly(url, other)).state == "fine" else ""


async def _session(here: Endpoint, headers: Mapping[str, str]) -> Endpoint:
    """What a session shows, by a handshake where the gateway has one."""
    faults: list[str] = []
    modes: tuple[Protocol, ...] = ("legacy", "auto")
    for protocol in modes:
        try:
            with anyio.fail_after(SESSION_TIMEOUT / len(modes)):
                async with connect(here.url, "", protocol=protocol, headers=headers) as session:
                    tools = await session.listed()
                    revision = session.protocol_version
        except UnreachableError as error:
            faults.append(error.message)
        except TimeoutError:
            faults.append("no session came about in time")
        except Exception as error:  # noqa: BLE001 a broken peer may break the library in ways of its own
            faults.append(f"no session came about: {type(error).__name__}")
        else:
            return replace(
                here, revision=revision, tools=tuple(tool.name for tool in tools),
                read_only=frozenset(tool.name for tool in tools if tool.read_only),
                budget=next((_budget(tool.meta, tool.input_schema) for tool in tools if tool.name == AWAIT), 0.0),
            )  # fmt: skip
    return replace(here, state="not-mcp", detail=_told(faults[0]))


def _budget(meta: Mapping[str, Any], schema: Mapping[str, Any]) -> float:
    """How long an await is held at most, 0 where the tool does not say."""
    timeout = as_object(as_object(schema.get("properties")).get("timeout_seconds"))
    for value in (meta.get(BUDGET_META), timeout.get("maximum")):
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 86_400:
            return float(value)
    return 0.0


def _told(text: str) -> str:
    return one_line(text, _LONGEST)
