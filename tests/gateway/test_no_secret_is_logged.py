"""A real process, every kind of secret, everything that goes wrong with one: the log and the output hold none."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx2
import pyotp
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from .test_serving import is_ready, sign_in, start
from .world import AWAIT, CALL, ask, facts, recording_upstream, served

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio


class Parrot:
    """An API that refuses everything and says back what it was sent, headers and all."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        body = (await receive()).get("body", b"")
        said = body + b" ".join(name + b": " + value for name, value in scope["headers"])
        status = 200 if scope["path"] == "/good" else 500
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": said})


async def live(told: dict[str, Any], upstream: str, parrot: str) -> list[str]:
    """Make, use and misuse secrets of every kind; what they were."""
    secrets = [told["api_key"], told["second"]["api_key"], told["second"]["human"]["password"]]
    async with httpx2.AsyncClient(base_url=told["base_url"], timeout=30) as http:

        async def post(path: str, status: int, **body: Any) -> Any:
            answer = await http.post(f"/api{path}", json=body, headers=human)
            assert answer.status_code == status, (path, answer.text)
            return answer.json()

        human = await sign_in(http, told["human"])
        wrong = {"username": told["human"]["email"], "password": "wrong horse battery"}
        assert (await http.post("/api/auth/token", data=wrong)).status_code == 401
        key = (await post("/api-keys", 201, name="another"))["plain_key"]
        webhook = await post("/webhooks", 201, url=f"{parrot}/hook?token=tok_in_a_webhooks_address")
        await post("/integrations/custom", 201, name="Tokened", url=upstream)
        await post("/installed", 201, integration_id="tokened", auth_method="token", token="tok_of_an_mcp_server")
        tools = [
            {"name": "good", "description": "Good", "path": "/good"},
            {"name": "bad", "description": "Bad", "method": "POST", "path": "/bad", "parameters": [SAID]},
        ]
        await post("/integrations/custom-api", 201, name="Parrot", base_url=parrot, tools=tools)
        await post("/installed", 201, integration_id="parrot", auth_method="token", token="tok_that_is_said_back")
        async with (
            httpx2.AsyncClient(headers={"X-API-Key": told["api_key"]}, timeout=30) as mine,
            Client(streamable_http_client(told["mcp_url"], http_client=mine), mode="2026-07-28") as agent,
        ):
            call = ask("bad", "parrot", said="what the agent whispered")
            request_id = facts(await agent.call_tool(CALL, {**call, "additional_info": "why the agent did"}))[
                "request_id"
            ]
            path = f"/tool-approvals/requests/{request_id}"
            await post(f"{path}/approve-once", 200)
            assert facts(await agent.call_tool(AWAIT, {"request_id": request_id}))["outcome"] == "executed"
            await agent.call_tool(CALL, ask("act", "tokened", password="what the agent typed"))
        for header in ({"X-API-Key": key[:-1] + "x"}, {"Authorization": f"Bearer {key}x"}):
            assert (await http.get("/api/installed", headers=header)).status_code == 401
            assert (await http.post("/mcp", json={}, headers=header)).status_code == 401
        form = {"grant_type": "refresh_token", "refresh_token": "apr_that_nobody_gave", "client_id": "nobody"}
        assert (await http.post("/token", data=form)).status_code in (400, 401)
        totp = await post("/users/me/totp/setup", 200)
        codes = await post("/users/me/totp/enable", 200, totp_code=pyotp.TOTP(totp["secret"]).now())
        await post(f"{path}/deny", 409, totp_code=codes["recovery_codes"][0])
    secrets += [human["Authorization"].removeprefix("Bearer "), wrong["password"], key, key[:-1] + "x"]
    secrets += [webhook["secret"], "tok_in_a_webhooks_address", totp["secret"], *codes["recovery_codes"]]
    secrets += ["tok_of_an_mcp_server", "tok_that_is_said_back", "apr_that_nobody_gave"]
    return [*secrets, "what the agent whispered", "why the agent did", "what the agent typed"]


SAID = {"name": "said", "in": "body", "type": "string"}


@pytest.mark.parametrize("form", ["json", pytest.param("text", marks=pytest.mark.slow)])
async def test_neither_log_nor_output_holds_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setenv("AGENTPORT_LOG_FORMAT", form)
    monkeypatch.setenv("AGENTPORT_SECRET_KEY", "the key that seals what is stored")
    process, ready = start(tmp_path, demo=True)
    async with recording_upstream() as upstream, served(Parrot()) as (parrot, _):
        try:
            told = await is_ready(process, ready)
            secrets = await live(told, upstream.url, parrot)
        finally:
            process.terminate()
            output, log = await asyncio.to_thread(process.communicate, timeout=30)
    assert process.returncode == 0
    for secret in (*secrets, "the key that seals what is stored"):
        assert secret not in log, secret
        # The demonstration prints its own key and password for whoever started it, and nothing else.
        assert secret not in output or secret == told["api_key"], secret
    if form == "json":
        events = [json.loads(line)["event"] for line in log.splitlines()]
        assert events.count("call_tool") == 2
