"""The clients that operators register by hand with authorization servers: given, bound to one server, and used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentport_gateway.auth.sealing import UnsealError
from agentport_gateway.store import upstream_clients, upstream_grants
from agentport_gateway.store.news import announce
from agentport_gateway.store.upstream_clients import UpstreamClient

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from agentport_gateway.domain.identity import Human
    from agentport_gateway.domain.integrations import Integration
    from agentport_gateway.gateway import Gateway
    from agentport_gateway.upstreams.introducing import GivenClient


class NoOAuthError(Exception):
    """There is no such integration, or nobody signs in to it by OAuth."""


@dataclass(eq=False)
class NoServerError(Exception):
    """The integration's authorization server cannot be used; the text says why."""

    reason: str

    def __str__(self) -> str:
        return self.reason


async def give_client(
    gateway: Gateway, human: Human, integration_id: str, *, client_id: str, client_secret: str | None
) -> UpstreamClient:
    """Keep a client for an integration, bound to the authorization server that it has now.

    Whoever was signed in to it signs in again. Raises NoOAuthError or NoServerError.
    """
    from agentport_gateway.upstreams.oauth_server import SignInError, discover

    integration = (await gateway.views.of(human.org_id)).integrations.get(integration_id)
    if integration is None or "oauth" not in integration.auth_methods:
        raise NoOAuthError
    try:
        found = await discover(gateway.settings, integration.address)
    except SignInError as error:
        raise NoServerError(str(error)) from error
    client = UpstreamClient(
        org_id=human.org_id,
        integration_id=integration_id,
        address=integration.address,
        issuer=str(found.server.issuer),
        client_id=client_id,
        secret=gateway.sealer.seal(client_secret) if client_secret else None,
        updated_at=gateway.clock.now(),
    )

    def write(connection: Connection) -> None:
        upstream_clients.put(connection, client)
        _sign_out(connection, human.org_id, integration_id)

    await gateway.database.write(write)
    _changed(gateway, human.org_id, integration_id)
    return client


async def take_client(gateway: Gateway, human: Human, integration_id: str) -> bool:
    """Whether there was a client to forget; whoever was signed in with it signs in again."""

    def write(connection: Connection) -> bool:
        removed = upstream_clients.remove(connection, org_id=human.org_id, integration_id=integration_id)
        if removed:
            _sign_out(connection, human.org_id, integration_id)
        return removed

    removed = await gateway.database.write(write)
    if removed:
        _changed(gateway, human.org_id, integration_id)
    return removed


async def given_client(gateway: Gateway, org_id: str, integration: Integration) -> GivenClient | None:
    """The client that was given for an integration where it is now."""
    from agentport_gateway.upstreams.introducing import GivenClient

    found = await gateway.database.read(
        lambda connection: upstream_clients.find(connection, org_id=org_id, integration_id=integration.id)
    )
    if found is None or found.address != integration.address:
        return None
    try:
        secret = gateway.sealer.open(found.secret) if found.secret is not None else None
    except UnsealError:
        return None
    return GivenClient(issuer=found.issuer, client_id=found.client_id, client_secret=secret)


def _sign_out(connection: Connection, org_id: str, integration_id: str) -> None:
    upstream_grants.move(connection, org_id=org_id, integration_id=integration_id)
    announce(connection, "tools", org_id)


def _changed(gateway: Gateway, org_id: str, integration_id: str) -> None:
    gateway.views.drop(org_id)
    gateway.upstreams.forget(org_id, integration_id)
