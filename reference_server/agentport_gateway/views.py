"""What an organisation has set up, read once and kept until it changes.

A call consults its organisation's view without touching the database. Every change drops the view before the
change is answered, so whoever is told "done" finds it in force.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentport_gateway.domain.integrations import target_label, target_of
from agentport_gateway.store import accounts, approvals, integrations, policies

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from agentport_gateway.catalog import Catalog
    from agentport_gateway.domain.approvals import ApprovalRequest
    from agentport_gateway.domain.integrations import Integration
    from agentport_gateway.domain.policy import Mode, Rule
    from agentport_gateway.store.database import Database
    from agentport_gateway.store.integrations import Installation


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """An installed integration and the fingerprint of where its calls go."""

    integration: Integration
    installation: Installation
    target: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """An organisation's integrations, installations, modes, rules and expiry at one moment."""

    org_id: str
    integrations: Mapping[str, Integration]
    connected: Mapping[str, Connected]
    modes: Mapping[tuple[str, str], Mode]
    rules: Mapping[tuple[str, str], tuple[Rule, ...]]
    expiry_minutes: int | None
    released: Mapping[tuple[str, str], datetime]
    """Tools with approved calls that have not run, until when: an identical call spends one, whatever the mode."""


class Views:
    """The views of the organisations that are active in this process."""

    def __init__(self, database: Database, catalog: Catalog) -> None:
        self._database = database
        self._catalog = catalog
        self._views: dict[str, View] = {}
        self.keeps = True
        """Whether changes by other processes would be heard; while not, nothing is kept."""
        self._loading: dict[str, asyncio.Task[View]] = {}

    async def of(self, org_id: str) -> View:
        """The organisation's view as of now."""
        view = self._views.get(org_id)
        return view if view is not None else await self._load(org_id)

    def may_allow(self, request: ApprovalRequest) -> bool:
        """Whether a call like this one could run by policy too, so that its approval must be spent."""
        view = self._views.get(request.org_id)
        place = (request.integration_id, request.tool_name)
        return view is None or view.modes.get(place) == "allow" or bool(view.rules.get(place))

    def drop(self, org_id: str) -> None:
        """Forget what is kept, because it changed; a load that is under way does not count any more."""
        self._views.pop(org_id, None)
        self._loading.pop(org_id, None)

    def drop_all(self) -> None:
        """Forget everything: changes may have been missed."""
        self._views.clear()
        self._loading.clear()

    async def _load(self, org_id: str) -> View:
        loading = self._loading.get(org_id)
        if loading is None:
            loading = asyncio.create_task(self._database.read(lambda connection: self._read(connection, org_id)))
            self._loading[org_id] = loading
        view = await asyncio.shield(loading)
        # Kept only if nothing changed since the load began.
        if self._loading.get(org_id) is loading:
            del self._loading[org_id]
            if self.keeps:
                self._views[org_id] = view
        return view

    def _read(self, connection: Connection, org_id: str) -> View:
        from agentport_gateway.catalog.definitions import from_definition

        known = dict(self._catalog.integrations)
        for custom in integrations.customs_of(connection, org_id):
            known[custom.id] = from_definition({**custom.definition, "id": custom.id}, custom=True)
        connected = {
            installation.integration_id: Connected(
                integration=known[installation.integration_id],
                installation=installation,
                target=target_of(known[installation.integration_id], installation.id),
                label=target_label(known[installation.integration_id]),
            )
            for installation in integrations.installations_of(connection, org_id)
            if installation.integration_id in known
        }
        rules: dict[tuple[str, str], tuple[Rule, ...]] = {}
        for placed in policies.rules_of(connection, org_id):
            place = (placed.integration_id, placed.tool_name)
            rules[place] = (*rules.get(place, ()), placed.rule)
        return View(
            org_id=org_id,
            integrations=known,
            connected=connected,
            modes=policies.modes_of(connection, org_id),
            rules=rules,
            expiry_minutes=accounts.expiry_of(connection, org_id).minutes,
            released=approvals.released_tools(connection, org_id),
        )
