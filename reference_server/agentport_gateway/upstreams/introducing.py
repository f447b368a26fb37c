"""Who this gateway is to an authorization server: what an operator gave, its own document, or a registration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2
from mcp.client.auth import OAuthRegistrationError
from mcp.client.auth.utils import handle_registration_response, issuers_match

from agentport_gateway.upstreams.oauth_server import Discovered, OAuthClient, SignInError, ask, discover, reason

if TYPE_CHECKING:
    from mcp.shared.auth import OAuthMetadata

    from agentport_gateway.settings import Settings

_METHODS = ("client_secret_basic", "client_secret_post", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenClient:
    """A client that an operator registered by hand, with one authorization server."""

    issuer: str
    client_id: str
    client_secret: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Identity:
    client_id: str
    client_secret: str | None
    auth_method: str


async def introduce(
    settings: Settings, mcp_url: str, *, redirect_uri: str, given: GivenClient | None, document: str | None
) -> OAuthClient:
    """Find the authorization server of an MCP endpoint and be known to it. Raises SignInError.

    `document` is where this gateway publishes what it is, if authorization servers can read it there.
    """
    found = await discover(settings, mcp_url)
    server = found.server
    if given is not None:
        identity = _as_given(server, given)
    elif document is not None and _reads_documents(server):
        identity = _Identity(client_id=document, client_secret=None, auth_method="none")
    else:
        identity = await _registered(settings, found, redirect_uri)
    return OAuthClient(
        issuer=str(server.issuer),
        authorization_endpoint=str(server.authorization_endpoint),
        token_endpoint=str(server.token_endpoint),
        promises_issuer=bool(server.authorization_response_iss_parameter_supported),
        resource=found.resource,
        scope=found.scope,
        client_id=identity.client_id,
        client_secret=identity.client_secret,
        auth_method=identity.auth_method,
        redirect_uri=redirect_uri,
    )


def _as_given(server: OAuthMetadata, given: GivenClient) -> _Identity:
    # The secret is for the server that it was given for: another one that the integration names now never sees it.
    if not issuers_match(given.issuer, str(server.issuer)):
        raise SignInError(f"its authorization server is another one than {given.issuer}, which knows the given client")
    if given.client_secret is None:
        return _Identity(client_id=given.client_id, client_secret=None, auth_method="none")
    offered = [one for one in _methods(server, ("client_secret_basic",)) if one != "none"]
    if not offered:
        raise SignInError("its authorization server takes no client secret")
    return _Identity(client_id=given.client_id, client_secret=given.client_secret, auth_method=offered[0])


async def _registered(settings: Settings, found: Discovered, redirect_uri: str) -> _Identity:
    server = found.server
    if server.registration_endpoint is None:
        raise SignInError("its authorization server takes no registration: give a client of your own, or use a token")
    offered = _methods(server, ("client_secret_basic",))
    if not offered:
        raise SignInError("its authorization server knows clients in no way that this gateway can be known")
    wanted: dict[str, Any] = {**self_description(redirect_uri), "token_endpoint_auth_method": offered[0]}
    if found.scope is not None:
        wanted["scope"] = found.scope
    answer = await ask(settings, httpx2.Request("POST", str(server.registration_endpoint), json=wanted))
    try:
        registered = await handle_registration_response(answer)
    except OAuthRegistrationError as error:
        raise SignInError(f"its authorization server did not register this gateway: {reason(answer)}") from error
    given = registered.token_endpoint_auth_method or offered[0]
    if given not in _METHODS or (given != "none" and not registered.client_secret):
        raise SignInError("its authorization server registered this gateway in a way that cannot be used")
    return _Identity(client_id=registered.client_id, client_secret=registered.client_secret, auth_method=given)


def self_description(redirect_uri: str) -> dict[str, Any]:
    """What this gateway says about itself as a client."""
    return {
        "client_name": "AgentPort",
        "redirect_uris": [redirect_uri],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "application_type": "web",
    }


def _reads_documents(server: OAuthMetadata) -> bool:
    # What a document says is public: who is known by one has no secret.
    return bool(server.client_id_metadata_document_supported) and "none" in _methods(server, ("none",))


def _methods(server: OAuthMetadata, unsaid: tuple[str, ...]) -> list[str]:
    """The ways of being known that both sides have, the safest first; `unsaid` is what silence means."""
    offered = server.token_endpoint_auth_methods_supported or unsaid
    return [one for one in _METHODS if one in offered]
