"""A client program that connects by OAuth, and the person who lets it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from tests.gateway.web.people import Person, Screen, member

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.gateway.world import Tenant, World

CALLBACK = "http://127.0.0.1:5555/callback"
VERIFIER = "v" * 64
ACCEPT = {"Accept": "application/json, text/event-stream"}
LIST_TOOLS = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


def challenge(verifier: str = VERIFIER) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query, keep_blank_values=True).items()}


@dataclass
class Program:
    """A client program: what it registered, and the tokens it holds."""

    world: World
    http: httpx2.AsyncClient
    person: Person
    client_id: str = ""
    tokens: dict[str, Any] = field(default_factory=dict)

    @property
    def resource(self) -> str:
        return f"{self.world.base_url}/mcp"

    async def register(self, **more: Any) -> httpx2.Response:
        given = {
            "client_name": "Probe",
            "redirect_uris": [CALLBACK],
            "token_endpoint_auth_method": "none",
            **more,
        }
        answer = await self.http.post("/register", json=given)
        if answer.status_code == 201:
            self.client_id = answer.json()["client_id"]
        return answer

    def wish(self, **more: str | None) -> dict[str, str]:
        given = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            "state": "s1",
            "resource": self.resource,
            **more,
        }
        return {name: value for name, value in given.items() if value is not None}

    async def ask(self, **more: str | None) -> httpx2.Response:
        """The first answer of the authorization endpoint."""
        return await self.person.http.get("/authorize", params=self.wish(**more))

    async def consent_page(self, **more: str | None) -> Screen:
        answer = await self.ask(**more)
        assert answer.status_code == 302, answer.text
        return await self.person.open(answer.headers["location"])

    async def answered(self, answer: str = "allow", **more: str | None) -> dict[str, str]:
        """What the program hears at its redirect URI after the person has answered."""
        page = await self.consent_page(**more)
        sent = await self.person.submit(page.form("/oauth/consent"), follow=False, answer=answer)
        assert sent.status == 303, sent.text
        where = sent.answer.headers["location"]
        assert where.startswith(more.get("redirect_uri") or CALLBACK)
        return query_of(where)

    async def exchange(self, code: str, **more: str | None) -> httpx2.Response:
        given = {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            "resource": self.resource,
            **more,
        }
        return await self._token(given)

    async def refresh(self, token: str | None = None, **more: str | None) -> httpx2.Response:
        given = {
            "grant_type": "refresh_token",
            "client_id": self.client_id,
            "refresh_token": token or self.tokens["refresh_token"],
            **more,
        }
        return await self._token(given)

    async def connect(self, **more: Any) -> dict[str, Any]:
        """Register, be let in, and hold tokens."""
        assert (await self.register(**more)).status_code == 201
        heard = await self.answered()
        answer = await self.exchange(heard["code"])
        assert answer.status_code == 200, answer.text
        return self.tokens

    async def mcp(self, token: str | None = None, **headers: str) -> httpx2.Response:
        """The answer of `/mcp` to a token."""
        sent = {"Authorization": f"Bearer {token or self.tokens['access_token']}", **ACCEPT, **headers}
        return await self.http.post("/mcp", json=LIST_TOOLS, headers=sent)

    async def _token(self, given: dict[str, str | None]) -> httpx2.Response:
        answer = await self.http.post("/token", data={name: one for name, one in given.items() if one is not None})
        if answer.status_code == 200:
            self.tokens = answer.json()
        return answer


@contextlib.asynccontextmanager
async def program(world: World, tenant: Tenant | None = None) -> AsyncIterator[Program]:
    """A program that is not registered yet, beside a signed-in member of the tenant."""
    async with (
        member(world, tenant) as person,
        httpx2.AsyncClient(base_url=world.base_url, timeout=30) as http,
    ):
        yield Program(world, http, person)
