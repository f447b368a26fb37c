"""A client that holds no key finds its way to a token, by way of a person."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from urllib.parse import parse_qs, urlencode

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, Unseen, Violated, gateway_check, sighted
from agentport_harness.bench.http import Raw, bearer
from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.urls import split_url

REDIRECT = "http://127.0.0.1:48484/callback"
"""Where the answer would be sent; nobody listens there, it is read from the redirect."""
_RESOURCE = "/.well-known/oauth-protected-resource/mcp"
_SERVER = "/.well-known/oauth-authorization-server"
_NAMED = re.compile(r'resource_metadata="?([^",\s]+)')
_REFUSED = (401, 403)
_REST = ("/api/installed", "/api/logs")
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "registration_endpoint")


@gateway_check(
    "GW105",
    level="SHOULD",
    why="Clients that connect by OAuth look these documents up: one that contradicts another ends in a failed sign-in.",
    mend="Serve both documents from the address that the challenge names; register, ask a person, check the verifier.",
)
async def oauth_metadata(bench: Bench) -> AsyncIterator[Sighting]:
    """Resource and server metadata are served, consistent, and lead to a token that `/mcp` accepts and REST refuses.

    By way of dynamic registration, PKCE and the consent of a person, for which an adapter is needed that can consent:
    without one the rest is looked at, and the verdict is not testable. A wrong verifier has to be refused.
    """
    server: Mapping[str, JSON] = {}
    async for sighting, found in _discovery(bench):
        server = found or server
        yield sighting
    if not all(as_text(server.get(name)) for name in _ENDPOINTS):
        return
    registered = await _post_json(bench, as_text(server["registration_endpoint"]), _CLIENT)
    client = as_text(as_object(registered.body).get("client_id"))
    yield sighted(
        registered.status == 201 and bool(client), "a client cannot register", expected="status 201 and a client_id"
    )
    if not client:
        return
    if not bench.can("consent"):
        yield Unseen(reason="needs an adapter that can consent in a person's place (--adapter)")
        return
    flow = _Flow(bench, server, client)
    code = await flow.code()
    for sighting in flow.seen:
        yield sighting
    if not code:
        return
    wrong = await flow.token(code, verifier=secrets.token_urlsafe(48))
    yield sighted(wrong.status == 400, "a wrong code verifier is not refused", expected="status 400")
    answer = await flow.token(await flow.code())
    token = as_text(as_object(answer.body).get("access_token"))
    bench.stand.redactor.hide(token)
    yield sighted(answer.status == 200 and bool(token), "the code leads to no token", expected="an access token")
    if not token:
        return
    if revocation := as_text(server.get("revocation_endpoint")):
        kept = as_text(as_object(answer.body).get("refresh_token")) or token
        bench.undo("an OAuth token", lambda: _post_form(bench, revocation, {"token": kept, "client_id": client}))
    greeted = await bench.hello("2025-11-25", auth=bearer(token))
    yield sighted(greeted.status == 200, "/mcp does not accept the token", expected="status 200")
    for path in _REST:
        if (await bench.http("GET", path, headers={})).status in _REFUSED:
            rest = await bench.http("GET", path, headers=bearer(token))
            yield sighted(rest.status in _REFUSED, f"REST accepts the token for /mcp at {path}", expected="401 or 403")


_CLIENT: Mapping[str, JSON] = {
    "client_name": "agentport-conformance",
    "redirect_uris": [REDIRECT],
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
    "token_endpoint_auth_method": "none",
}


async def _discovery(bench: Bench) -> AsyncIterator[tuple[Sighting, Mapping[str, JSON]]]:
    """What is seen of the metadata, and the server's where it is served."""
    refused = await bench.hello("2026-07-28", auth={})
    named = _NAMED.search(refused.headers.get("www-authenticate", ""))
    answer = await bench.http("GET", named.group(1) if named else _RESOURCE, headers={})
    resource = as_object(answer.body)
    is_ours = as_text(resource.get("resource")).rstrip("/") == bench.stand.mcp_url.rstrip("/")
    yield (
        sighted(
            answer.status == 200 and is_ours,
            "no resource metadata of this endpoint is served",
            expected=f"status 200 and the resource {bench.stand.mcp_url}",
        ),
        {},
    )
    if not resource:
        return
    listed = resource.get("authorization_servers")
    issuer = as_text(listed[0]) if isinstance(listed, list) and listed else ""
    yield sighted(bool(issuer), "the resource metadata names no authorization server", expected="an issuer"), {}
    if not issuer:
        return
    parts = split_url(issuer)
    answer = await bench.http("GET", f"{parts.scheme}://{parts.netloc}{_SERVER}{parts.path.rstrip('/')}", headers={})
    server = as_object(answer.body)
    if answer.status != 200 or not server:
        yield Violated(message="no authorization-server metadata is served", expected="status 200 and JSON"), {}
        return
    yield (
        sighted(
            as_text(server.get("issuer")).rstrip("/") == issuer.rstrip("/"),
            "the authorization server calls itself otherwise than the resource does",
            expected=f"the issuer {issuer}",
        ),
        server,
    )
    missing = [name for name in _ENDPOINTS if not as_text(server.get(name))]
    yield sighted(not missing, "the server's metadata lacks an endpoint", expected=", ".join(_ENDPOINTS)), server
    methods = server.get("code_challenge_methods_supported")
    yield (
        sighted(isinstance(methods, list) and "S256" in methods, "PKCE by S256 is not offered", expected="S256"),
        server,
    )


