"""One reused upstream for each installed integration, made when it is first needed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from agentport_gateway.auth.sealing import UnsealError
from agentport_gateway.upstreams.scripted import Scripted
from agentport_gateway.upstreams.upstream import UpstreamError

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx2

    from agentport_gateway.auth.sealing import Sealer
    from agentport_gateway.domain.integrations import Integration
    from agentport_gateway.domain.time import Clock
    from agentport_gateway.settings import Settings
    from agentport_gateway.store.database import Database
    from agentport_gateway.upstreams.upstream import Upstream
    from agentport_gateway.views import Connected


class Upstreams:
    """The open upstreams of this process, by target: an integration that moved gets a new one."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        sealer: Sealer,
        database: Database,
        *,
        signed_out: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._database = database
        self._signed_out = signed_out
        self._clock = clock
        self._sealer = sealer
        self._open: dict[str, Upstream] = {}
        self._of_integration: dict[tuple[str, str], str] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def of(self, connected: Connected) -> Upstream:
        """The upstream of an installed integration. Raises UpstreamError when its token cannot be opened."""
        upstream = self._open.get(connected.target)
        if upstream is None:
            place = (connected.installation.org_id, connected.integration.id)
            self._drop(self._of_integration.get(place))
            sealed = connected.installation.token
            if connected.installation.auth_method == "oauth":
                upstream = self._signed(connected)
            else:
                upstream = self.make(connected.integration, self._opened(sealed) if sealed else None)
            self._open[connected.target] = upstream
            self._of_integration[place] = connected.target
        return upstream

    def make(self, integration: Integration, token: str | None) -> Upstream:
        """A new upstream that nobody else uses; the caller closes it."""
        if integration.kind == "scripted":
            return Scripted(integration)
        headers = {integration.token_header: integration.token_format.format(token=token)} if token else {}
        transport = self._transport()
        if integration.kind == "rest":
            from agentport_gateway.upstreams.rest_api import RestApi

            return RestApi(
                integration,
                headers=headers,
                transport=transport,
                connect_seconds=self._settings.upstream_connect_seconds,
                call_seconds=self._settings.upstream_timeout_seconds,
            )
        return self._remote_mcp(integration, headers, transport)

    def _opened(self, sealed: str) -> str:
        try:
            return self._sealer.open(sealed)
        except UnsealError:
            raise UpstreamError(
                "the gateway cannot open the stored token any more: the integration has to be installed again",
                reach="never",
            ) from None

    def forget(self, org_id: str, integration_id: str) -> None:
        """Close the upstream of an integration that was removed or changed."""
        self._drop(self._of_integration.pop((org_id, integration_id), None))

    def _signed(self, connected: Connected) -> Upstream:
        from agentport_gateway.upstreams.grants import Signer
        from agentport_gateway.upstreams.signing import SigningTransport

        org_id, integration = connected.installation.org_id, connected.integration
        signer = Signer(
            installation_id=connected.installation.id,
            address=integration.address,
            settings=self._settings,
            clock=self._clock,
            sealer=self._sealer,
            database=self._database,
            ended=lambda: self._signed_out(org_id),
        )
        return self._remote_mcp(integration, {}, SigningTransport(self._transport(), signer))

    def _transport(self) -> httpx2.AsyncBaseTransport:
        from agentport_gateway.upstreams.guard import GuardedNetwork, GuardedTransport
        from agentport_gateway.upstreams.tls import trusted

        return GuardedTransport(
            GuardedNetwork(self._settings.allow_upstreams),
            trusted(),
            max_bytes=self._settings.upstream_max_bytes,
        )

    def _remote_mcp(
        self, integration: Integration, headers: dict[str, str], transport: httpx2.AsyncBaseTransport
    ) -> Upstream:
        from agentport_gateway.upstreams.remote_mcp import RemoteMcp

        return RemoteMcp(
            name=integration.id,
            url=integration.address,
            headers=headers,
            transport=transport,
            clock=self._clock,
            connect_seconds=self._settings.upstream_connect_seconds,
            call_seconds=self._settings.upstream_timeout_seconds,
            tools_seconds=self._settings.tools_cache_seconds,
            max_bytes=self._settings.upstream_max_bytes,
        )

    async def close(self) -> None:
        """Close every upstream."""
        for target in tuple(self._open):
            self._drop(target)
        if self._closing:
            await asyncio.wait(self._closing)

    def _drop(self, target: str | None) -> None:
        upstream = self._open.pop(target, None) if target is not None else None
        if upstream is not None:
            task = asyncio.create_task(upstream.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
