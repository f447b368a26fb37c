"""What operators see: log lines without secrets, spans without arguments, and no call home."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from agentport_gateway import logs, observing
from agentport_gateway.logs import masked
from agentport_gateway.tracing import CannotTraceError, export_spans

from .test_serving import is_ready, sign_in, start
from .world import AWAIT, CALL, World, ask, facts, recording_upstream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

pytestmark = pytest.mark.anyio

KEY = "ap_" + "k" * 43


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    reason = "the OpenTelemetry SDK is not installed"
    sdk = pytest.importorskip("opentelemetry.sdk.trace", reason=reason)
    export = pytest.importorskip("opentelemetry.sdk.trace.export", reason=reason)
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter", reason=reason)
    provider, exporter = sdk.TracerProvider(), memory.InMemorySpanExporter()
    provider.add_span_processor(export.SimpleSpanProcessor(exporter))
    observing.trace_with(provider.get_tracer("test"))
    yield exporter
    observing.trace_with(None)


@pytest.fixture
def lines(world: World) -> Iterator[io.StringIO]:
    """The log as JSON lines, of everything down to the debugging of every library."""
    stream = io.StringIO()
    root = logging.getLogger()
    kept = (root.handlers[:], root.level, logging.getLogger("agentport_gateway.work").level)
    logs.configure(world.gateway.settings.model_copy(update={"log_format": "json"}), quiet=False, stream=stream)
    root.setLevel(logging.DEBUG)
    yield stream
    root.handlers[:], level, work = kept
    root.setLevel(level)
    logging.getLogger("agentport_gateway.work").setLevel(work)
    for name in ("agentport_gateway", "uvicorn"):
        logging.getLogger(name).setLevel(logging.NOTSET)


async def a_days_work(world: World) -> None:
    """Calls of every kind, an integration with a token, a failed sign-in, a broken database."""
    async with recording_upstream() as upstream, world.agent() as agent:
        integration = await world.install("Probe", upstream.url)
        await agent.call_tool(CALL, ask("lookup", order="a private order"))
        request_id = facts(await agent.call_tool(CALL, ask("act", integration, password="hunter2hunter2")))[
            "request_id"
        ]
        await world.decide(request_id, "approve-once")
        await agent.call_tool(AWAIT, {"request_id": request_id})
        await world.http.post(
            "/api/auth/token", data={"username": "one@example.org", "password": "correct horse battery"}
        )
        body = {"name": "Tokened", "url": upstream.url}
        await world.http.post("/api/integrations/custom", json=body, headers=world.first.as_human)
        token = {"integration_id": "tokened", "auth_method": "token", "token": "tok_secret_of_the_upstream"}
        await world.http.post("/api/installed", json=token, headers=world.first.as_human)

        def broken(connection: Any) -> None:
            connection.exec_driver_sql("SELECT * FROM nowhere WHERE secret = ?", (KEY,))

        for operation in (world.gateway.database.read, world.gateway.database.write):
            with pytest.raises(Exception, match="database"):
                await operation(broken)


async def test_no_secret_is_in_any_log_line(world: World, lines: io.StringIO) -> None:
    await a_days_work(world)
    told = lines.getvalue()
    secrets = (
        world.first.api_key,
        world.first.sign_in,
        KEY,
        "hunter2hunter2",
        "correct horse battery",
        "tok_secret_of_the_upstream",
        world.gateway.settings.secret_key,
    )
    found = [line for line in told.splitlines() if any(secret in line for secret in secrets)]
    # The SDK's own debugging prints whole messages; it is off unless somebody asks for it.
    assert [line for line in found if json.loads(line)["level"] != "debug"] == []
    assert [line for line in found if world.first.api_key in line or world.first.sign_in in line] == []


async def test_each_call_is_one_json_line(world: World, lines: io.StringIO) -> None:
    await a_days_work(world)
    events = [json.loads(line) for line in lines.getvalue().splitlines()]
    work = [event for event in events if event["logger"] == "agentport_gateway.work"]
    assert [(event["event"], event.get("outcome")) for event in work if event["event"] != "call_upstream"] == [
        ("call_tool", "executed"),
        ("call_tool", "approval_required"),
        ("await_approval", "executed"),
    ]
    assert all(event["milliseconds"] >= 0 for event in work)
    errors = [event for event in events if "error" in event]
    assert len(errors) == 2
    assert "no such table" in errors[0]["error"]


async def test_calls_awaits_and_upstreams_have_spans_without_arguments(
    world: World, spans: InMemorySpanExporter
) -> None:
    await a_days_work(world)
    finished: tuple[ReadableSpan, ...] = spans.get_finished_spans()
    names = [span.name for span in finished]
    assert sorted(names) == ["await_approval", "call_tool", "call_tool", "call_upstream", "call_upstream"]
    by_id = {span.context.span_id: span for span in finished if span.context is not None}
    upstream = next(span for span in finished if span.name == "call_upstream")
    assert upstream.parent is not None
    assert by_id[upstream.parent.span_id].name == "call_tool"
    told = "\n".join(span.to_json() for span in finished)
    assert '"agentport.outcome": "approval_required"' in told
    assert "private order" not in told
    assert "hunter2" not in told


async def test_a_span_names_the_error_and_not_its_words(spans: InMemorySpanExporter) -> None:
    with pytest.raises(RuntimeError), observing.observe("work", size=1):
        raise RuntimeError("a secret")
    (span,) = spans.get_finished_spans()
    assert dict(span.attributes or {}) == {"agentport.size": 1, "error.type": "RuntimeError"}
    assert span.events == ()


def test_unseen_work_costs_nothing_but_a_look() -> None:
    assert observing.observe("one") is observing.observe("two")


def test_spans_without_the_extra_are_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.sdk.trace.export", None)
    with pytest.raises(CannotTraceError, match="telemetry"):
        export_spans()


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        (f"key {KEY} refused", "key ap_[masked] refused"),
        ("Authorization: Bearer abcdefgh.ijkl", "Authorization: Bearer [masked]"),
        ("postgresql://user:pass@host/db", "postgresql://user:[masked]@host/db"),
        ("token gAAAAABnot-really-sealed-but-long", "token gAAAAA[masked]"),
        ("nothing secret in https://host/path", "nothing secret in https://host/path"),
    ],
)
def test_secrets_are_masked_wherever_they_stand(line: str, seen: str) -> None:
    assert masked(line) == seen


HOME = """
import sys
def guard(event, arguments):
    host = None
    if event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    if host not in (None, "127.0.0.1", "::1", "localhost"):
        sys.stderr.write(f"CALLED {event} {host}\\n")
        raise PermissionError(host)
