"""What the SDK's authorization handlers ask of this gateway: clients, codes and tokens."""

from __future__ import annotations

import json
import math
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    AuthorizationParams,
    AuthorizeError,
    OAuthAuthorizationServerProvider,
    RefreshToken,
    RegistrationError,
    TokenError,
)
from mcp.shared.auth import InvalidRedirectUriError, OAuthClientInformationFull, OAuthToken
from pydantic import AnyUrl, ValidationError

from agentport_gateway.auth.sealing import UnsealError
from agentport_gateway.domain import redirects
from agentport_gateway.operations import connecting
from agentport_gateway.operations.client_documents import DocumentError, is_address
from agentport_gateway.operations.configuring import end_key
from agentport_gateway.operations.connecting import ACCESS_TIME, SpentError, Wish, seal_wish
from agentport_gateway.store import oauth

if TYPE_CHECKING:
    from agentport_gateway.gateway import Gateway
    from agentport_gateway.operations.connecting import IssuedTokens

SCOPE = "mcp"
CONSENT = "/oauth/consent"
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_MOST_STATE = 500
_MOST_NAME = 80
_MOST_CLIENTS = 2_000
_UNUSED_CLIENT = timedelta(days=1)
_MOST_REDIRECTS = 10
_NEVER = math.inf


class Client(OAuthClientInformationFull):
    """A client, whose answers go exactly where it registered. There is one scope; other wishes do not count."""

    def validate_redirect_uri(self, redirect_uri: AnyUrl | None) -> AnyUrl:
        """Where the answer goes. Raises InvalidRedirectUriError."""
        if redirect_uri is None:
            return super().validate_redirect_uri(None)
        if any(redirects.fits(str(one), str(redirect_uri)) for one in self.redirect_uris or ()):
            return redirect_uri
        raise InvalidRedirectUriError("The redirect_uri is none that this client registered.")

    def validate_scope(self, requested_scope: str | None) -> list[str] | None:  # noqa: ARG002 - the interface's
        """The scope that is granted."""
        return [SCOPE]

    @property
    def shown_name(self) -> str:
        """What the client calls itself; nobody has checked it."""
        name = (self.client_name or "").strip()[:_MOST_NAME]
        return name or ("an unnamed client" if not is_address(self.client_id) else self.client_id)


