"""The parts of one running gateway, as the operations and the surfaces see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentport_gateway.auth.keys import Keys
    from agentport_gateway.auth.limits import Limits
    from agentport_gateway.auth.sealing import Sealer
    from agentport_gateway.auth.tokens import Tokens
    from agentport_gateway.domain.time import Clock, Ids
    from agentport_gateway.operations.client_documents import ClientDocuments
    from agentport_gateway.operations.running import Runs
    from agentport_gateway.settings import Settings
    from agentport_gateway.store.database import Database
    from agentport_gateway.telling import Telling
    from agentport_gateway.upstreams.pool import Upstreams
    from agentport_gateway.views import Views
    from agentport_gateway.waits import Waits


@dataclass(slots=True, kw_only=True)
class Announcements:
    """Whom to tell in this process: of an organisation's tools, a revoked key, the pages of a session (None: any)."""

    tools_changed: list[Callable[[str | None], None]] = field(default_factory=list)
    key_revoked: list[Callable[[str], None]] = field(default_factory=list)
    page_asked: list[Callable[[str | None], None]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """Everything that an operation needs, made once by `app.build`."""

    settings: Settings
    clock: Clock
    ids: Ids
    database: Database
    keys: Keys
    tokens: Tokens
    limits: Limits
    documents: ClientDocuments
    sealer: Sealer
    views: Views
    waits: Waits
    telling: Telling
    upstreams: Upstreams
    runs: Runs
    announcements: Announcements

    @property
    def mcp_url(self) -> str:
        """The resource that agents' access tokens are for."""
        return f"{self.settings.base_url}/mcp"

    def sign_in_url(self, integration_id: str) -> str:
        """The page on which a member signs in to an integration."""
        return f"{self.settings.base_url}/oauth/sign-in/{integration_id}"

    def callback_url(self, integration_id: str) -> str:
        """Where an integration's authorization server answers: each has an address of its own."""
        return f"{self.settings.base_url}/oauth/callback/{integration_id}"

    def client_document_url(self, integration_id: str) -> str:
        """What this gateway is as a client for an integration: its id there, if that server reads such documents."""
        return f"{self.settings.base_url}/oauth/client/{integration_id}"

    def approval_url(self, request_id: str) -> str:
        """The page on which a human decides."""
        return f"{self.settings.base_url}/approve/{request_id}"
