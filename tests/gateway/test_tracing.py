"""Spans as a collector gets them over OTLP: who did what under what, and nothing that anybody said."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from .test_serving import is_ready, sign_in, start
from .world import AWAIT, CALL, ask, facts, recording_upstream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.anyio

PLANTED = ("a private order", "hunter2hunter2", "because of hunter3", "tok_hunter4", "Unknown tool")
SERVER, CLIENT, ERROR = 2, 3, 2


@dataclass
class Collector:
    """An OTLP/HTTP receiver; one that `hangs` takes spans and never answers."""

    hangs: bool = False
    bodies: list[bytes] = field(default_factory=list)
    url: str = ""
    over: threading.Event = field(default_factory=threading.Event)

    def spans(self) -> list[Any]:
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        return [
            span
            for body in self.bodies
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@contextlib.contextmanager
def collecting(*, hangs: bool = False) -> Iterator[Collector]:
    collector = Collector(hangs=hangs)

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            collector.bodies.append(gzip.decompress(body) if self.headers["content-encoding"] == "gzip" else body)
            if collector.hangs:
                collector.over.wait(60)
            self.send_response(200 if self.path == "/v1/traces" else 404)
            self.end_headers()

        def log_message(self, *_given: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.daemon_threads = True
    collector.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield collector
    finally:
        collector.over.set()
        server.shutdown()
        server.server_close()


async def a_day(tmp_path: Path) -> tuple[list[str], str]:
    """What came of an allowed call, an approved one and a foolish one; and what the gateway said on stderr."""
    process, ready = start(tmp_path, demo=True, quiet=True)
    told = await is_ready(process, ready)
    outcomes: list[str] = []
    async with (
        recording_upstream() as upstream,
        httpx2.AsyncClient(headers={"X-API-Key": told["api_key"]}, timeout=30) as mine,
        Client(streamable_http_client(told["mcp_url"], http_client=mine), mode="2026-07-28") as agent,
        httpx2.AsyncClient(base_url=told["base_url"], timeout=30) as http,
    ):
        human = await sign_in(http, told["human"])
        outcomes.append(facts(await agent.call_tool(CALL, ask("lookup", order="a private order")))["outcome"])
        await http.post("/api/integrations/custom", json={"name": "Probe", "url": upstream.url}, headers=human)
        token = {"integration_id": "probe", "auth_method": "token", "token": "tok_hunter4"}
        assert (await http.post("/api/installed", json=token, headers=human)).status_code == 201
        call = {**ask("act", "probe", password="hunter2hunter2"), "additional_info": "because of hunter3"}
        request_id = facts(await agent.call_tool(CALL, call))["request_id"]
        await http.post(f"/api/tool-approvals/requests/{request_id}/approve-once", headers=human)
        outcomes.append(facts(await agent.call_tool(AWAIT, {"request_id": request_id}))["outcome"])
        with pytest.raises(MCPError, match="Unknown tool"):
            await agent.call_tool("nothing")
    process.terminate()
    _, errors = await asyncio.to_thread(process.communicate, timeout=45)
    assert process.returncode == 0
    return outcomes, errors


@pytest.fixture(autouse=True)
def _traced(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http.trace_exporter", reason="the extra is not installed")
    monkeypatch.setenv("AGENTPORT_TRACES", "true")
    # Longer than the test waits: who waits for a collector to answer does not come back in time.
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "300")


async def test_a_collector_gets_each_piece_of_work_under_what_caused_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        outcomes, errors = await a_day(tmp_path)
        spans = collector.spans()
        sent = b"".join(collector.bodies)
    assert (outcomes, errors) == (["executed", "executed"], "")
    by_id = {span.span_id: span for span in spans}

    def path(span: Any) -> list[str]:
        above = by_id.get(span.parent_span_id)
        return [span.name] if above is None else [*path(above), span.name]

    paths = [path(span) for span in spans]
    assert ["tools/call agentport__call_tool", "call_tool", "call_upstream"] in paths
    assert [
        "tools/call agentport__await_approval",
        "await_approval",
        "call_upstream",
        "MCP send tools/call act",
    ] in paths
    assert ["POST /api/tool-approvals/requests/{request_id}/approve-once"] in paths
    served = next(span for span in spans if span.name == "tools/call agentport__call_tool")
    attributes = {one.key: one.value.string_value for one in served.attributes}
    assert served.kind == SERVER
    assert attributes["mcp.method.name"] == "tools/call"
    assert attributes["gen_ai.operation.name"] == "execute_tool"
    assert attributes["gen_ai.tool.name"] == "agentport__call_tool"
    assert next(span for span in spans if span.name == "MCP send tools/call act").kind == CLIENT
    failed = next(span for span in spans if span.name == "tools/call nothing")
    assert (failed.status.code, failed.status.message) == (ERROR, "")
    assert b"agentport-gateway" in sent
    for planted in (*PLANTED, "ap_", "aps_", "correct horse"):
        assert planted.encode() not in sent, planted


@pytest.mark.slow
@pytest.mark.parametrize("away", ["down", "hanging"])
async def test_a_collector_that_is_away_neither_breaks_calls_nor_keeps_the_gateway_from_stopping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, away: str
) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    with collecting(hangs=True) as collector:
        url = collector.url if away == "hanging" else "http://127.0.0.1:9"
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        outcomes, errors = await a_day(tmp_path)
    assert outcomes == ["executed", "executed"]
    assert "Traceback" not in errors
    assert "Transient" not in errors