class Provider(OAuthAuthorizationServerProvider[AuthorizationCode, RefreshToken, AccessToken]):
    """The gateway as the SDK's handlers see it, for one request from one address.

    Times are judged here, by the gateway's clock: what the SDK is given never expires by the machine's.
    """

    def __init__(self, gateway: Gateway, address: str) -> None:
        self._gateway = gateway
        self._address = address
        self.why_not = ""
        """Why the client could not be had, in words for people."""

    @property
    def resource(self) -> str:
        """The audience of every token."""
        return self._gateway.mcp_url

    async def get_client(self, client_id: str) -> Client | None:
        """The client that registered, or that a document at its address describes."""
        if is_address(client_id):
            return await self._described(client_id)
        if len(client_id) > 36:
            return None
        found = await self._gateway.database.read(lambda connection: oauth.find_client(connection, client_id))
        if found is None:
            return None
        try:
            secret = self._gateway.sealer.open(found.secret) if found.secret else None
        except UnsealError:
            return None
        return Client.model_validate({**json.loads(found.registration), "client_secret": secret})

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        """Keep a client. Raises RegistrationError."""
        uris = [str(uri) for uri in client_info.redirect_uris or ()]
        if len(uris) > _MOST_REDIRECTS:
            raise RegistrationError("invalid_redirect_uri", f"at most {_MOST_REDIRECTS} redirect URIs")
        for uri in uris:
            if (fault := redirects.fault_in(uri)) is not None:
                raise RegistrationError("invalid_redirect_uri", fault)
        now = self._gateway.clock.now()
        client_info.scope = SCOPE
        kept = client_info.model_dump(
            mode="json",
            exclude_none=True,
            include={
                "client_id", "client_name", "client_uri", "redirect_uris", "grant_types", "response_types", "scope",
                "token_endpoint_auth_method", "software_id", "software_version",
            },
        )  # fmt: skip
        secret = client_info.client_secret
        client = oauth.RegisteredClient(
            id=client_info.client_id,
            registration=json.dumps(kept),
            secret=self._gateway.sealer.seal(secret) if secret else None,
            created_at=now,
        )
        if not await self._gateway.database.write(
            lambda connection: oauth.add_client(connection, client, most=_MOST_CLIENTS, forgotten=now - _UNUSED_CLIENT)
        ):
            raise RegistrationError("invalid_client_metadata", "too many clients wait to be connected: try tomorrow")

    async def authorize(self, client: OAuthClientInformationFull, params: AuthorizationParams) -> str:
        """The consent page for what the client wants. Raises AuthorizeError."""
        if not _CHALLENGE.fullmatch(params.code_challenge):
            raise AuthorizeError("invalid_request", "code_challenge is not a SHA-256 hash in base64url")
        if params.state is not None and len(params.state) > _MOST_STATE:
            raise AuthorizeError("invalid_request", f"state has more than {_MOST_STATE} characters")
        if params.resource is not None and params.resource.rstrip("/") != self._gateway.mcp_url:
            raise AuthorizeError("invalid_target", f"tokens are issued for {self._gateway.mcp_url} only")
        wish = Wish(
            client_id=client.client_id,
            redirect_uri=str(params.redirect_uri),
            redirect_given=params.redirect_uri_provided_explicitly,
            challenge=params.code_challenge,
            state=params.state,
        )
        return redirects.answer(f"{self._gateway.settings.base_url}{CONSENT}", wish=seal_wish(self._gateway, wish))

    async def load_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: str
    ) -> AuthorizationCode | None:
        """The code, if it can still be exchanged by this client."""
        code = await connecting.find_code(self._gateway, client.client_id, authorization_code)
        if code is None:
            return None
        return _Code(
            code=authorization_code,
            scopes=[SCOPE],
            expires_at=_NEVER,
            client_id=code.client_id,
            code_challenge=code.challenge,
            redirect_uri=AnyUrl(code.redirect_uri),
            redirect_uri_provided_explicitly=code.redirect_given,
            resource=code.resource,
            subject=code.user_id,
            found=code,
        )

    async def exchange_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: AuthorizationCode
    ) -> OAuthToken:
        """The first tokens. Raises TokenError."""
        if not isinstance(authorization_code, _Code):
            raise TokenError("invalid_grant", "this code is not this gateway's")
        name = client.shown_name if isinstance(client, Client) else client.client_id
        try:
            return _answer(await connecting.exchange_code(self._gateway, authorization_code.found, name))
        except SpentError:
            raise TokenError("invalid_grant", "the code was used before") from None

    async def load_refresh_token(self, client: OAuthClientInformationFull, refresh_token: str) -> RefreshToken | None:
        """The refresh token, spent or not, if it is this client's."""
        token = await connecting.find_token(self._gateway, refresh_token)
        if token is None or token.kind != "refresh" or token.client_id != client.client_id:
            return None
        return _Refresh(
            token=refresh_token, client_id=token.client_id, scopes=[SCOPE], resource=token.resource, found=token
        )

    async def exchange_refresh_token(
        self,
        client: OAuthClientInformationFull,  # noqa: ARG002 - the interface's
        refresh_token: RefreshToken,
        scopes: list[str],  # noqa: ARG002 - the interface's
    ) -> OAuthToken:
        """New tokens; the old refresh token is spent. Raises TokenError."""
        if not isinstance(refresh_token, _Refresh):
            raise TokenError("invalid_grant", "this token is not this gateway's")
        try:
            return _answer(await connecting.rotate(self._gateway, refresh_token.found, refresh_token.token))
        except SpentError:
            raise TokenError("invalid_grant", "the refresh token was used before: connect again") from None

    async def load_access_token(self, token: str) -> AccessToken | None:
        """The access token, for its revocation."""
        found = await connecting.find_token(self._gateway, token)
        if found is None or found.kind != "access":
            return None
        return AccessToken(token=token, client_id=found.client_id, scopes=[SCOPE], resource=found.resource)

    async def revoke_token(self, token: AccessToken | RefreshToken) -> None:
        """End the connection that the token is of."""
        found = await connecting.find_token(self._gateway, token.token)
        if found is not None:
            await end_key(self._gateway, found.org_id, found.connection_id)

    async def _described(self, client_id: str) -> Client | None:
        if self._gateway.settings.client_documents is False:
            self.why_not = "This gateway takes clients that register themselves, and no client documents."
            return None
        try:
            document = await self._gateway.documents.find(self._gateway, client_id, self._address)
        except DocumentError as error:
            self.why_not = f"The client {client_id[:300]} cannot be connected: {error}."
            return None
        try:
            client = Client.model_validate(
                {**_texts(document), "client_id": client_id, "token_endpoint_auth_method": "none"}
            )
        except ValidationError:
            client = None
        uris = [str(uri) for uri in (client.redirect_uris if client else None) or ()]
        if client is None or not uris or len(uris) > _MOST_REDIRECTS or any(map(redirects.fault_in, uris)):
            self.why_not = f"The client {client_id[:300]} cannot be connected: its document has no usable redirect URI."
            return None
        return client


class _Code(AuthorizationCode):
    found: Any


class _Refresh(RefreshToken):
    found: Any


def _texts(document: dict[str, Any]) -> dict[str, Any]:
    wanted = ("client_name", "client_uri", "redirect_uris", "grant_types", "response_types")
    return {name: document[name] for name in wanted if name in document}


def _answer(tokens: IssuedTokens) -> OAuthToken:
    return OAuthToken(
        access_token=tokens.access,
        refresh_token=tokens.refresh,
        expires_in=int(ACCESS_TIME.total_seconds()),
        scope=SCOPE,
    )
