"""The grant that an upstream gave an installation: opened, refreshed before it ends, and signed with."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from agentport_gateway.auth.sealing import UnsealError
from agentport_gateway.store import upstream_grants
from agentport_gateway.upstreams.oauth_server import OAuthClient, SignInError, ask_for_tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from mcp.shared.auth import OAuthToken

    from agentport_gateway.auth.sealing import Sealer
    from agentport_gateway.domain.time import Clock
    from agentport_gateway.settings import Settings
    from agentport_gateway.store.database import Database

_LOGGER = logging.getLogger("agentport_gateway.upstreams")
_BEFORE_END = 60
_CLAIM = timedelta(seconds=45)
_LOOK_AGAIN_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What signs calls to one address. `expires_at` is in seconds since 1970; None when nobody said."""

    address: str
    client: OAuthClient
    access: str | None = None
    refresh: str | None = None
    expires_at: float | None = None

    def seal(self, sealer: Sealer) -> str:
        """As it is kept."""
        return sealer.seal(
            json.dumps([self.address, self.client.to_json(), self.access, self.refresh, self.expires_at])
        )

    @classmethod
    def opened(cls, sealer: Sealer, sealed: str) -> Grant:
        """The grant that was sealed. Raises UnsealError."""
        address, client, access, refresh, expires_at = json.loads(sealer.open(sealed))
        return cls(address=address, client=OAuthClient(**client), access=access, refresh=refresh, expires_at=expires_at)

    def with_tokens(self, tokens: OAuthToken, *, now: float) -> Grant:
        """The grant with new tokens; a refresh token that was not replaced goes on."""
        return replace(
            self,
            access=tokens.access_token,
            refresh=tokens.refresh_token or self.refresh,
            expires_at=now + tokens.expires_in if tokens.expires_in is not None else None,
        )


class Signer:
    """The tokens for one installation, shared by all its calls: one refresh at a time, here and elsewhere."""

    def __init__(
        self,
        *,
        installation_id: str,
        address: str,
        settings: Settings,
        clock: Clock,
        sealer: Sealer,
        database: Database,
        ended: Callable[[], None],
    ) -> None:
        self._installation_id = installation_id
        self._address = address
        self._settings = settings
        self._clock = clock
        self._sealer = sealer
        self._database = database
        self._ended = ended
        self._version = 0
        self._grant: Grant | None = None
        self._refreshing: asyncio.Task[None] | None = None

    async def token(self) -> str | None:
        """A token that lasts for a while yet; None when somebody has to sign in."""
        if self._grant is None:
            await self._read()
        if self._ends_soon():
            await self._renew(self._version)
        return self._grant.access if self._grant is not None else None

    async def token_instead_of(self, refused: str) -> str | None:
        """Another token than the one that was refused, if there is any."""
        if self._grant is not None and self._grant.access == refused:
            await self._renew(self._version)
        token = self._grant.access if self._grant is not None else None
        return token if token != refused else None

    def _ends_soon(self) -> bool:
        grant = self._grant
        if grant is None or grant.expires_at is None:
            return False
        return self._clock.now().timestamp() >= grant.expires_at - _BEFORE_END

    async def _read(self) -> None:
        stored = await self._database.read(lambda connection: upstream_grants.find(connection, self._installation_id))
        self._grant = None
        if stored is None or stored.state != "connected":
            return
        self._version = stored.version
        try:
            grant = Grant.opened(self._sealer, stored.sealed)
        except UnsealError:
            _LOGGER.warning("the grant of installation %s was sealed with another key", self._installation_id)
            return
        # What was granted for one address is never sent to another.
        if grant.address == self._address:
            self._grant = grant

    async def _renew(self, version: int) -> None:
        """Refresh, unless it is being done; a caller who leaves does not stop it halfway."""
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._refresh(version))
        await asyncio.shield(self._refreshing)

    async def _refresh(self, version: int) -> None:
        try:
            async with asyncio.timeout(_CLAIM.total_seconds()):
                while True:
                    await self._read()
                    grant = self._grant
                    if grant is None or self._version != version or grant.refresh is None:
                        return
                    if await self._claim(version):
                        break
                    # Another process is at it.
                    await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        except TimeoutError:
            return
        try:
            tokens = await ask_for_tokens(
                self._settings, grant.client, {"grant_type": "refresh_token", "refresh_token": grant.refresh}
            )
        except SignInError as error:
            _LOGGER.info("a refresh for installation %s failed: %s", self._installation_id, error)
            await self._settle(version, "ended" if error.refused else "connected", None)
            if error.refused:
                self._grant = None
                self._ended()
            return
        renewed = grant.with_tokens(tokens, now=self._clock.now().timestamp())
        if await self._settle(version, "connected", renewed.seal(self._sealer)):
            self._grant, self._version = renewed, version + 1
        else:
            await self._read()

    async def _claim(self, version: int) -> bool:
        now = self._clock.now()
        return await self._database.write(
            lambda connection: upstream_grants.claim(
                connection, self._installation_id, version=version, now=now, until=now + _CLAIM
            )
        )

    async def _settle(self, version: int, state: upstream_grants.State, sealed: str | None) -> bool:
        now = self._clock.now()
        return await self._database.write(
            lambda connection: upstream_grants.settle(
                connection, self._installation_id, version=version, state=state, sealed=sealed, now=now
            )
        )
