"""An MCP server that is no gateway passes nothing that it was not asked about."""

from __future__ import annotations

import pytest
from mcp.server import MCPServer
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from agentport_harness.bench.stand import Stand, Tenant
from agentport_harness.runner.catalogue import gateway_checks
from agentport_harness.runner.gateway import check_stand
from tests.gateway.world import served

pytestmark = pytest.mark.anyio


async def test_a_server_that_takes_anybody_and_offers_something_else_is_told_apart_from_a_gateway() -> None:
    plain = MCPServer("plain", log_level="CRITICAL")
    wanted = [check for check in gateway_checks() if check.id in ("GW102", "GW103", "GW105", "GW106", "GW202", "GW203")]
    async with served(plain.streamable_http_app()) as (base_url, _):
        stand = Stand(mcp_url=f"{base_url}/mcp", base_url=base_url, first=Tenant(api_key="anything"))
        run = await check_stand(wanted, stand)

    verdicts = {one.rule: (one.status, one.reason) for one in run.sessions[0].verdicts}
    assert verdicts["GW102"] == ("not_testable", "the endpoint answers without a credential too")
    assert verdicts["GW103"] == verdicts["GW102"]
    assert verdicts["GW105"][0] == "warn"
    assert verdicts["GW106"][0] == "pass"
    assert verdicts["GW202"][0] == "not_testable"
    assert "not offered: describe_tool" in verdicts["GW202"][1]
    assert verdicts["GW203"] == ("not_testable", "none of the documented tools is listed")


async def test_a_server_that_speaks_the_older_revision_alone_is_asked_in_it_whether_it_takes_foreign_names() -> None:
    plain = MCPServer("plain", log_level="CRITICAL")
    wanted = [check for check in gateway_checks() if check.id == "GW106"]
    async with served(_older_alone(plain.streamable_http_app())) as (base_url, _):
        stand = Stand(mcp_url=f"{base_url}/mcp", base_url=base_url, first=Tenant(api_key="anything"))
        run = await check_stand(wanted, stand)

    assert [one.status for one in run.sessions[0].verdicts] == ["pass"]


def _older_alone(whole: ASGIApp) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        newer = (b"mcp-protocol-version", b"2026-07-28") in scope.get("headers", [])
        await (JSONResponse({"error": "no session"}, status_code=400) if newer else whole)(scope, receive, send)

    return app


async def test_a_server_that_asks_for_no_key_is_checked_without_one() -> None:
    plain = MCPServer("plain", log_level="CRITICAL")
    wanted = [check for check in gateway_checks() if check.id in ("GW101", "GW102", "GW103", "GW104")]
    async with served(plain.streamable_http_app()) as (base_url, _):
        stand = Stand(mcp_url=f"{base_url}/mcp", base_url=base_url, first=Tenant(api_key=""))
        run = await check_stand(wanted, stand)

    verdicts = {one.rule: (one.status, one.reason) for one in run.sessions[0].verdicts}
    taken = ("not_testable", "the endpoint answers without a credential too")
    assert verdicts["GW101"][0] in ("pass", "fail")
    assert verdicts["GW102"] == verdicts["GW103"] == taken
    assert verdicts["GW104"][0] == "fail"
