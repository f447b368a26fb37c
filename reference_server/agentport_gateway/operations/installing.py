"""Installing and removing integrations, and adding custom ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentport_gateway.operations.upstream_clients import given_client
from agentport_gateway.store import approvals, audit, integrations, upstream_clients, upstream_grants
from agentport_gateway.store.integrations import AlreadyThereError, CustomIntegration, Installation
from agentport_gateway.upstreams.upstream import UpstreamError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Connection

    from agentport_gateway.domain.approvals import ApprovalRequest
    from agentport_gateway.domain.identity import Caller
    from agentport_gateway.domain.integrations import AuthMethod, Integration
    from agentport_gateway.gateway import Gateway
    from agentport_gateway.upstreams.grants import Grant

__all__ = ["AlreadyThereError", "CannotInstallError", "UnknownIntegrationError", "install", "uninstall"]


class UnknownIntegrationError(Exception):
    """There is no such integration, or it is not installed."""


@dataclass(eq=False)
class CannotInstallError(Exception):
    """The integration cannot be installed like this; the text says why."""

    reason: str

    def __str__(self) -> str:
        return self.reason


async def install(
    gateway: Gateway, caller: Caller, integration_id: str, auth_method: AuthMethod, token: str | None
) -> Installation:
    """The new installation. Raises UnknownIntegrationError, CannotInstallError or AlreadyThereError."""
    view = await gateway.views.of(caller.org_id)
    integration = view.integrations.get(integration_id)
    if integration is None:
        raise UnknownIntegrationError
    if integration_id in view.connected:
        raise AlreadyThereError
    await _check(gateway, integration, auth_method, token)
    grant = await prepared(gateway, caller.org_id, integration) if auth_method == "oauth" else None
    installation = Installation(
        id=gateway.ids.uuid(),
        org_id=caller.org_id,
        integration_id=integration_id,
        type=integration.type,
        auth_method=auth_method,
        connected=grant is None,
        token=gateway.sealer.seal(token) if token else None,
        added_at=gateway.clock.now(),
    )

    def write(connection: Connection) -> None:
        integrations.install(connection, installation)
        if grant is not None:
            upstream_grants.put(
                connection,
                installation_id=installation.id,
                state="waiting",
                sealed=grant.seal(gateway.sealer),
                now=installation.added_at,
            )

    await gateway.database.write(write)
    changed(gateway, caller.org_id, integration_id)
    return installation


async def prepared(gateway: Gateway, org_id: str, integration: Integration) -> Grant:
    """What a sign-in to an integration begins with. Raises CannotInstallError."""
    from agentport_gateway.upstreams.grants import Grant
    from agentport_gateway.upstreams.introducing import introduce
    from agentport_gateway.upstreams.oauth_server import SignInError

    published = gateway.settings.publishes_client_document
    try:
        client = await introduce(
            gateway.settings,
            integration.address,
            redirect_uri=gateway.callback_url(integration.id),
            given=await given_client(gateway, org_id, integration),
            document=gateway.client_document_url(integration.id) if published else None,
        )
    except SignInError as error:
        raise CannotInstallError(f"{integration.id} cannot be signed in to by OAuth: {error}") from error
    return Grant(address=integration.address, client=client)


async def uninstall(gateway: Gateway, org_id: str, integration_id: str) -> None:
    """Remove an installation and end the requests that were made for it. Raises UnknownIntegrationError."""

    def write(connection: Connection) -> tuple[bool, list[ApprovalRequest]]:
        removed = integrations.remove_installation(connection, org_id=org_id, integration_id=integration_id)
        return removed, end_requests(gateway, connection, org_id, integration_id) if removed else []

    removed, ended = await gateway.database.write(write)
    if not removed:
        raise UnknownIntegrationError
    changed(gateway, org_id, integration_id, ended)


async def add_custom(gateway: Gateway, custom: CustomIntegration) -> None:
    """Keep a custom integration. Raises AlreadyThereError, also for an id of the catalogue."""
    view = await gateway.views.of(custom.org_id)
    if custom.id in view.integrations:
        raise AlreadyThereError
    await gateway.database.write(lambda connection: integrations.add_custom(connection, custom))
    changed(gateway, custom.org_id, custom.id)


async def change_custom(gateway: Gateway, custom: CustomIntegration) -> None:
    """Replace a custom integration; what a human saw before does not cover what it is now."""

    before = (await gateway.views.of(custom.org_id)).integrations.get(custom.id)

    def write(connection: Connection) -> list[ApprovalRequest]:
        integrations.change_custom(connection, custom)
        if before is not None and before.address != custom.definition.get("url", before.address):
            upstream_grants.move(connection, org_id=custom.org_id, integration_id=custom.id)
        return end_requests(gateway, connection, custom.org_id, custom.id)

    ended = await gateway.database.write(write)
    changed(gateway, custom.org_id, custom.id, ended)


async def remove_custom(gateway: Gateway, org_id: str, integration_id: str) -> None:
    """Remove a custom integration with its installation. Raises UnknownIntegrationError."""

    def write(connection: Connection) -> tuple[bool, list[ApprovalRequest]]:
        removed = integrations.remove_custom(connection, org_id=org_id, integration_id=integration_id)
        upstream_clients.remove(connection, org_id=org_id, integration_id=integration_id)
        return removed, end_requests(gateway, connection, org_id, integration_id) if removed else []

    removed, ended = await gateway.database.write(write)
    if not removed:
        raise UnknownIntegrationError
    changed(gateway, org_id, integration_id, ended)


def end_requests(gateway: Gateway, connection: Connection, org_id: str, integration_id: str) -> list[ApprovalRequest]:
    """End what is pending or approved for an integration, because it is not what the human saw any more."""
    now = gateway.clock.now()
    ended = approvals.end_live(
        connection, org_id=org_id, integration_id=integration_id, reason="target_changed", now=now
    )
    audit.complete_requests(
        connection, [request.id for request in ended], outcome="expired", now=now, detail="target_changed"
    )
    return ended


def changed(gateway: Gateway, org_id: str, integration_id: str, ended: Iterable[ApprovalRequest] = ()) -> None:
    """Let this process see the change, and tell the organisation's agents and whoever waits for what it ended."""
    gateway.views.drop(org_id)
    gateway.upstreams.forget(org_id, integration_id)
    for announce in gateway.announcements.tools_changed:
        announce(org_id)
    for request in ended:
        gateway.waits.tell(request)


async def _check(gateway: Gateway, integration: Integration, auth_method: AuthMethod, token: str | None) -> None:
    if auth_method not in integration.auth_methods:
        offered = ", ".join(integration.auth_methods)
        raise CannotInstallError(f"{integration.id} does not take {auth_method}: it takes {offered}")
    if auth_method in ("none", "oauth"):
        if token:
            raise CannotInstallError(f"a token was given, but auth_method is {auth_method}")
        return
    if not token:
        raise CannotInstallError("auth_method is token, but no token was given")
    trial = gateway.upstreams.make(integration, token)
    try:
        if not await trial.token_works():
            raise CannotInstallError(f"{integration.id} refused the token")
    except UpstreamError as failure:
        raise CannotInstallError(f"the token could not be checked: {failure}") from failure
    finally:
        await trial.close()
