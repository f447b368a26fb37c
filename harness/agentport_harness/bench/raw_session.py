"""MCP by hand: messages go out as they are written, over any session and with any credential."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import NotReachedError
from agentport_harness.bench.http import Raw, Revision, modern
from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.outcomes import Outcome
from agentport_harness.core.trace import ToolResult
from agentport_harness.surfaces.answers import read_answer
from agentport_harness.surfaces.names import PREFIX

_HERE = "arguments as they are written"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSession:
    """A session that a credential opened; of 2026-07-28, which has none, only the credential. Made by `raw_session`."""

    bench: Bench
    revision: Revision
    auth: Mapping[str, str] = field(repr=False)
    session_id: str = ""

    async def send(self, method: str, params: Mapping[str, JSON], *, auth: Mapping[str, str] | None = None) -> Raw:
        """One message on this session, with another credential where ``auth`` is given."""
        message, headers = self._message(method, params)
        return await self._post(json.dumps(message).encode(), headers, auth)

    async def call(self, tool: str, written: str, given: Mapping[str, JSON]) -> Raw:
        """Call a gateway tool with ``given`` and, as its ``arguments``, JSON text just as it is ``written``."""
        arguments = {**given, "arguments": _HERE}
        message, headers = self._message("tools/call", {"name": f"{PREFIX}{tool}", "arguments": arguments})
        return await self._post(json.dumps(message).replace(f'"{_HERE}"', written).encode(), headers)

    async def end(self, *, auth: Mapping[str, str]) -> Raw:
        """Ask for the session's end."""
        named = {"Mcp-Session-Id": self.session_id, "MCP-Protocol-Version": self.revision}
        return await self.bench.http("DELETE", self.bench.stand.mcp_url, headers={**auth, **named})

    def _message(self, method: str, params: Mapping[str, JSON]) -> tuple[dict[str, JSON], dict[str, str]]:
        if self.revision == "2026-07-28":
            return modern(method, params)
        headers = {
            "Accept": "application/json, text/event-stream",
            "Content-Type": "application/json",
            "MCP-Protocol-Version": self.revision,
        }
        if self.session_id:
            headers["Mcp-Session-Id"] = self.session_id
        return {"jsonrpc": "2.0", "id": 2, "method": method, "params": dict(params)}, headers

    async def _post(self, body: bytes, headers: Mapping[str, str], auth: Mapping[str, str] | None = None) -> Raw:
        credential = self.auth if auth is None else auth
        url = self.bench.stand.mcp_url
        return await self.bench.http("POST", url, headers={**headers, **credential}, body=body)


async def raw_session(bench: Bench, *, api_key: str = "", revision: Revision | None = None) -> RawSession:
    """A session on a revision: the one of this run unless told. Raises `NotReachedError` when none is opened."""
    auth = bench.stand.credential_of(api_key or bench.stand.first.api_key)
    chosen = revision or ("2025-11-25" if bench.stand.protocol == "legacy" else "2026-07-28")
    hello = await bench.hello(chosen, auth=auth)
    if revision is None and bench.stand.protocol == "auto" and "result" not in as_object(hello.body):
        chosen = "2025-11-25"
        hello = await bench.hello(chosen, auth=auth)
    if hello.status != 200 or "result" not in as_object(hello.body):
        raise NotReachedError(f"no session was opened on {chosen}: {hello.status} {hello.text[:200]}")
    session = RawSession(bench=bench, revision=chosen, auth=auth, session_id=hello.headers.get("mcp-session-id", ""))
    if chosen == "2025-11-25":
        ready = json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}).encode()
        _, headers = session._message("ping", {})  # noqa: SLF001 of this module
        await session._post(ready, headers)  # noqa: SLF001 of this module
    return session


def is_refused(raw: Raw) -> bool:
    """Whether the message was refused: by status, or by a JSON-RPC error."""
    return raw.status >= 300 or "error" in as_object(raw.body)


def outcome_of(raw: Raw) -> Outcome | None:
    """What a tool's answer means; None where there is no result."""
    result = as_object(as_object(raw.body).get("result"))
    if raw.status != 200 or not result:
        return None
    content = result.get("content")
    blocks = [as_object(block) for block in content] if isinstance(content, list) else []
    said = ToolResult(
        call_id="",
        text="\n".join(as_text(block.get("text")) for block in blocks),
        structured=result.get("structuredContent"),
        is_error=result.get("isError") is True,
    )
    return read_answer(said, waits=False)