class _Flow:
    """Asking for codes and tokens as one registered client."""

    def __init__(self, bench: Bench, server: Mapping[str, JSON], client: str) -> None:
        self._bench, self._server, self._client = bench, server, client
        self._verifier = secrets.token_urlsafe(48)
        self.seen: list[Sighting] = []

    async def code(self) -> str:
        """A code that a person agreed to, empty where none came."""
        state = self._bench.stand.unique()
        digest = hashlib.sha256(self._verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": REDIRECT,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "state": state,
            "resource": self._bench.stand.mcp_url,
        }
        page = as_text(self._server["authorization_endpoint"])
        where = await self._bench.adapter.consent(f"{page}{'&' if '?' in page else '?'}{urlencode(asked)}")
        heard = {name: values[0] for name, values in parse_qs(split_url(where).query).items()}
        code = heard.get("code", "")
        self._bench.stand.redactor.hide(code)
        at = where.partition("?")[0]
        self.seen = [
            sighted(
                bool(code) and at == REDIRECT,
                "consent does not lead back to the client with a code",
                expected="the redirect URI with a code",
                evidence=f"{at} with {', '.join(sorted(heard))}",
            ),
            sighted(
                heard.get("state") == state, "the state does not come back unchanged", expected="the client's own state"
            ),
        ]
        if self._server.get("authorization_response_iss_parameter_supported") is True:
            told = heard.get("iss", "")
            is_told = told.rstrip("/") == as_text(self._server.get("issuer")).rstrip("/")
            self.seen.append(sighted(is_told, "the answer does not name its issuer", expected="iss", evidence=told))
        return code

    async def token(self, code: str, *, verifier: str = "") -> Raw:
        """The token endpoint's answer to a code."""
        given = {
            "grant_type": "authorization_code",
            "client_id": self._client,
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": verifier or self._verifier,
            "resource": self._bench.stand.mcp_url,
        }
        return await _post_form(self._bench, as_text(self._server["token_endpoint"]), given)


async def _post_json(bench: Bench, url: str, body: Mapping[str, JSON]) -> Raw:
    return await bench.http("POST", url, headers={}, body=body)


async def _post_form(bench: Bench, url: str, given: Mapping[str, str]) -> Raw:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return await bench.http("POST", url, headers=kind, body=urlencode(given).encode())
