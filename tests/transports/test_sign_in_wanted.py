"""The scripted upstream that wants a sign-in leads a gateway as far as the page where a person would sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from agentport_harness.core.transcript import Integration, ScriptedTool
from agentport_harness.transports.upstream import scripted_upstreams

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
HEADERS = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"}


@pytest.fixture
async def drive() -> AsyncIterator[tuple[httpx2.AsyncClient, str]]:
    """An integration that wants a sign-in, beside one that does not."""
    tools = (ScriptedTool(name="list_files"),)
    async with scripted_upstreams() as upstreams, httpx2.AsyncClient(headers=HEADERS, timeout=10) as http:
        upstreams.add("files", Integration(name="files", tools=tools), lambda _tool, _arguments: None)
        yield (
            http,
            upstreams.add(
                "drive", Integration(name="drive", tools=tools, sign_in=True), lambda _tool, _arguments: None
            ),
        )


async def _authorization_server(http: httpx2.AsyncClient, url: str) -> dict[str, Any]:
    challenge = (await http.post(url, json=LIST)).headers["www-authenticate"]
    resource = (await http.get(challenge.partition('resource_metadata="')[2].rstrip('"'))).json()
    assert resource["resource"] == url
    (issuer,) = resource["authorization_servers"]
    metadata: dict[str, Any] = (await http.get(f"{issuer}/.well-known/oauth-authorization-server")).json()
    assert metadata["issuer"] == issuer
    return metadata


async def test_who_has_not_signed_in_is_refused_and_told_where_to(drive: tuple[httpx2.AsyncClient, str]) -> None:
    http, url = drive
    assert (await http.post(url, json=LIST)).status_code == 401
    assert (await _authorization_server(http, url))["code_challenge_methods_supported"] == ["S256"]


async def test_an_integration_beside_it_answers_as_ever(drive: tuple[httpx2.AsyncClient, str]) -> None:
    http, url = drive
    answer = await http.post(url.replace("/drive/", "/files/"), json=LIST)
    assert answer.status_code == 200
    assert [tool["name"] for tool in answer.json()["result"]["tools"]] == ["list_files"]


async def test_a_gateway_registers_with_the_redirects_that_it_names(drive: tuple[httpx2.AsyncClient, str]) -> None:
    http, url = drive
    register = (await _authorization_server(http, url))["registration_endpoint"]
    asked = {"redirect_uris": ["http://127.0.0.1:9/callback"]}
    answer = await http.post(register, json=asked)
    assert answer.status_code == 201
    assert answer.json()["redirect_uris"] == asked["redirect_uris"]
    assert answer.json()["client_id"]


@pytest.mark.parametrize("body", [b"", b"redirect", b"[]", b"7", b"{}", b'{"client_name": "x"}'])
async def test_a_registration_that_names_no_redirect_is_refused(
    drive: tuple[httpx2.AsyncClient, str], body: bytes
) -> None:
    http, url = drive
    register = (await _authorization_server(http, url))["registration_endpoint"]
    answer = await http.post(register, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_client_metadata"}
