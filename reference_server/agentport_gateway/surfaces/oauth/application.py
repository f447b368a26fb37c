"""The endpoints that client programs call themselves: metadata, registration, tokens and their revocation."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from mcp.server.auth.handlers.metadata import MetadataHandler, ProtectedResourceMetadataHandler
from mcp.server.auth.handlers.register import RegistrationHandler
from mcp.server.auth.handlers.token import TokenHandler
from mcp.server.auth.middleware.client_auth import AuthenticationError, ClientAuthenticator
from mcp.server.auth.settings import ClientRegistrationOptions
from mcp.shared.auth import OAuthMetadata, ProtectedResourceMetadata
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from agentport_gateway.store.database import StoreUnavailableError
from agentport_gateway.surfaces.body import replaying
from agentport_gateway.surfaces.oauth.provider import SCOPE, Provider

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from agentport_gateway.gateway import Gateway

    Answer = Callable[[Request, Provider], Awaitable[Response]]

_MOST_BYTES = 64 * 1024
_METHODS = ["none", "client_secret_post", "client_secret_basic"]
_RESOURCE = "/.well-known/oauth-protected-resource"
_SERVER = "/.well-known/oauth-authorization-server"


def build_oauth(gateway: Gateway) -> ASGIApp:
    """The endpoints of a gateway."""
    resource = ProtectedResourceMetadataHandler(_resource_metadata(gateway)).handle
    server = MetadataHandler(_server_metadata(gateway)).handle
    routes = [Route(path, resource, methods=["GET"]) for path in (_RESOURCE, f"{_RESOURCE}/mcp", f"{_RESOURCE}/mcp/")]
    # Some clients take the resource for the server, and look below its path.
    routes += [Route(path, server, methods=["GET"]) for path in (_SERVER, f"{_SERVER}/mcp", f"{_SERVER}/mcp/")]
    for path, answer in (("/register", _register), ("/token", _token), ("/revoke", _revoke)):
        routes.append(Route(path, _endpoint(gateway, answer), methods=["POST"]))
    router = Router(routes, redirect_slashes=False, default=_nowhere)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if not gateway.settings.offers_oauth:
            await _nowhere(scope, receive, send)
            return
        await router(scope, receive, send)

    return application


def _resource_metadata(gateway: Gateway) -> ProtectedResourceMetadata:
    return ProtectedResourceMetadata.model_validate(
        {
            "resource": gateway.mcp_url,
            "authorization_servers": [gateway.settings.base_url],
            "scopes_supported": [SCOPE],
            "resource_name": "AgentPort",
        }
    )


def _server_metadata(gateway: Gateway) -> OAuthMetadata:
    base = gateway.settings.base_url
    return OAuthMetadata.model_validate(
        {
            "issuer": base,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "registration_endpoint": f"{base}/register",
            "revocation_endpoint": f"{base}/revoke",
            "scopes_supported": [SCOPE],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": _METHODS,
            "revocation_endpoint_auth_methods_supported": _METHODS,
            "code_challenge_methods_supported": ["S256"],
            "client_id_metadata_document_supported": gateway.settings.offers_client_documents,
            "authorization_response_iss_parameter_supported": True,
        }
    )


async def _register(request: Request, provider: Provider) -> Response:
    options = ClientRegistrationOptions(enabled=True, default_scopes=[SCOPE])
    return await RegistrationHandler(provider, options=options).handle(request)


async def _token(request: Request, provider: Provider) -> Response:
    # The SDK leaves the audience to its user.
    form = await request.form()
    wanted = [str(value) for value in form.getlist("resource")]
    if any(one.rstrip("/") != provider.resource for one in wanted):
        return _refusal(400, "invalid_target", f"tokens are issued for {provider.resource} only")
    answer: Response = await TokenHandler(provider, ClientAuthenticator(provider)).handle(request)
    return answer


async def _revoke(request: Request, provider: Provider) -> Response:
    # The SDK's handler wants a secret of public clients too.
    try:
        client = await ClientAuthenticator(provider).authenticate_request(request)
    except AuthenticationError as error:
        return _refusal(401, "invalid_client", error.message)
    token = (await request.form()).get("token")
    if not isinstance(token, str) or not token:
        return _refusal(400, "invalid_request", "which token?")
    found = await provider.load_access_token(token) or await provider.load_refresh_token(client, token)
    if found is not None and found.client_id == client.client_id:
        await provider.revoke_token(found)
    return Response(headers={"Cache-Control": "no-store"})


def _endpoint(gateway: Gateway, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        address = request.client.host if request.client else ""
        body = await request.body()
        is_registration = answer is _register
        if len(body) > _MOST_BYTES:
            return _refusal(413, "invalid_request", f"the body is larger than {_MOST_BYTES} bytes")
        if b"\x00" in body or b"%00" in body or b"\\u0000" in body:
            return _refusal(400, "invalid_client_metadata" if is_registration else "invalid_request", "no NUL, please")
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not is_registration and kind != "application/x-www-form-urlencoded":
            return _refusal(400, "invalid_request", "expected a form (application/x-www-form-urlencoded)")
        if not is_registration:
            request = _naming_its_client(request, body)
        if is_registration and not await gateway.limits.admits("register", address):
            return _refusal(429, "temporarily_unavailable", "too many registrations from this address: try later")
        try:
            return await answer(request, Provider(gateway, address))
        except StoreUnavailableError:
            return _refusal(503, "temporarily_unavailable", "the gateway cannot reach its database just now")

    return endpoint


def _naming_its_client(request: Request, body: bytes) -> Request:
    """The request, with the client that HTTP Basic names in the form too: there the SDK looks for it."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic" or b"client_id=" in body:
        return request
    try:
        name = base64.b64decode(given, validate=True).partition(b":")[0].decode("ascii")
    except ValueError:
        return request
    # It is encoded like a form already: RFC 6749, section 2.3.1.
    if "&" in name or "=" in name:
        return request
    return Request(request.scope, replaying(body + b"&client_id=" + name.encode(), request.receive))


def _refusal(status: int, error: str, description: str) -> Response:
    headers = {"Cache-Control": "no-store"}
    return JSONResponse({"error": error, "error_description": description}, status, headers)


async def _nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    await JSONResponse({"detail": "Not Found"}, 404)(scope, receive, send)