sys.addaudithook(guard)
import socket
try:
    socket.create_connection(("192.0.2.1", 9), 1)  # shows that the guard guards
except PermissionError:
    pass
"""


async def test_the_gateway_calls_nobody_of_its_own_accord(tmp_path: Path) -> None:
    process, ready = start(tmp_path, prelude=HOME, demo=True, quiet=True)
    try:
        told = await is_ready(process, ready)
        async with httpx2.AsyncClient(base_url=told["base_url"], timeout=20) as http:
            human, agent = await sign_in(http, told["human"]), {"X-API-Key": told["api_key"]}
            for path in ("/health/ready", "/api/logs", "/api/integrations", "/api/openapi.json"):
                assert (await http.get(path, headers=human)).status_code == 200
            call = {"tool_name": "refund", "args": {"order": "1"}}
            asked = (await http.post("/api/tools/demo/call", json=call, headers=agent)).json()
            path = f"/api/tool-approvals/requests/{asked['approval_request_id']}/approve-once"
            await http.post(path, headers=human)
            assert (await http.post("/api/tools/demo/call", json=call, headers=agent)).status_code == 200
    finally:
        process.terminate()
        _, errors = await asyncio.to_thread(process.communicate, timeout=20)
    called = [line for line in errors.splitlines() if line.startswith("CALLED")]
    assert called == ["CALLED socket.getaddrinfo 192.0.2.1"], errors
