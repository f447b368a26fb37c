"""Signing in to an integration by OAuth: prepared for anybody, begun and finished in one person's browser."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from mcp.client.auth.utils import issuers_match

from agentport_gateway.auth.hashing import secret_hash
from agentport_gateway.auth.sealing import UnsealError
from agentport_gateway.domain import redirects
from agentport_gateway.operations.installing import UnknownIntegrationError, changed, end_requests, prepared
from agentport_gateway.store import upstream_grants
from agentport_gateway.upstreams.grants import Grant
from agentport_gateway.upstreams.oauth_server import OAuthClient, SignInError, ask_for_tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

    from agentport_gateway.domain.approvals import ApprovalRequest
    from agentport_gateway.domain.identity import Human
    from agentport_gateway.gateway import Gateway
    from agentport_gateway.store.upstream_grants import StoredGrant
    from agentport_gateway.views import Connected

OAuthStatus = Literal["pending", "connected", "expired"]
_STATUS: dict[upstream_grants.State, OAuthStatus] = {"waiting": "pending", "connected": "connected", "ended": "expired"}
_TIME = timedelta(minutes=10)


class NoFlowError(Exception):
    """The integration is installed with another way of signing in; the text names it."""


class SignInFailedError(Exception):
    """The sign-in did not come to an end; the text says why, and is fit for people."""


async def start_flow(gateway: Gateway, org_id: str, integration_id: str) -> str:
    """The page at which a member signs in to an integration.

    Raises UnknownIntegrationError, NoFlowError or CannotInstallError.
    """
    await _ready(gateway, org_id, integration_id)
    return gateway.sign_in_url(integration_id)


async def oauth_status(gateway: Gateway, connected: Connected) -> OAuthStatus:
    """How far the sign-in of an installation is."""
    installation_id = connected.installation.id
    stored = await gateway.database.read(lambda connection: upstream_grants.find(connection, installation_id))
    return _STATUS[stored.state] if stored is not None else "pending"


async def issuer_of(gateway: Gateway, org_id: str, integration_id: str) -> str:
    """Whom a member is going to sign in to. Raises UnknownIntegrationError, NoFlowError or CannotInstallError."""
    return (await _ready(gateway, org_id, integration_id)).client.issuer


async def begin(gateway: Gateway, human: Human, session_id: str, integration_id: str) -> str:
    """Where this browser session goes to sign in. Raises UnknownIntegrationError or NoFlowError."""
    connected, stored = await _installed(gateway, human.org_id, integration_id)
    client = _grant(gateway, connected, stored).client
    state, verifier, now = gateway.ids.secret(), gateway.ids.secret(), gateway.clock.now()
    sign_in = upstream_grants.SignIn(
        state_hash=secret_hash(state),
        installation_id=connected.installation.id,
        session_id=session_id,
        sealed=gateway.sealer.seal(json.dumps([verifier, client.to_json()])),
        expires_at=now + _TIME,
    )
    await gateway.database.write(lambda connection: upstream_grants.begin(connection, sign_in, now=now))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return redirects.answer(
        client.authorization_endpoint,
        response_type="code",
        client_id=client.client_id,
        redirect_uri=client.redirect_uri,
        scope=client.scope,
        state=state,
        code_challenge=challenge,
        code_challenge_method="S256",
        resource=client.resource,
    )


async def finish(
    gateway: Gateway, human: Human, session_id: str, integration_id: str, answer: Mapping[str, str]
) -> None:
    """Take what the authorization server answered to this browser session. Raises SignInFailedError."""
    now = gateway.clock.now()
    hashed = secret_hash(answer.get("state", ""))
    sign_in = await gateway.database.write(
        lambda connection: upstream_grants.take(connection, hashed, session_id=session_id, now=now)
    )
    try:
        connected, _ = await _installed(gateway, human.org_id, integration_id)
    except (UnknownIntegrationError, NoFlowError):
        connected = None
    if sign_in is None or connected is None or sign_in.installation_id != connected.installation.id:
        raise SignInFailedError("This browser did not begin this sign-in, or it began too long ago. Start it again.")
    verifier, fields = json.loads(gateway.sealer.open(sign_in.sealed))
    client = OAuthClient(**fields)
    _check_issuer(client, answer.get("iss"))
    if "error" in answer:
        raise SignInFailedError(f"{client.issuer} answered: {answer['error'][:200]}.")
    if not answer.get("code"):
        raise SignInFailedError(f"{client.issuer} answered without a code.")
    form = {
        "grant_type": "authorization_code",
        "code": answer["code"],
        "redirect_uri": client.redirect_uri,
        "code_verifier": verifier,
    }
    try:
        tokens = await ask_for_tokens(gateway.settings, client, form)
    except SignInError as error:
        raise SignInFailedError(f"The sign-in failed: {error}.") from error
    grant = Grant(address=connected.integration.address, client=client)
    await _keep(gateway, human, connected, grant.with_tokens(tokens, now=gateway.clock.now().timestamp()))


async def _keep(gateway: Gateway, human: Human, connected: Connected, grant: Grant) -> None:
    installation_id, now = connected.installation.id, gateway.clock.now()

    def write(connection: Connection) -> list[ApprovalRequest]:
        upstream_grants.put(
            connection, installation_id=installation_id, state="connected", sealed=grant.seal(gateway.sealer), now=now
        )
        upstream_grants.set_connected(connection, installation_id, connected=True)
        # It may be another account than the one that people had in mind when they looked.
        return end_requests(gateway, connection, human.org_id, connected.integration.id)

    ended = await gateway.database.write(write)
    changed(gateway, human.org_id, connected.integration.id, ended)


def _check_issuer(client: OAuthClient, said: str | None) -> None:
    if said is None and not client.promises_issuer:
        return
    if said is None or not issuers_match(said, client.issuer):
        raise SignInFailedError("The answer is from another server than the one that was asked. Nothing was taken.")


async def _installed(gateway: Gateway, org_id: str, integration_id: str) -> tuple[Connected, StoredGrant | None]:
    connected = (await gateway.views.of(org_id)).connected.get(integration_id)
    if connected is None:
        raise UnknownIntegrationError
    method, installation_id = connected.installation.auth_method, connected.installation.id
    if method != "oauth":
        raise NoFlowError(method)
    return connected, await gateway.database.read(lambda connection: upstream_grants.find(connection, installation_id))


async def _ready(gateway: Gateway, org_id: str, integration_id: str) -> Grant:
    """What a sign-in can begin with: made anew where there is nothing, or nothing that is good for anything."""
    connected, stored = await _installed(gateway, org_id, integration_id)
    found = _usable(gateway, connected, stored) if stored is not None and stored.state != "ended" else None
    if found is not None:
        return found
    grant = await prepared(gateway, org_id, connected.integration)
    now = gateway.clock.now()
    await gateway.database.write(
        lambda connection: upstream_grants.put(
            connection,
            installation_id=connected.installation.id,
            state="waiting",
            sealed=grant.seal(gateway.sealer),
            now=now,
        )
    )
    return grant


def _grant(gateway: Gateway, connected: Connected, stored: StoredGrant | None) -> Grant:
    grant = None if stored is None else _usable(gateway, connected, stored)
    if grant is None:
        raise UnknownIntegrationError
    return grant


def _usable(gateway: Gateway, connected: Connected, stored: StoredGrant) -> Grant | None:
    """The grant, if it can be opened and is for where the integration is now."""
    try:
        grant = Grant.opened(gateway.sealer, stored.sealed)
    except UnsealError:
        return None
    return grant if grant.address == connected.integration.address else None
