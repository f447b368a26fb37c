"""The authorization server of a remote MCP server: found, checked, and asked for tokens."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlsplit

import httpx2
from mcp.client.auth.utils import (
    build_oauth_authorization_server_metadata_discovery_urls,
    build_protected_resource_metadata_discovery_urls,
    extract_resource_metadata_from_www_auth,
    extract_scope_from_www_auth,
    issuers_match,
)
from mcp.shared.auth import OAuthMetadata, OAuthToken, ProtectedResourceMetadata
from mcp.shared.auth_utils import check_resource_allowed
from pydantic import BaseModel, ValidationError

from agentport_gateway.upstreams.fetching import FetchError, fetch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentport_gateway.settings import Settings

_Model = TypeVar("_Model", bound=BaseModel)
_MOST_BYTES = 200_000
_HELLO = {
    "jsonrpc": "2.0",
    "id": 0,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "agentport-gateway", "version": "1"},
    },
}


class SignInError(Exception):
    """The authorization server does not do what is needed; the text says what, and is fit for agents.

    `refused` means that it answered and said no: trying the same again is no use.
    """

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthClient:
    """This gateway as one authorization server knows it, for one integration."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    promises_issuer: bool
    resource: str
    scope: str | None
    client_id: str
    client_secret: str | None
    auth_method: str
    redirect_uri: str

    def to_json(self) -> dict[str, Any]:
        """As it is sealed."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """An MCP endpoint's authorization server, checked; the resource that tokens are for, and the scope to ask for."""

    server: OAuthMetadata
    resource: str
    scope: str | None


async def discover(settings: Settings, mcp_url: str) -> Discovered:
    """The authorization server of an MCP endpoint. Raises SignInError where there is none that can be used."""
    resource, asked_scope = await _resource(settings, mcp_url)
    named = str(resource.authorization_servers[0]) if resource else None
    server = await _server(settings, mcp_url, named)
    if "S256" not in (server.code_challenge_methods_supported or ()):
        raise SignInError("its authorization server does not offer PKCE with S256")
    lenient = urlsplit(mcp_url).scheme == "http"
    for endpoint in (server.authorization_endpoint, server.token_endpoint, server.registration_endpoint):
        if endpoint is not None and endpoint.scheme != "https" and not lenient:
            raise SignInError("its authorization server has an address without TLS")
    scopes = (resource.scopes_supported if resource else None) or []
    return Discovered(
        server=server,
        resource=str(resource.resource) if resource else mcp_url,
        scope=asked_scope or " ".join(scopes) or None,
    )


async def ask_for_tokens(settings: Settings, client: OAuthClient, form: Mapping[str, str]) -> OAuthToken:
    """What the token endpoint gives for a code or a refresh token. Raises SignInError."""
    data = {**form, "client_id": client.client_id, "resource": client.resource}
    headers = {"Accept": "application/json"}
    request_auth = None
    if client.client_secret is not None and client.auth_method == "client_secret_basic":
        request_auth = httpx2.BasicAuth(quote(client.client_id, safe=""), quote(client.client_secret, safe=""))
    elif client.client_secret is not None:
        data["client_secret"] = client.client_secret
    request = httpx2.Request("POST", client.token_endpoint, data=data, headers=headers)
    if request_auth is not None:
        request = next(request_auth.auth_flow(request))
    answer = await ask(settings, request)
    if answer.status_code != 200:
        refused = 400 <= answer.status_code < 500 and answer.status_code != 429
        raise SignInError(f"its authorization server refused: {reason(answer)}", refused=refused)
    try:
        return OAuthToken.model_validate_json(answer.content)
    except ValidationError as error:
        raise SignInError("its authorization server gave something that is no token") from error


async def ask(settings: Settings, request: httpx2.Request) -> httpx2.Response:
    """The answer to one request. Raises SignInError where none comes."""
    try:
        return await fetch(settings, request, most=_MOST_BYTES)
    except FetchError as error:
        raise SignInError(f"{request.url.host}: {error}") from error


def reason(answer: httpx2.Response) -> str:
    """Why a server refused, in its own word where that is fit for people."""
    try:
        said = json.loads(answer.content)
        error = str(said["error"])[:100]
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code}"
    return error if error.isprintable() else f"HTTP {answer.status_code}"


async def _resource(settings: Settings, mcp_url: str) -> tuple[ProtectedResourceMetadata | None, str | None]:
    headers = {"Accept": "application/json, text/event-stream"}
    hello = await ask(settings, httpx2.Request("POST", mcp_url, json=_HELLO, headers=headers))
    named = scope = None
    if hello.status_code in (401, 403):
        named, scope = extract_resource_metadata_from_www_auth(hello), extract_scope_from_www_auth(hello)
    for url in build_protected_resource_metadata_discovery_urls(named, mcp_url):
        found = await _document(settings, url, ProtectedResourceMetadata)
        if found is None:
            continue
        if not check_resource_allowed(mcp_url, str(found.resource)):
            raise SignInError("its metadata is about another resource")
        return found, scope
    return None, scope


async def _server(settings: Settings, mcp_url: str, named: str | None) -> OAuthMetadata:
    parts = urlsplit(mcp_url)
    expected = named or f"{parts.scheme}://{parts.netloc}"
    for url in build_oauth_authorization_server_metadata_discovery_urls(named, mcp_url):
        found = await _document(settings, url, OAuthMetadata)
        if found is None:
            continue
        if not issuers_match(str(found.issuer), expected):
            raise SignInError("its authorization server says that it is another one")
        return found
    raise SignInError("it names no authorization server that can be found: use a token")


async def _document(settings: Settings, url: str, model: type[_Model]) -> _Model | None:
    if urlsplit(url).scheme not in ("http", "https"):
        return None
    answer = await ask(settings, httpx2.Request("GET", url, headers={"Accept": "application/json"}))
    if answer.status_code != 200:
        return None
    try:
        return model.model_validate_json(answer.content)
    except ValidationError:
        return None
